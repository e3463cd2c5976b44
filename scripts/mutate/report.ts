import { posix } from "node:path";
import { say } from "../lib/run.ts";
import { table } from "../lib/screen.ts";
import type { Verdict } from "../lib/workers.ts";
import { acceptedPath } from "./accepted.ts";

/** A mutant and what became of it. */
export interface Result {
  readonly key: string;
  readonly file: string;
  readonly line: number;
  readonly operator: string;
  readonly source: string;
  readonly verdict: Verdict;
}

const leastScore = 0.95;

/** Prints figures and survivors. @returns Whether enough fell, and every survivor is explained. */
export function report(
  results: readonly Result[],
  accepted: ReadonlyMap<string, string>,
  refused: number,
): boolean {
  const files = [...new Set(results.map(({ file }) => file))].sort();
  const rows = files.map((file) =>
    row(
      posix.basename(file),
      results.filter((r) => r.file === file),
    ),
  );
  say();
  table(
    ["file", "killed", "timed out", "survived", "mutants", "score"],
    [...rows, row("total", results)],
  );
  const survivors = results.filter(({ verdict }) => verdict.outcome === "survived");
  const unexplained = survivors.filter(({ key }) => !accepted.has(key));
  for (const survivor of unexplained) {
    say(`\n${survivor.file}:${survivor.line}  ${survivor.operator}`);
    say(`  ${survivor.source}`);
    say(`  \`\` ${survivor.key} \`\``);
  }
  say();
  say(`${refused} mutants do not compile and are not counted.`);
  say(
    `${survivors.length} survived, ${unexplained.length} of them without a reason in ${acceptedPath}.`,
  );
  const alive = new Set(survivors.map(({ key }) => key));
  const tested = new Set(results.map(({ key }) => key));
  for (const key of accepted.keys()) {
    if (tested.has(key) && !alive.has(key)) say(`Killed, so its reason can go: ${key}`);
  }
  return score(results) >= leastScore && unexplained.length === 0;
}

function row(name: string, results: readonly Result[]): string[] {
  const count = (outcome: Verdict["outcome"]) =>
    String(results.filter(({ verdict }) => verdict.outcome === outcome).length);
  const percent = `${(100 * score(results)).toFixed(1)} %`;
  return [
    name,
    count("killed"),
    count("timed out"),
    count("survived"),
    String(results.length),
    percent,
  ];
}

/** Share of mutants that some test noticed. */
function score(results: readonly Result[]): number {
  const alive = results.filter(({ verdict }) => verdict.outcome === "survived").length;
  return results.length === 0 ? 1 : 1 - alive / results.length;
}
