import { expect } from "chai";
import {
  balances,
  COLLATERAL,
  COST,
  expectConserved,
  liveDeal,
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
  freshMarket,
  openDeal,
  proofFor,
  prove,
} from "./support/market.ts";

describe("abandon", () => {
  for (const by of ["operator", "beneficiary", "client", "stranger"] as const) {
    it(`rejects the ${by}: a hot key must not burn collateral [END-3]`, async () => {
      const net = await freshMarket();
      const id = await liveDeal(net);
      await expect(net.market.connect(net[by]).abandon(id))
        .to.be.revertedWithCustomError(net.market, "NotOwner")
        .withArgs(1n, net.owner.address, net[by].address);
    });
  }

  it("rejects a second time: forfeited while this period is open, closed from then on [END-3]", async () => {
    const net = await freshMarket();
    const { market, owner } = net;
    const id = await liveDeal(net, "1");
    await market.connect(owner).abandon(id);
    await expect(market.connect(owner).abandon(id))
      .to.be.revertedWithCustomError(market, "DealForfeited")
      .withArgs(id);
    await enterPeriod(net, 4);
    await expect(market.connect(owner).abandon(id))
      .to.be.revertedWithCustomError(market, "DealClosed")
      .withArgs(id);
  });

  it("rejects a deal that has ended [END-3]", async () => {
    const net = await freshMarket();
    const id = await liveDeal(net, "11", { periods: 2 });
    await expect(net.market.connect(net.owner).abandon(id))
      .to.be.revertedWithCustomError(net.market, "DealClosed")
      .withArgs(id);
  });

  it("counts as an act of the owner [END-3]", async () => {
    const net = await freshMarket();
    const id = await liveDeal(net);
    const { version } = await net.market.providerOf(1n);
    await net.market.connect(net.owner).abandon(id);
    expect((await net.market.providerOf(1n)).version).to.equal(version + 1n);
  });

  // What is marked is proven; the last mark is this period's, in which the deal is abandoned.
  const histories: [history: string, payee: bigint, client: bigint, what: string][] = [
    ["11", 2n * RATE, 8n * RATE + 2n * SLASH, "a period that is proven"],
    ["10", RATE, 9n * RATE + 2n * SLASH, "a period that is missed, without another slash"],
    ["01", RATE, 9n * RATE + 2n * SLASH, "after a miss"],
    ["00", 0n, 10n * RATE + 2n * SLASH, "after a miss, in a period that is missed"],
    ["1111111111", 10n * RATE, 2n * SLASH, "the last period of the term"],
  ];
  for (const [history, payee, client, what] of histories) {
    it(`gives the client all collateral, and settles ${what} by its bit at the rate alone (${history}) [END-3]`, async () => {
      const net = await freshMarket();
      const { market, owner } = net;
      const id = await liveDeal(net, history.slice(0, -1));
      const p = 1 + history.length;
      const misses = history.slice(0, -1).includes("0") ? 1n : 0n;
      await expect(market.connect(owner).abandon(id))
        .to.emit(market, "Abandoned")
        .withArgs(id, RATE * BigInt(12 - p - 1), SLASH * (2n - misses));
      const deal = await market.dealOf(id);
      expect([deal.end, deal.forfeited, deal.closed]).to.deep.equal([BigInt(p + 1), true, false]);
      expect([deal.escrow, deal.collateral]).to.deep.equal([RATE, 0n]);
      if (history.endsWith("1")) await prove(net);
      await enterPeriod(net, p + 1);
      await market.settle([id]);
      expect(await balances(net)).to.deep.equal({ payee, client, free: STAKE - COLLATERAL });
      expect((await market.dealOf(id)).closed).to.equal(true);
      await expectConserved(net);
    });
  }

  it("gives the client price and collateral of a deal that has not started, at once [END-3]", async () => {
    const net = await freshMarket();
    const { market, owner } = net;
    const id = await openDeal(net, { firstPeriod: 9 });
    await expect(market.connect(owner).abandon(id))
      .to.emit(market, "Abandoned")
      .withArgs(id, COST, COLLATERAL)
      .and.to.emit(market, "Closed")
      .withArgs(id, 0n);
    expect(await balances(net)).to.deep.equal({
      payee: 0n,
      client: COST + COLLATERAL,
      free: STAKE - COLLATERAL,
    });
    const deal = await market.dealOf(id);
    expect([deal.start, deal.end, deal.closed, deal.forfeited]).to.deep.equal([9n, 9n, true, true]);
  });

  it("gives it to the new client of a transferred deal [END-3]", async () => {
    const net = await freshMarket();
    const { market, owner, client, stranger } = net;
    const id = await openDeal(net);
    await market.connect(client).transferDeal(id, stranger);
    await market.connect(owner).abandon(id);
    expect(await market.balanceOf(stranger)).to.equal(COST + COLLATERAL);
    expect(await market.balanceOf(client)).to.equal(0n);
  });

  it("leaves this period's draws as they are: its proof shows the abandoned deal [END-3] [LIVE-1]", async () => {
    const net = await freshMarket();
    const id = await liveDeal(net, "1");
    const inFlight = await proofFor(net);
    await net.market.connect(net.owner).abandon(id);
    await expect(
      net.market.prove(1n, 3n, "0x", await evidence(net, 3), []),
    ).to.be.revertedWithCustomError(net.market, "ProofLengthInvalid");
    await net.market.prove(1n, 3n, inFlight, await evidence(net, 3), []);
    await enterPeriod(net, 4);
    await expect(
      net.market.prove(1n, 4n, "0x", await evidence(net, 4), []),
    ).to.be.revertedWithCustomError(net.market, "TooFewLiveDeals");
  });

  it("under a challenge is the default that an unanswered one brings, at once [END-3]", async () => {
    const net = await bondedMarket();
    const { market, client, owner } = net;
    const id = await liveDeal(net, "1");
    await market.connect(client).challenge(id, 0, ALLOWANCE);
    await prove(net);
    await enterPeriod(net, 4);
    await prove(net);
    await expect(market.connect(owner).abandon(id))
      .to.emit(market, "Abandoned")
      .withArgs(id, 9n * RATE, COLLATERAL)
      .and.to.emit(market, "ChallengeEnded")
      .withArgs(id, client.address, BOND)
      .and.to.emit(market, "Closed")
      .withArgs(id, 0n);
    const deal = await market.dealOf(id);
    expect([deal.end, deal.settledUpTo, deal.challengedAt, deal.closed]).to.deep.equal([
      5n,
      3n,
      0n,
      true,
    ]);
    expect(await balances(net)).to.deep.equal({
      payee: RATE,
      client: 9n * RATE + COLLATERAL + BOND,
      free: STAKE - COLLATERAL,
    });
  });

  it("under a challenge that outlasts the term leaves the end where it was [END-3]", async () => {
    const net = await bondedMarket();
    const { market, client, owner } = net;
    const id = await liveDeal(net, "1", { periods: 2 });
    await market.connect(client).challenge(id, 0, ALLOWANCE);
    await enterPeriod(net, 5);
    await market.connect(owner).abandon(id);
    expect((await market.dealOf(id)).end).to.equal(4n);
    expect(await market.balanceOf(client)).to.equal(RATE + COLLATERAL + BOND);
    await expectConserved(net);
  });
});
