import { expect } from "chai";
import { dataSlice } from "ethers";
import {
  balances,
  COLLATERAL,
  expectConserved,
  liveDeal,
  pathOf,
  RATE,
  SLASH,
  STAKE,
  startOf,
} from "./support/deals.ts";
import {
  ALLOWANCE,
  BOND,
  bondedMarket,
  enterPeriod,
  newPiece,
  openDeal,
  prove,
  type TestMarket,
} from "./support/market.ts";

const LEAF = 7;

/** A deal that was proven in period 2 and is challenged in 3. */
async function challenged(changes: Parameters<typeof openDeal>[1] = {}) {
  const net = await bondedMarket();
  const id = await liveDeal(net, "1", changes);
  await net.market.connect(net.client).challenge(id, LEAF, ALLOWANCE);
  return { net, market: net.market, id, path: await pathOf(net, id, LEAF) };
}

/** Enters each period up to `last` and proves those that are marked. */
async function goOn(net: TestMarket, history: string) {
  for (const [i, mark] of [...history].entries()) {
    if (i > 0) await enterPeriod(net, 3 + i);
    if (mark === "1") await prove(net);
  }
  await enterPeriod(net, 3 + history.length);
}

describe("answer", () => {
  it("rejects where no challenge is open, and a second answer [CHAL-2]", async () => {
    const net = await bondedMarket();
    const { market } = net;
    const id = await liveDeal(net);
    await expect(market.answer(id, await pathOf(net, id, LEAF)))
      .to.be.revertedWithCustomError(market, "ChallengeNone")
      .withArgs(id);
    await market.connect(net.client).challenge(id, LEAF, ALLOWANCE);
    await market.answer(id, await pathOf(net, id, LEAF));
    await expect(market.answer(id, await pathOf(net, id, LEAF)))
      .to.be.revertedWithCustomError(market, "ChallengeNone")
      .withArgs(id);
  });

  it("rejects missing and trailing bytes [CHAL-2]", async () => {
    const { market, id, path } = await challenged();
    // 32 leaves: the leaf and five siblings.
    for (const [bytes, length] of [
      ["0x", 0],
      [dataSlice(path, 0, 191), 191],
      [dataSlice(path, 0, 160), 160],
      [`${path}00`, 193],
      [`${path}${"00".repeat(32)}`, 224],
    ] as const) {
      await expect(market.answer(id, bytes))
        .to.be.revertedWithCustomError(market, "ProofLengthInvalid")
        .withArgs(192n, length);
    }
  });

  it("rejects another leaf, another piece, and a changed byte [CHAL-2]", async () => {
    const { net, market, id, path } = await challenged();
    const other = await openDeal(net, { pieces: [newPiece(net)] });
    const changed = `${path.slice(0, -2)}${path.endsWith("00") ? "01" : "00"}`;
    for (const wrong of [
      await pathOf(net, id, LEAF + 1),
      await pathOf(net, other, LEAF),
      changed,
    ]) {
      await expect(market.answer(id, wrong))
        .to.be.revertedWithCustomError(market, "ProofInvalid")
        .withArgs(id, LEAF);
    }
  });

  it("is open to anyone; the bond goes to the provider's beneficiary [CHAL-2]", async () => {
    const { net, market, id, path } = await challenged();
    await expect(market.connect(net.stranger).answer(id, path))
      .to.emit(market, "ChallengeEnded")
      .withArgs(id, net.beneficiary.address, BOND);
    expect((await balances(net)).payee).to.equal(RATE + BOND);
    const deal = await market.dealOf(id);
    expect([deal.challengedAt, deal.challengedLeaf]).to.deep.equal([0n, 0n]);
    await expectConserved(net);
  });

  it("pays the bond to the beneficiary, not to whom the deal was assigned [CHAL-2]", async () => {
    const { net, market, id, path } = await challenged();
    await market.connect(net.owner).assignPayee(id, net.stranger);
    await market.answer(id, path);
    expect(await market.balanceOf(net.stranger)).to.equal(0n);
    expect((await balances(net)).payee).to.equal(RATE + BOND);
  });

  it("lets the client ask again at once [CHAL-2]", async () => {
    const { net, market, id, path } = await challenged();
    await market.answer(id, path);
    await market.connect(net.client).challenge(id, LEAF + 1, ALLOWANCE);
    await market.answer(id, await pathOf(net, id, LEAF + 1));
    expect((await balances(net)).payee).to.equal(RATE + 2n * BOND);
  });

  for (const [maxMisses, last] of [
    [0, 5],
    [1, 5],
    [2, 6],
    [4, 8],
  ] as const) {
    it(`is in time until the end of period c0 + ${last - 3}, where ${maxMisses} misses are tolerated [CHAL-2]`, async () => {
      const pieces = (net: TestMarket) => [{ ...newPiece(net), slashFactor: 33 }];
      const net = await bondedMarket();
      const { market } = net;
      const id = await liveDeal(net, "1", { maxMisses, pieces: pieces(net) });
      await market.connect(net.client).challenge(id, LEAF, ALLOWANCE);
      const path = await pathOf(net, id, LEAF);
      const over = await startOf(net, last + 1);

      const snapshot = await net.helpers.takeSnapshot();
      await net.helpers.time.setNextBlockTimestamp(over - 1);
      await market.answer(id, path);
      await snapshot.restore();
      await net.helpers.time.setNextBlockTimestamp(over);
      await expect(market.answer(id, path))
        .to.be.revertedWithCustomError(market, "DealClosed")
        .withArgs(id);
      await expect(market.settle([id]))
        .to.emit(market, "Defaulted")
        .withArgs(id, 3n);
    });
  }

  // Marks from period 3 on, that of the challenge; M = 1. The answer comes in the period behind them.
  const histories: [history: string, payee: bigint, client: bigint, what: string][] = [
    ["1", 2n * RATE, 0n, "a period that was proven meanwhile"],
    ["01", 2n * RATE, RATE + SLASH, "a miss that was tolerated meanwhile"],
    ["00", RATE, 9n * RATE + COLLATERAL, "a default by misses meanwhile"],
  ];
  for (const [history, payee, client, what] of histories) {
    it(`lets ${what} settle by its bit (${history}) [CHAL-2]`, async () => {
      const { net, market, id, path } = await challenged();
      await goOn(net, history);
      await market.settle([id]);
      expect(await balances(net)).to.deep.equal({
        payee: RATE,
        client: 0n,
        free: STAKE - COLLATERAL,
      });
      await market.answer(id, path);
      const settling = market.settle([id]);
      if (history === "00") await expect(settling).to.emit(market, "Defaulted").withArgs(id, 4n);
      else await settling;
      expect(await balances(net)).to.deep.equal({
        payee: payee + BOND,
        client,
        free: STAKE - COLLATERAL,
      });
      await expectConserved(net);
    });
  }

  it("behind the end of the term lets the deal close, its collateral free [CHAL-2]", async () => {
    const { net, market, id, path } = await challenged({ periods: 2 });
    await goOn(net, "1");
    await enterPeriod(net, 5);
    await market.answer(id, path);
    await expect(market.settle([id]))
      .to.emit(market, "Closed")
      .withArgs(id, COLLATERAL);
    expect(await balances(net)).to.deep.equal({ payee: 2n * RATE + BOND, client: 0n, free: STAKE });
  });
});
