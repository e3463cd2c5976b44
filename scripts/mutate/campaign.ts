import { type Scratch, solidityTests } from "../lib/scratch.ts";
import { createRunner, type Recorded, recordTests, type Verdict } from "../lib/workers.ts";

/** Tests above this go last: most mutants fall to a quick one. */
const quickMs = 400;
/** What a test may take on a mutant, beyond what it takes without. */
const patience = { factor: 5, ms: 30_000 };
const solidityTimeoutMs = 600_000;

interface Baseline {
  /** Numbers of the tests that reach a mutant, quick ones first. */
  readonly reaching: ReadonlyMap<number, readonly number[]>;
  readonly tests: readonly Recorded[];
}

/**
 * Runs the tests on what is not broken, twice: once to know which tests reach which mutant, once for their times.
 * Tests that fail in either (they look at gas or bytecode, or do not repeat) take no part.
 */
export async function takeBaseline(scratch: Scratch): Promise<Baseline> {
  const reached = await recordTests(scratch, true);
  const tests = (await recordTests(scratch, false)).map((test, i) => ({
    ...test,
    failure: test.failure ?? reached[i]?.failure,
  }));
  const reaching = new Map<number, number[]>();
  const order = tests.map((_, i) => i).sort((a, b) => (tests[a]?.ms ?? 0) - (tests[b]?.ms ?? 0));
  for (const test of order) {
    if (tests[test]?.failure !== undefined) continue;
    for (const id of reached[test]?.reached ?? []) {
      reaching.set(id, [...(reaching.get(id) ?? []), test]);
    }
  }
  return { reaching, tests };
}

/** Judges all mutants by the mocha tests, with `workers` processes. */
export async function judge(
  scratch: Scratch,
  { reaching, tests }: Baseline,
  ids: readonly number[],
  workers: number,
  onVerdict: (id: number, verdict: Verdict) => void,
): Promise<void> {
  const queue = [...ids];
  const isQuick = (test: number) => (tests[test]?.ms ?? 0) < quickMs;

  async function work(): Promise<void> {
    const runner = createRunner(scratch);
    for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
      const wanted = reaching.get(id) ?? [];
      let verdict: Verdict = { outcome: "survived" };
      for (const part of [wanted.filter(isQuick), wanted.filter((test) => !isQuick(test))]) {
        if (part.length === 0 || verdict.outcome !== "survived") continue;
        const expected = part.reduce((sum, test) => sum + (tests[test]?.ms ?? 0), 0);
        verdict = await runner.run(id, part, patience.factor * expected + patience.ms);
      }
      onVerdict(id, verdict);
    }
    runner.stop();
  }

  await Promise.all(Array.from({ length: workers }, work));
}

/** Judges what is left by the Solidity tests, one run each: they are slow to start. */
export async function judgeBySolidity(
  scratch: Scratch,
  ids: readonly number[],
  workers: number,
  onVerdict: (id: number, verdict: Verdict) => void,
): Promise<void> {
  const queue = [...ids];
  async function work(): Promise<void> {
    for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
      const result = await solidityTests(scratch, id, solidityTimeoutMs);
      if (result === "timed out") onVerdict(id, { outcome: "timed out" });
      else if (result === "failed") onVerdict(id, { outcome: "killed", by: "Solidity tests" });
    }
  }
  await Promise.all(Array.from({ length: workers }, work));
}
