import { expect } from "chai";
import {
  DELAY,
  enterPeriod,
  freshMarket,
  openDeal,
  prove,
  proveUpTo,
  seedTime,
} from "./support/market.ts";
import { listOf } from "./support/stored.ts";

/** One deal, live in period 2; the clock stands at that period's seed. */
async function liveDeal() {
  const net = await freshMarket();
  await openDeal(net);
  await enterPeriod(net, 2);
  return net;
}

describe("delist", () => {
  it("rejects before the period is decided, once the seed may be known [LIST-2]", async () => {
    const net = await liveDeal();
    await expect(net.market.delist(1n, [0]))
      .to.be.revertedWithCustomError(net.market, "NotYetDecided")
      .withArgs(1n, 2n);
  });

  it("rejects a live deal and an index behind the list [LIST-2]", async () => {
    const net = await liveDeal();
    await prove(net);
    await expect(net.market.delist(1n, [0]))
      .to.be.revertedWithCustomError(net.market, "StillLive")
      .withArgs(1n, 12n, 3n);
    await expect(net.market.delist(1n, [1]))
      .to.be.revertedWithCustomError(net.market, "ListIndexInvalid")
      .withArgs(1n, 1n);
  });

  it("takes deals out in the transaction of their last proof, the last entry filling the gap [LIST-2]", async () => {
    const net = await freshMarket();
    for (const periods of [1, 5, 1, 5]) await openDeal(net, { periods, maxMisses: 0 });
    await enterPeriod(net, 2);
    await expect(prove(net, 1n, [2, 0]))
      .to.emit(net.market, "Delisted")
      .withArgs(1n, 3n)
      .and.to.emit(net.market, "Delisted")
      .withArgs(1n, 1n);
    expect(await listOf(net, 1n)).to.deep.equal([4n, 2n]);
    await proveUpTo(net, 6);
  });

  it("refuses a live deal inside prove too [LIST-2]", async () => {
    const net = await freshMarket();
    await openDeal(net, { periods: 2 });
    await enterPeriod(net, 2);
    await expect(prove(net, 1n, [0]))
      .to.be.revertedWithCustomError(net.market, "StillLive")
      .withArgs(1n, 4n, 3n);
  });

  it("takes ended deals out at the start of a period, while nobody can know the seed [LIST-2]", async () => {
    const net = await freshMarket();
    for (const periods of [1, 2, 1]) await openDeal(net, { periods, maxMisses: 0 });
    await net.helpers.time.increaseTo((await seedTime(net, 3)) - DELAY + 1);
    await net.market.delist(1n, [2, 0]);
    expect(await listOf(net, 1n)).to.deep.equal([2n]);
    expect((await net.market.providerOf(1n)).frozen).to.equal(1n);
    await expect(net.market.delist(1n, [0])).to.be.revertedWithCustomError(net.market, "StillLive");
    await enterPeriod(net, 3);
    await prove(net);
  });

  it("leaves what this period draws from where deals were listed meanwhile [LIST-2]", async () => {
    const net = await freshMarket();
    for (const periods of [1, 20]) await openDeal(net, { periods, maxMisses: 0 });
    await net.helpers.time.increaseTo((await seedTime(net, 3)) - DELAY + 1);
    for (let i = 0; i < 2; i++) await openDeal(net);
    await net.market.delist(1n, [0]);
    const { frozen, listed } = await net.market.providerOf(1n);
    expect([frozen, listed]).to.deep.equal([2n, 3n]);
  });

  it("rejects ended deals from half the delay on, and takes them in the second before [LIST-2]", async () => {
    const net = await freshMarket();
    await openDeal(net, { periods: 1, maxMisses: 0 });
    const half = async (p: number) => (await seedTime(net, p)) - DELAY / 2;
    await net.helpers.time.setNextBlockTimestamp(await half(3));
    await expect(net.market.delist(1n, [0])).to.be.revertedWithCustomError(
      net.market,
      "NotYetDecided",
    );
    await net.helpers.time.setNextBlockTimestamp((await half(4)) - 1);
    await net.market.delist(1n, [0]);
  });
});

