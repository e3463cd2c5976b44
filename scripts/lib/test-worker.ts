// Runs the contracts' mocha tests in a scratch project as often as it is told to, in one process: loading them takes longer
// than most of them run. Started by workers.ts, with the scratch project as the working directory.
import { globSync } from "node:fs";
import { pathToFileURL } from "node:url";
import Mocha from "mocha";
import { activate, forgetFixtures, takeHits } from "./probe-config.ts";
import type { Recorded, Request, Response } from "./workers.ts";

const mocha = new Mocha({ reporter: Mocha.reporters.Base, timeout: 60_000 });
mocha.cleanReferencesAfterRun(false);
for (const file of globSync("test/contracts/**/*.test.ts").sort()) mocha.addFile(file);
await import(pathToFileURL("hardhat.config.ts").href);
await mocha.loadFilesAsync();
if (process.env.HOLDFAST_RECORD) mocha.rootHooks({ beforeEach: () => forgetFixtures() });

const tests: Mocha.Test[] = [];
mocha.suite.eachTest((test: Mocha.Test) => tests.push(test));
const own = new Map<Mocha.Suite, readonly Mocha.Test[]>();
remember(mocha.suite);

process.on("message", async (request: Request) => {
  await activate(request.mutant);
  if (request.kind === "record") answer({ kind: "recorded", tests: await record() });
  else answer({ kind: "ran", ...(await run(new Set(request.tests))) });
});
answer({ kind: "ready" });

function answer(response: Response): void {
  process.send?.(response);
}

function remember(suite: Mocha.Suite): void {
  own.set(suite, [...suite.tests]);
  for (const inner of suite.suites) remember(inner);
}

/** Runs the tests of these numbers until one fails. */
async function run(
  wanted: ReadonlySet<number>,
): Promise<{ failed: string | undefined; timedOut: boolean }> {
  for (const [suite, all] of own) {
    suite.tests = all.filter((test) => wanted.has(tests.indexOf(test)));
  }
  mocha.suite.bail(true);
  let failed: string | undefined;
  let timedOut = false;
  await new Promise<void>((resolve) => {
    mocha
      .run(() => resolve())
      .on("fail", (test, error: Error & { code?: string }) => {
        failed ??= test.fullTitle();
        timedOut ||= error.code === "ERR_MOCHA_TIMEOUT";
      });
  });
  return { failed, timedOut };
}

/** Runs all tests and says for each how it went and what it reached. */
async function record(): Promise<Recorded[]> {
  for (const [suite, all] of own) suite.tests = [...all];
  mocha.suite.bail(false);
  const results = new Map<Mocha.Test, Recorded>();
  takeHits();
  await new Promise<void>((resolve) => {
    mocha
      .run(() => resolve())
      .on("fail", (test, error: Error) => {
        results.set(test as Mocha.Test, result(test as Mocha.Test, error.message));
      })
      .on("pass", (test) => results.set(test, result(test, undefined)));
  });
  return tests.map((test) => results.get(test) ?? result(test, "did not run"));
}

function result(test: Mocha.Test, failure: string | undefined): Recorded {
  return {
    title: test.fullTitle(),
    file: test.file ?? "",
    ms: test.duration ?? 0,
    failure,
    reached: [...takeHits()],
  };
}
