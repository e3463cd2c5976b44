import { expect } from "chai";
import fc from "fast-check";
import type { PrevrandaoBeacon } from "../../sdk/src/typechain/index.ts";
import { at, deployBeacon, GAS, helpers, shown } from "./support/beacon.ts";

const QUIET = 2 * 3600;
/** Seconds from the deployment on, much less than `QUIET` apart: a capture keeps some of them from being marked. */
const TIMES = Array.from({ length: 8 }, (_, i) => QUIET + (i + 1) * 2_400);

type Step = readonly [act: "wait" | "mine" | "capture" | "mark" | "finish", a: number, b: number];
type Run = {
  readonly beacon: PrevrandaoBeacon;
  readonly times: readonly number[];
  /** By time, every value that a call would have stored as its seed at some moment of the run. */
  readonly possible: readonly Set<bigint>[];
  /** By time, what shows its header. */
  readonly evidence: Map<number, Promise<string>>;
  /** What happened, so that a property that holds because nothing happens is noticed. */
  readonly seen: Record<string, number>;
};

const which = fc.nat(TIMES.length - 1);
const nothing = fc.constant(0);
const histories = fc.array(
  fc.oneof(
    fc.tuple(fc.constant("wait" as const), fc.constantFrom(60, 900, 1_800), nothing),
    fc.tuple(fc.constant("mine" as const), fc.constantFrom(1, 16, 300), nothing),
    fc.tuple(fc.constant("capture" as const), which, which),
    fc.tuple(fc.constant("mark" as const), which, fc.integer({ min: 400, max: 2_000 })),
    fc.tuple(fc.constant("finish" as const), which, nothing),
  ),
  { minLength: 25, maxLength: 40 },
);

describe("A time's seed", () => {
  it("is one whatever is called in which order, and never changes once it is there [SEED-2]", async () => {
    const seen: Record<string, number> = {};
    const property = fc.asyncProperty(histories, (history) => run(history, seen));
    await fc.assert(property, { numRuns: 15, seed: 1 });
    // Every way to a seed and every refusal of the rules was tried.
    expect(seen).to.include.keys(
      ..."header hash NotFirstBlock MarkTooEarly MarkTooLate".split(" "),
      ..."BeaconNotQuiet AlreadyMarked NotMarked FinishTooEarly HashOutOfReach".split(" "),
    );
  }).timeout(120_000);
});

async function run(history: readonly Step[], seen: Record<string, number>) {
  const beacon = await helpers.loadFixture(deployImpatient);
  const start = Number(await beacon.youngestHeader());
  const times = TIMES.map((time) => start + time);
  const state: Run = {
    beacon,
    times,
    possible: times.map(() => new Set()),
    evidence: new Map(),
    seen,
  };
  for (const step of history) {
    await take(state, step);
    for (const i of times.keys()) await look(state, i);
  }
}

/** The evidence does not change, and finding it takes many requests. */
function evidenceFor({ evidence }: Run, time: number): Promise<string> {
  const known = evidence.get(time) ?? shown(time).then((seed) => seed.evidence);
  evidence.set(time, known);
  return known;
}

async function deployImpatient() {
  return deployBeacon(QUIET);
}

async function take(state: Run, [act, a, b]: Step) {
  const { beacon, times, seen } = state;
  const now = await helpers.time.latest();
  const time = times[a] as number;
  if (act === "wait") await helpers.time.increase(a);
  if (act === "mine") await helpers.mine(a);
  if (act === "finish") await count(seen, "hash", beacon.finish(time, GAS));
  if (act === "mark") {
    await at(Math.max(now, time - b));
    await count(seen, "mark", beacon.mark(time, GAS));
  }
  if (act === "capture" && now >= (times[b] as number)) {
    const evidence = await evidenceFor(state, times[b] as number);
    await count(seen, "header", beacon.seed(time, evidence, GAS));
  }
}

/** Adds what any call could store now as the seed of time `i`, and compares with what could be stored before. */
async function look(state: Run, i: number) {
  const { beacon, times, possible } = state;
  const time = times[i] as number;
  const values = possible[i] as Set<bigint>;
  const next = { ...GAS, blockTag: "pending" };
  const ways = [() => beacon.finish.staticCall(time, next)];
  if ((await helpers.time.latest()) >= time) {
    const evidence = await evidenceFor(state, time);
    ways.push(() => beacon.seed.staticCall(time, evidence, next));
  }
  for (const way of ways) {
    const value = await way().catch(() => 0n);
    if (value !== 0n) values.add(value);
  }
  const stored = await beacon.seedAt(time);
  if (stored !== 0n) values.add(stored);
  expect(values.size, `seeds that time ${i} could get`).to.be.at.most(1);
}

/** Counts a call under its name, or under that of the error that refused it. */
async function count(seen: Record<string, number>, name: string, call: Promise<unknown>) {
  const refused = await call.then(
    () => undefined,
    (error: Error) => /custom error '(\w+)/.exec(error.message)?.[1] ?? error.message,
  );
  const key = refused ?? name;
  seen[key] = (seen[key] ?? 0) + 1;
}