describe("delist: deals that were never live", () => {
  /** A live deal between two that start in period 300 and were cancelled before. */
  async function cancelledPending() {
    const net = await freshMarket();
    const pending = [await openDeal(net, { firstPeriod: 300 })];
    const kept = await openDeal(net);
    pending.push(await openDeal(net, { firstPeriod: 300 }));
    await enterPeriod(net, 2);
    for (const id of pending) await net.market.connect(net.client).cancel(id);
    return { net, kept };
  }

  it("takes them out once the period is decided, though their end lies far ahead [LIST-2]", async () => {
    const { net, kept } = await cancelledPending();
    await expect(net.market.delist(1n, [2])).to.be.revertedWithCustomError(
      net.market,
      "NotYetDecided",
    );
    await prove(net, 1n, [2]);
    await net.market.delist(1n, [0]);
    expect(await listOf(net, 1n)).to.deep.equal([kept]);
    await proveUpTo(net, 3);
  });

  it("takes them out while nobody can know the seed [LIST-2]", async () => {
    const { net, kept } = await cancelledPending();
    await net.helpers.time.setNextBlockTimestamp((await seedTime(net, 3)) - DELAY / 2 - 1);
    await net.market.delist(1n, [2, 0]);
    expect(await listOf(net, 1n)).to.deep.equal([kept]);
    expect((await net.market.providerOf(1n)).frozen).to.equal(1n);
    await enterPeriod(net, 3);
    await prove(net);
  });

  it("takes an abandoned one out, too, and none that has still to begin [LIST-2]", async () => {
    const net = await freshMarket();
    await openDeal(net);
    const lost = await openDeal(net, { firstPeriod: 300 });
    await openDeal(net, { firstPeriod: 300 });
    await net.market.connect(net.owner).abandon(lost);
    await enterPeriod(net, 2);
    await prove(net);
    await net.market.delist(1n, [1]);
    expect(await listOf(net, 1n)).to.deep.equal([1n, 3n]);
    await expect(net.market.delist(1n, [1]))
      .to.be.revertedWithCustomError(net.market, "StillLive")
      .withArgs(3n, 310n, 3n);
  });
});

describe("giveUp", () => {
  it("rejects anybody but the owner and any period but this [LIST-3]", async () => {
    const net = await liveDeal();
    await expect(net.market.connect(net.operator).giveUp(1n, 2n)).to.be.revertedWithCustomError(
      net.market,
      "NotOwner",
    );
    await expect(net.market.connect(net.owner).giveUp(1n, 3n)).to.be.revertedWithCustomError(
      net.market,
      "PeriodNotCurrent",
    );
  });

  it("rejects a period that is proven [LIST-3]", async () => {
    const net = await liveDeal();
    await prove(net);
    await expect(net.market.connect(net.owner).giveUp(1n, 2n)).to.be.revertedWithCustomError(
      net.market,
      "AlreadyProven",
    );
  });

  it("bars the proof of the period and lets ended deals go [LIST-3]", async () => {
    const net = await freshMarket();
    await openDeal(net, { periods: 1, maxMisses: 0 });
    await enterPeriod(net, 2);
    await expect(net.market.connect(net.owner).giveUp(1n, 2n))
      .to.emit(net.market, "GaveUp")
      .withArgs(1n, 2n);
    expect((await net.market.providerOf(1n)).touchedAt).to.equal(2n);
    await expect(prove(net))
      .to.be.revertedWithCustomError(net.market, "AlreadyGivenUp")
      .withArgs(1n, 2n);
    await expect(net.market.connect(net.owner).giveUp(1n, 2n)).to.be.revertedWithCustomError(
      net.market,
      "AlreadyGivenUp",
    );
    await net.market.delist(1n, [0]);
    expect((await net.market.providerOf(1n)).listed).to.equal(0n);
    expect((await net.market.providerOf(1n)).version).to.equal(1n);
  });
});
