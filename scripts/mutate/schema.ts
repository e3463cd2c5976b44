import { type Edit, importProbe, render } from "../lib/rewrite.ts";
import {
  type AstNode,
  analyse,
  child,
  range,
  type SourceFile,
  textOf,
} from "../lib/solidity-ast.ts";
import type { Mutant } from "./mutants.ts";

/** Sources that have many mutants in them, each behind its own switch, so that one compilation serves all. */
export interface Schema {
  readonly sources: ReadonlyMap<string, string>;
  /** Mutants by the number that switches them on; counted from 1. */
  readonly mutants: ReadonlyMap<number, Mutant>;
  /** Mutants that the compiler refuses. */
  readonly refused: readonly Mutant[];
}

/** Frames around the text of a mutant, by which an error of the compiler finds it. */
const opening = (id: number) => `/*<${id}*/`;
const closing = (id: number) => `/*${id}>*/`;

/**
 * Builds the sources with all `mutants` in them and leaves out those that do not compile.
 *
 * @param probe Source of the library that the switches call, and its path.
 * @param others Sources that the files import and that are not on the disk.
 * @throws Error when the compiler refuses what is no mutant.
 */
export function buildSchema(
  files: readonly SourceFile[],
  mutants: readonly Mutant[],
  others: ReadonlyMap<string, string>,
): Schema {
  const numbered = new Map(mutants.map((mutant, i) => [i + 1, mutant]));
  const refused: Mutant[] = [];
  for (;;) {
    const sources = new Map(files.map((file) => [file.path, rewriteFile(file, numbered)]));
    const { errors } = analyse(new Map([...sources, ...others]));
    if (errors.length === 0) return { sources, mutants: numbered, refused };
    const guilty = new Set<number>();
    for (const { file = "", start, end, message } of errors) {
      const ids = suspects(Buffer.from(sources.get(file) ?? ""), start, end);
      if (ids.length === 0) throw new Error(`The mutants do not compile: ${message}`);
      for (const id of ids) guilty.add(id);
    }
    for (const id of guilty) {
      const mutant = numbered.get(id);
      if (mutant) refused.push(mutant);
      numbered.delete(id);
    }
  }
}

/** The mutant around an error, else those within its range. */
function suspects(text: Buffer, start: number, end: number): number[] {
  const before = text.subarray(0, start).toString();
  const open: number[] = [];
  for (const [, from, to] of before.matchAll(/\/\*<(\d+)\*\/|\/\*(\d+)>\*\//g)) {
    if (from) open.push(Number(from));
    if (to) open.pop();
  }
  const innermost = open.at(-1);
  if (innermost !== undefined) return [innermost];
  const within = text.subarray(start, end).toString();
  return [...within.matchAll(/\/\*<(\d+)\*\//g)].slice(0, 1).map(([, id]) => Number(id));
}

function rewriteFile(file: SourceFile, mutants: ReadonlyMap<number, Mutant>): string {
  const groups = new Map<string, [id: number, mutant: Mutant][]>();
  for (const [id, mutant] of mutants) {
    if (mutant.file !== file.path) continue;
    const place = `${mutant.start}:${mutant.end}:${mutant.variant.form}`;
    groups.set(place, [...(groups.get(place) ?? []), [id, mutant]]);
  }
  // Statements come last: where one is an expression as well, it is the outer one.
  const sorted = [...groups.values()].sort((a, b) => rank(a) - rank(b));
  const edits = sorted.flatMap((group) => editsOf(file, group));
  return render(file.text, [importProbe(file), ...edits]);
}

function rank([first]: readonly [id: number, mutant: Mutant][]): number {
  return first?.[1].variant.form === "statement" ? 1 : 0;
}

function editsOf(file: SourceFile, group: readonly [id: number, mutant: Mutant][]): Edit[] {
  const [first] = group;
  if (!first) return [];
  const [id, { start, end, variant, place }] = first;
  if (variant.form === "modifier" && place.parent) {
    return withoutModifier(file, id, variant.node, place.parent.node);
  }
  const choose = variant.form === "statement" ? chooseStatement : chooseExpression;
  return [
    {
      start,
      end,
      rewrite: (inner) =>
        group.reduce((rest, [number, mutant]) => choose(number, mutant.variant.text, rest), inner),
    },
  ];
}

function chooseExpression(id: number, text: string, rest: string): string {
  return `(Probe.active(${id}) ? ${opening(id)}(${text})${closing(id)} : ${rest})`;
}

function chooseStatement(id: number, text: string, rest: string): string {
  return `{ if (Probe.active(${id})) { ${opening(id)}${text}${closing(id)} } else { ${rest} } }`;
}

/** Splits a function into a shell that chooses, a guarded half with the modifier, and a body that both of its ways share. */
function withoutModifier(
  file: SourceFile,
  id: number,
  modifier: AstNode,
  definition: AstNode,
): Edit[] {
  const body = child(definition, "body");
  const [inputs, outputs] = ["parameters", "returnParameters"].map((key) => child(definition, key));
  if (!inputs || !outputs) return [];
  const mutability = ["view", "pure"].includes(String(definition.stateMutability))
    ? ` ${definition.stateMutability}`
    : "";
  const results = textOf(file, outputs) && `returns ${textOf(file, outputs)}`;
  const header = (name: string, guard: string) =>
    `function ${name}${textOf(file, inputs)} private${mutability} ${guard} ${results}`;
  const [bare, guarded] = [`bare${id}`, `guarded${id}`];
  const call = (name: string) => `${results && "return "}${name}(${namesOf(inputs)});`;
  return [
    { ...range(modifier), rewrite: () => "" },
    {
      ...range(body),
      rewrite: (inner) =>
        `{ if (Probe.active(${id})) { ${call(bare)} } else { ${call(guarded)} } } ` +
        `${header(guarded, textOf(file, modifier))} { ${call(bare)} } ${header(bare, "")} ${inner}`,
    },
  ];
}

function namesOf(parameters: AstNode): string {
  const declarations = parameters.parameters as readonly { readonly name: string }[];
  return declarations.map(({ name }) => name).join(", ");
}
