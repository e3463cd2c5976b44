import { anyValue } from "@nomicfoundation/hardhat-ethers-chai-matchers/withArgs";
import { expect } from "chai";
import {
  deployMarket,
  enterPeriod,
  evidence,
  LENGTH,
  openDeal,
  proofFor,
  seedTime,
  type TestMarket,
} from "./support/market.ts";

/**
 * Markets on the beacon of the first with periods of 1,000, 500 and 3,000 s, of different genesis, with a deal in each.
 * Returns them at the start of a period of the last, which is one of the others, too.
 */
async function threeMarkets() {
  const first = await deployMarket();
  const beacon = await first.beacon.getAddress();
  const others: TestMarket[] = [];
  for (const periodLength of [500, 3_000]) {
    const now = await first.helpers.time.latest();
    const genesis = Math.floor(now / periodLength) * periodLength;
    const net = await deployMarket({ beacon, periodLength, genesis });
    others.push({ ...net, beacon: first.beacon });
  }
  const nets = [first, ...others] as [TestMarket, TestMarket, TestMarket];
  for (const net of nets) await openDeal(net, { periods: 100 });
  await enterPeriod(nets[2], (await nets[2].market.period()) + 1n);
  return nets;
}

async function currentTime(net: TestMarket) {
  return seedTime(net, await net.market.period());
}

async function currentEvidence(net: TestMarket) {
  return evidence(net, await net.market.period());
}

async function prove(net: TestMarket, shown: string) {
  const p = await net.market.period();
  return net.market.prove(1n, p, await proofFor(net), shown, []);
}

describe("Markets that share a beacon", () => {
  it("use one seed where their times meet, captured by any of them [SEED-9]", async () => {
    const nets = await threeMarkets();
    const [first, short, long] = nets;
    const time = await currentTime(long);
    for (const net of nets) expect(await currentTime(net)).to.equal(time);
    await expect(prove(short, await currentEvidence(short)))
      .to.emit(first.beacon, "SeedCaptured")
      .withArgs(time, anyValue);
    for (const net of [first, long]) {
      await expect(prove(net, "0x")).to.emit(net.market, "Proven");
    }
  });

  it("have seeds of their own where they do not meet [SEED-9]", async () => {
    const [first, short, long] = await threeMarkets();
    const shared = await currentTime(long);
    await prove(long, await currentEvidence(long));

    const half = shared + LENGTH / 2;
    await first.helpers.time.increaseTo(half);
    expect(await currentTime(short)).to.equal(half);
    await expect(prove(short, "0x"))
      .to.be.revertedWithCustomError(first.beacon, "SeedMissing")
      .withArgs(half);
    await prove(short, await currentEvidence(short));
    expect(await first.beacon.seedAt(half)).to.not.equal(await first.beacon.seedAt(shared));
    // The first market is still in the period whose seed the long one captured.
    await expect(prove(first, "0x")).to.emit(first.market, "Proven");
  });
});
