import { recordSolidityTests, type Scratch, solidityTests } from "../lib/scratch.ts";
import { createRunner, type Recorded, recordTests, type Verdict } from "../lib/workers.ts";

/** Tests that take longer take no part: every survivor would have to wait for them. */
const slowMs = 8_000;
/** So many of the tests that killed most go first; then all others in portions, the first about so long. */
const favourites = 4;
const firstPortionMs = 400;
/** What tests may take on a mutant, beyond what they take without. */
const patience = { factor: 5, ms: 20_000 };
const solidityTimeoutMs = 600_000;

export interface Baseline {
  readonly tests: readonly Recorded[];
  /** Numbers of the tests that take part, quick ones first. */
  readonly order: readonly number[];
  /** Those of them that reach a mutant. */
  readonly reaching: ReadonlyMap<number, readonly number[]>;
}

/**
 * Runs the tests on what is not broken, twice: once to know which tests reach which mutant, once for their times.
 * Tests that fail in either (they look at gas or bytecode, or do not repeat) take no part, and neither do slow ones.
 */
export async function takeBaseline(scratch: Scratch): Promise<Baseline> {
  const [reached, timed] = await Promise.all([
    recordTests(scratch, true),
    recordTests(scratch, false),
  ]);
  const tests = timed.map((test, i) => ({
    ...test,
    failure:
      test.failure ?? reached[i]?.failure ?? (test.ms > slowMs ? "takes too long" : undefined),
  }));
  const order = tests
    .map((_, i) => i)
    .filter((i) => tests[i]?.failure === undefined)
    .sort((a, b) => (tests[a]?.ms ?? 0) - (tests[b]?.ms ?? 0));
  const reaching = new Map<number, number[]>();
  for (const test of order) {
    for (const id of reached[test]?.reached ?? []) {
      reaching.set(id, [...(reaching.get(id) ?? []), test]);
    }
  }
  return { tests, order, reaching };
}

/** Judges mutants by those tests that `testsOf` names, with `workers` processes. */
export async function judge(
  scratch: Scratch,
  tests: readonly Recorded[],
  testsOf: ReadonlyMap<number, readonly number[]>,
  workers: number,
  onVerdict: (id: number, verdict: Verdict) => void,
): Promise<void> {
  const queue = [...testsOf.keys()];
  const kills = new Map<string, number>();
  const msOf = (test: number) => tests[test]?.ms ?? 0;
  const killsOf = (test: number) => kills.get(tests[test]?.title ?? "") ?? 0;

  async function work(): Promise<void> {
    const runner = createRunner(scratch);
    for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
      let verdict: Verdict = { outcome: "survived" };
      for (const part of portions(testsOf.get(id) ?? [], killsOf, msOf)) {
        const expected = part.reduce((sum, test) => sum + msOf(test), 0);
        verdict = await runner.run(id, part, patience.factor * expected + patience.ms);
        if (verdict.outcome !== "survived") break;
      }
      if (verdict.by !== undefined) kills.set(verdict.by, (kills.get(verdict.by) ?? 0) + 1);
      onVerdict(id, verdict);
    }
    runner.stop();
  }

  await Promise.all(Array.from({ length: workers }, work));
}

/** Tests in the order in which a mutant meets them: most fall early. @param tests Quick ones first. */
function portions(
  tests: readonly number[],
  killsOf: (test: number) => number,
  msOf: (test: number) => number,
): number[][] {
  const first = [...tests]
    .filter((test) => killsOf(test) > 0)
    .sort((a, b) => killsOf(b) - killsOf(a))
    .slice(0, favourites);
  const parts = first.length > 0 ? [first] : [];
  let [limit, sum] = [firstPortionMs, Number.POSITIVE_INFINITY];
  for (const test of tests.filter((one) => !first.includes(one))) {
    if (sum > limit) {
      parts.push([]);
      [limit, sum] = [3 * limit, 0];
    }
    parts.at(-1)?.push(test);
    sum += msOf(test);
  }
  return parts;
}

/** Judges what is left and reached by the Solidity tests, one run each: they are slow to start. */
export async function judgeBySolidity(
  scratch: Scratch,
  ids: readonly number[],
  workers: number,
  onVerdict: (id: number, verdict: Verdict) => void,
): Promise<void> {
  const reached = await recordSolidityTests(scratch);
  const queue = ids.filter((id) => reached.has(id));
  async function work(): Promise<void> {
    for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
      const result = await solidityTests(scratch, id, solidityTimeoutMs);
      if (result === "timed out") onVerdict(id, { outcome: "timed out" });
      else if (result === "failed") onVerdict(id, { outcome: "killed", by: "Solidity tests" });
    }
  }
  await Promise.all(Array.from({ length: workers }, work));
}
