import { expect } from "chai";
import {
  balances,
  COLLATERAL,
  consentOf,
  expectConserved,
  liveDeal,
  pathOf,
  RATE,
  SLASH,
  STAKE,
} from "./support/deals.ts";
import {
  ALLOWANCE,
  BOND,
  bondedMarket,
  enterPeriod,
  evidence,
  type openDeal,
  proofFor,
  prove,
  proveUpTo,
} from "./support/market.ts";

const LEAF = 3;

/** A deal with these marks from period 2 on, challenged in the period behind them. */
async function challenged(history = "1", changes: Parameters<typeof openDeal>[1] = {}) {
  const net = await bondedMarket();
  const id = await liveDeal(net, history, changes);
  await net.market.connect(net.client).challenge(id, LEAF, ALLOWANCE);
  return { net, market: net.market, id };
}

describe("a challenge that nobody answers", () => {
  it("holds settlement at its period: nothing is paid, by whatever call [CHAL-3]", async () => {
    const { net, market, id } = await challenged();
    await prove(net);
    await proveUpTo(net, 5);
    const before = await balances(net);
    await expect(market.settle([id])).to.not.emit(market, "Settled");
    await market.connect(net.client).cancel(id);
    await market.connect(net.owner).assignPayee(id, net.stranger);
    const after = await balances(net);
    expect([after.payee, after.free]).to.deep.equal([before.payee, before.free]);
    const deal = await market.dealOf(id);
    expect([deal.settledUpTo, deal.earned, deal.refund, deal.unlocked]).to.deep.equal([
      3n,
      0n,
      0n,
      0n,
    ]);
    await expectConserved(net);
  });

  it("is a default at its period, though all since was proven; the bond comes back [CHAL-3]", async () => {
    const { net, market, id } = await challenged();
    await prove(net);
    await proveUpTo(net, 5);
    await enterPeriod(net, 6);
    const derived = await market.dealOf(id);
    expect([derived.defaulted, derived.forfeited, derived.closed]).to.deep.equal([
      true,
      false,
      false,
    ]);
    expect([derived.earned, derived.refund, derived.compensation]).to.deep.equal([
      0n,
      9n * RATE,
      COLLATERAL,
    ]);

    await expect(market.settle([id]))
      .to.emit(market, "Defaulted")
      .withArgs(id, 3n)
      .and.to.emit(market, "ChallengeEnded")
      .withArgs(id, net.client.address, BOND)
      .and.to.emit(market, "Closed")
      .withArgs(id, 0n)
      .and.to.emit(market, "Settled")
      .withArgs(id, 3n, 0n)
      .and.to.emit(market, "Compensated")
      .withArgs(id, 9n * RATE, COLLATERAL);
    expect(await balances(net)).to.deep.equal({
      payee: RATE,
      client: 9n * RATE + COLLATERAL + BOND,
      free: STAKE - COLLATERAL,
    });
    const deal = await market.dealOf(id);
    expect([deal.closed, deal.forfeited, deal.challengedAt, deal.end]).to.deep.equal([
      true,
      true,
      0n,
      7n,
    ]);
    await expectConserved(net);
  });

  it("pays what misses before it have left of the collateral [CHAL-3]", async () => {
    const { net, market, id } = await challenged("0");
    await enterPeriod(net, 9);
    expect((await market.dealOf(id)).compensation).to.equal(SLASH);
    await market.settle([id]);
    expect(await balances(net)).to.deep.equal({
      payee: 0n,
      client: 10n * RATE + COLLATERAL + BOND,
      free: STAKE - COLLATERAL,
    });
  });

  it("keeps the collateral locked behind the end of the term until it is decided [CHAL-3]", async () => {
    const { net, market, id } = await challenged("1", { periods: 2 });
    await prove(net);
    await enterPeriod(net, 5);
    await market.settle([id]);
    const deal = await market.dealOf(id);
    expect([deal.end, deal.closed, deal.unlocked, deal.collateral]).to.deep.equal([
      4n,
      false,
      0n,
      COLLATERAL,
    ]);
    expect((await market.providerOf(1n)).free).to.equal(STAKE - COLLATERAL);
    await enterPeriod(net, 6);
    await market.settle([id]);
    expect(await balances(net)).to.deep.equal({
      payee: RATE,
      client: RATE + COLLATERAL + BOND,
      free: STAKE - COLLATERAL,
    });
    expect((await market.dealOf(id)).end).to.equal(4n);
  });

  it("gives the same late as at once [CHAL-3] [PAY-4]", async () => {
    const { net, market, id } = await challenged();
    await enterPeriod(net, 30);
    await market.settle([id]);
    expect((await balances(net)).client).to.equal(9n * RATE + COLLATERAL + BOND);
    expect((await market.dealOf(id)).end).to.equal(12n);
  });

  it("leaves the deal in the draws of the period in which that is found [CHAL-3] [LIVE-1]", async () => {
    const { net, market, id } = await challenged();
    await enterPeriod(net, 6);
    const inFlight = await proofFor(net);
    await market.connect(net.stranger).settle([id]);
    await market.prove(1n, 6n, inFlight, await evidence(net, 6), []);
    await enterPeriod(net, 7);
    await expect(
      market.prove(1n, 7n, "0x", await evidence(net, 7), []),
    ).to.be.revertedWithCustomError(market, "TooFewLiveDeals");
  });

  it("refuses a transfer of the deal and an end by consent meanwhile [CHAL-4]", async () => {
    const { net, market, id } = await challenged();
    const { client, beneficiary, stranger } = net;
    await expect(market.connect(client).transferDeal(id, stranger))
      .to.be.revertedWithCustomError(market, "ChallengeOpen")
      .withArgs(id);
    const consent = await consentOf(net, id, beneficiary, client);
    await expect(market.connect(client).terminate(id, consent))
      .to.be.revertedWithCustomError(market, "ChallengeOpen")
      .withArgs(id);
    await market.answer(id, await pathOf(net, id, LEAF));
    await market.connect(client).terminate(id, consent);
  });
});
