import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { NONE } from "./probe.ts";
import { root } from "./run.ts";
import type { Scratch } from "./scratch.ts";

export type Request =
  | { readonly kind: "record"; readonly mutant: number }
  | { readonly kind: "run"; readonly mutant: number; readonly tests: readonly number[] };

export type Response =
  | { readonly kind: "ready" }
  | { readonly kind: "recorded"; readonly tests: readonly Recorded[] }
  | { readonly kind: "ran"; readonly failed: string | undefined; readonly timedOut: boolean };

type Reply = Response | { readonly kind: "ended" | "late" };

/** How a test went on contracts that are rewritten but not broken. */
export interface Recorded {
  readonly title: string;
  readonly file: string;
  readonly ms: number;
  readonly failure: string | undefined;
  /** Numbers of the probes that it reached. */
  readonly reached: readonly number[];
}

export interface Verdict {
  readonly outcome: "killed" | "survived" | "timed out";
  /** The test that failed. */
  readonly by?: string;
}

const recordTimeoutMs = 900_000;

/** Runs all mocha tests of the contracts once. @param reach Whether to record what each reaches, by itself. */
export async function recordTests(scratch: Scratch, reach: boolean): Promise<readonly Recorded[]> {
  const worker = start(scratch, reach ? { HOLDFAST_RECORD: "1" } : {});
  try {
    await reply(worker, recordTimeoutMs);
    worker.send({ kind: "record", mutant: reach ? 0 : NONE } satisfies Request);
    const response = await reply(worker, recordTimeoutMs);
    if (response.kind !== "recorded") throw new Error("The tests did not end.");
    return response.tests;
  } finally {
    worker.kill("SIGKILL");
  }
}

/** A process that runs tests against one mutant after the other, and is replaced when one does not end. */
export interface MutantRunner {
  run(mutant: number, tests: readonly number[], timeoutMs: number): Promise<Verdict>;
  stop(): void;
}

export function createRunner(scratch: Scratch): MutantRunner {
  let worker: ChildProcess | undefined;

  async function ready(): Promise<ChildProcess> {
    if (worker) return worker;
    worker = start(scratch, {});
    const response = await reply(worker, recordTimeoutMs);
    if (response.kind !== "ready") throw new Error("The tests could not be loaded.");
    return worker;
  }

  function stop(): void {
    worker?.kill("SIGKILL");
    worker = undefined;
  }

  return {
    async run(mutant, tests, timeoutMs) {
      const current = await ready();
      current.send({ kind: "run", mutant, tests } satisfies Request);
      const response = await reply(current, timeoutMs);
      if (response.kind !== "ran") {
        stop();
        return response.kind === "ended"
          ? { outcome: "killed", by: "the process ended" }
          : { outcome: "timed out" };
      }
      const { failed, timedOut } = response;
      if (timedOut) stop();
      if (failed === undefined) return { outcome: "survived" };
      return { outcome: timedOut ? "timed out" : "killed", by: failed };
    },
    stop,
  };
}

function start(scratch: Scratch, env: Record<string, string>): ChildProcess {
  return fork(join(root, "scripts/lib/test-worker.ts"), {
    cwd: scratch.path,
    env: { ...process.env, HARDHAT_DISABLE_TELEMETRY: "true", ...env },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
}

/** The next message of a worker. */
function reply(worker: ChildProcess, timeoutMs: number): Promise<Reply> {
  return new Promise((resolve) => {
    const end = (result: Reply) => {
      clearTimeout(timer);
      worker.off("message", onMessage).off("exit", onExit);
      resolve(result);
    };
    const onMessage = (message: unknown) => end(message as Response);
    const onExit = () => end({ kind: "ended" });
    const timer = setTimeout(() => end({ kind: "late" }), timeoutMs);
    worker.once("message", onMessage).once("exit", onExit);
  });
}
