// `npm run coverage`: which ways of which decisions in the contracts the tests take; fails below 95 %.
//
// A branch is one way of a decision:
//   - `if`, with or without `else`: entered, not entered
//   - `require`: goes on, reverts
//   - `c ? a : b`: first value, second value
//   - `&&` and `||`: decided by the left side alone, or by looking at the right side
//   - `for`, `while`, `do`: the body runs, the loop is left by its condition
//   - `try`: each clause, entered
// Decisions in assembly do not count. A way counts as taken when a mocha or a Solidity test takes it, in a call that reverts too.
import { posix } from "node:path";
import { instrument, type Outcome } from "./coverage/branches.ts";
import { say } from "./lib/run.ts";
import { build, createScratch, recordSolidityTests } from "./lib/scratch.ts";
import { duration, table } from "./lib/screen.ts";
import { productionSources, readSources } from "./lib/solidity-ast.ts";
import { recordTests } from "./lib/workers.ts";

const least = 0.95;
const started = Date.now();

const { sources, outcomes } = instrument(readSources(productionSources()));
const taken = await measure();
const missed = outcomes.filter(({ hit }) => !taken.has(hit));
const files = [...new Set(outcomes.map(({ file }) => file))].sort();
say();
table(
  ["file", "taken", "branches", "share"],
  [
    ...files.map((file) =>
      row(
        posix.basename(file),
        outcomes.filter((o) => o.file === file),
      ),
    ),
    row("total", outcomes),
  ],
);
for (const { file, line, text } of missed) say(`\n${file}:${line}\n  ${text}`);
say(`\nIt took ${duration(Date.now() - started)}.`);
process.exitCode = share(outcomes) >= least ? 0 : 1;

/** Runs all tests on the rewritten contracts; says what was taken. */
async function measure(): Promise<ReadonlySet<number>> {
  const scratch = createScratch(sources);
  process.once("exit", scratch.remove);
  say(`Compiling ${outcomes.length} branches ...`);
  await build(scratch);
  say("Running the tests ...");
  const tests = await recordTests(scratch, true);
  for (const { title, failure } of tests) {
    if (failure !== undefined) say(`  fails here: ${title}: ${failure.split("\n")[0]}`);
  }
  say("Running the Solidity tests ...");
  const solidity = await recordSolidityTests(scratch);
  return new Set([...tests.flatMap(({ reached }) => reached), ...solidity]);
}

function row(name: string, some: readonly Outcome[]): string[] {
  const hit = some.filter((outcome) => taken.has(outcome.hit)).length;
  return [name, String(hit), String(some.length), `${(100 * share(some)).toFixed(1)} %`];
}

function share(some: readonly Outcome[]): number {
  return some.filter(({ hit }) => taken.has(hit)).length / Math.max(1, some.length);
}
