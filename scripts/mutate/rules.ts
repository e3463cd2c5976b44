import { importProbe, render } from "../lib/rewrite.ts";
import { lineOf, readSources, type SourceFile, sourceLine } from "../lib/solidity-ast.ts";

/** A rule of the protocol, broken by hand: what no change of one operator does. */
export interface BrokenRule {
  readonly name: string;
  /** What the contracts promise. */
  readonly rule: string;
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly find: string;
  /** Takes its place; `broken` in it is true while this mutant is active, false else. */
  readonly replace: string;
}

/** What a campaign has to know of a mutant. */
export interface Broken {
  readonly key: string;
  readonly file: string;
  readonly line: number;
  readonly operator: string;
  readonly source: string;
}

interface Batch {
  readonly sources: ReadonlyMap<string, string>;
  readonly broken: ReadonlyMap<number, Broken>;
}

interface Patch {
  readonly id: number;
  readonly rule: BrokenRule;
  readonly start: number;
  readonly end: number;
}

/**
 * Puts the rules of these files into their sources, in as many batches as rules overlap.
 *
 * @throws Error when a rule no longer finds its place: then it has to be written for the new source.
 */
export function breakRules(rules: readonly BrokenRule[], paths: readonly string[]): Batch[] {
  const files = new Map(readSources(paths).map((file) => [file.path, file]));
  const batches: Patch[][] = [];
  for (const [i, rule] of rules.entries()) {
    const file = files.get(rule.file);
    if (!file) continue;
    const patch = { id: i + 1, rule, ...locate(file, rule) };
    const batch = batches.find((patches) => !patches.some((other) => overlap(patch, other)));
    if (batch) batch.push(patch);
    else batches.push([patch]);
  }
  return batches.map((patches) => ({
    sources: new Map(
      [...files.values()].map((file) => [file.path, rewriteFile(file, patches)] as const),
    ),
    broken: new Map(
      patches.map((patch) => [patch.id, describe(patch, files.get(patch.rule.file))]),
    ),
  }));
}

function locate(file: SourceFile, { name, find }: BrokenRule): { start: number; end: number } {
  const start = file.text.indexOf(find);
  const times = file.text.toString().split(find).length - 1;
  if (times !== 1) {
    throw new Error(
      `The broken rule "${name}" finds its place in ${file.path} ${times} times, not once. Write it for the source as it is now: ${find}`,
    );
  }
  return { start, end: start + Buffer.byteLength(find) };
}

function overlap(a: Patch, b: Patch): boolean {
  return a.rule.file === b.rule.file && a.start < b.end && b.start < a.end;
}

function rewriteFile(file: SourceFile, patches: readonly Patch[]): string {
  const own = patches.filter(({ rule }) => rule.file === file.path);
  if (own.length === 0) return file.text.toString();
  const edits = own.map(({ id, rule, start, end }) => ({
    start,
    end,
    rewrite: () => rule.replace.replaceAll(/\bbroken\b/g, `Probe.active(${id})`),
  }));
  return render(file.text, [importProbe(file), ...edits]);
}

function describe({ rule, start }: Patch, file: SourceFile | undefined): Broken {
  return {
    key: `${rule.name} | ${rule.rule}`,
    file: rule.file,
    line: file ? lineOf(file, start) : 0,
    operator: "broken rule",
    source: file ? sourceLine(file, start) : "",
  };
}
