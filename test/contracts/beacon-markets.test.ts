import { expect } from "chai";
import { freshBeacon, GAS, helpers, mineAt, shown } from "./support/beacon.ts";

/** As much of a market as its seeds depend on: a genesis that is a multiple of the period length, and the delay. */
interface Schedule {
  readonly genesis: number;
  readonly length: number;
  readonly delay: number;
}

function seedTime({ genesis, length, delay }: Schedule, period: number): number {
  return genesis + (period - 1) * length + delay;
}

function periodAt({ genesis, length }: Schedule, time: number): number {
  return Math.floor((time - genesis) / length) + 1;
}

/** Markets of half an hour, an hour and a day, which began 50 days, 3 hours and just now before a common midnight. */
async function threeMarkets() {
  const beacon = await freshBeacon();
  const midnight = Math.ceil((await helpers.time.latest()) / 86_400) * 86_400;
  const short = { genesis: midnight - 50 * 86_400, length: 1_800, delay: 600 };
  const middle = { genesis: midnight - 3 * 3_600, length: 3_600, delay: 600 };
  const long = { genesis: midnight, length: 86_400, delay: 600 };
  return { beacon, midnight, short, middle, long };
}

describe("Markets that share a beacon", () => {
  it("get one seed from one capture where their times meet [SEED-9]", async () => {
    const { beacon, midnight, short, middle, long } = await threeMarkets();
    const markets = [short, middle, long];
    const periods = markets.map((market) => periodAt(market, midnight));
    expect(periods).to.deep.equal([2_401, 4, 1]);
    const times = markets.map((market, i) => seedTime(market, periods[i] as number));
    await mineAt(midnight + 601);
    const { evidence, prevrandao } = await shown(times[0] as number);
    await expect(beacon.seed(times[0] as number, evidence, GAS)).to.emit(beacon, "SeedCaptured");
    for (const time of times) {
      expect(await beacon.seed.staticCall(time, "0x")).to.equal(prevrandao);
    }
  });

  it("get seeds of their own where only one of them begins a period [SEED-9]", async () => {
    const { beacon, midnight, short, middle, long } = await threeMarkets();
    const half = seedTime(short, periodAt(short, midnight) + 1);
    for (const market of [middle, long]) {
      expect(seedTime(market, periodAt(market, half))).to.equal(half - 1_800);
    }
    for (const time of [half - 1_800, half]) await mineAt(time);
    for (const time of [half, half - 1_800]) {
      const { evidence, prevrandao } = await shown(time);
      await beacon.seed(time, evidence, GAS);
      expect(await beacon.seedAt(time)).to.equal(prevrandao);
    }
    expect(await beacon.seedAt(half)).to.not.equal(await beacon.seedAt(half - 1_800));
  });

  it("get different seeds with different delays, from blocks of their own [SEED-9]", async () => {
    const { beacon, long } = await threeMarkets();
    const later = { ...long, delay: 3_600 };
    await mineAt(seedTime(long, 1));
    await mineAt(seedTime(later, 1));
    const { evidence } = await shown(seedTime(long, 1));
    await beacon.seed(seedTime(long, 1), evidence, GAS);
    await expect(beacon.seed(seedTime(later, 1), evidence, GAS)).to.be.revertedWithCustomError(
      beacon,
      "NotFirstBlock",
    );
    const own = await shown(seedTime(later, 1));
    await beacon.seed(own.time, own.evidence, GAS);
    expect(await beacon.seedAt(own.time)).to.not.equal(await beacon.seedAt(seedTime(long, 1)));
  });
});
