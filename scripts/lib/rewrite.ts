import { posix } from "node:path";
import { probePath } from "./probe.ts";
import { range, type SourceFile } from "./solidity-ast.ts";

/** A change of a range of bytes; `rewrite` gets its text with the changes inside of it made already. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly rewrite: (inner: string) => string;
}

/**
 * Makes changes that may lie within each other. Of changes to the same range, the first one is made first.
 *
 * @throws Error when two changes overlap without one lying within the other.
 */
export function render(text: Buffer, edits: readonly Edit[]): string {
  const sorted = edits
    .map((edit, order) => ({ ...edit, order }))
    .sort((a, b) => a.start - b.start || b.end - a.end || b.order - a.order);
  let next = 0;

  function part(start: number, end: number): string {
    let result = "";
    let at = start;
    for (let edit = sorted[next]; edit && edit.start < end; edit = sorted[next]) {
      if (edit.end > end) throw new Error(`The changes at bytes ${edit.start} and ${end} overlap.`);
      next++;
      result += text.subarray(at, edit.start).toString();
      result += edit.rewrite(part(edit.start, edit.end));
      at = edit.end;
    }
    return result + text.subarray(at, end).toString();
  }

  return part(0, text.length);
}

/** Gives a file access to the library `Probe`, in the line of its pragma so that line numbers stay. */
export function importProbe(file: SourceFile): Edit {
  const nodes = file.ast.nodes as readonly { nodeType: string; src: string }[];
  const pragma = nodes.find(({ nodeType }) => nodeType === "PragmaDirective");
  if (!pragma) throw new Error(`${file.path} has no pragma.`);
  const path = posix.relative(posix.dirname(file.path), probePath);
  const from = path.startsWith(".") ? path : `./${path}`;
  return { ...range(pragma), rewrite: (inner) => `${inner} import {Probe} from "${from}";` };
}

/** The range of a statement with its semicolon, which the compiler's tree leaves out. */
export function statementRange({ text }: SourceFile, node: Parameters<typeof range>[0]) {
  const { start, end } = range(node);
  const semicolon = text.indexOf(";", end);
  return { start, end: semicolon + 1 };
}
