import { expect } from "chai";
import { COLLATERAL, COST, expectConserved, liveDeal, RATE, STAKE } from "./support/deals.ts";
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
  proveUpTo,
} from "./support/market.ts";

describe("cancel", () => {
  for (const by of ["owner", "operator", "beneficiary", "stranger"] as const) {
    it(`rejects the ${by}: it is the client's alone [END-1]`, async () => {
      const net = await freshMarket();
      const id = await liveDeal(net);
      await expect(net.market.connect(net[by]).cancel(id))
        .to.be.revertedWithCustomError(net.market, "NotClient")
        .withArgs(id, net.client.address, net[by].address);
    });
  }

  it("is the new client's alone after the deal was transferred [END-1]", async () => {
    const net = await freshMarket();
    const { market, client, stranger } = net;
    const id = await liveDeal(net);
    await market.connect(client).transferDeal(id, stranger);
    await expect(market.connect(client).cancel(id))
      .to.be.revertedWithCustomError(market, "NotClient")
      .withArgs(id, stranger.address, client.address);
    await market.connect(stranger).cancel(id);
    expect(await market.balanceOf(stranger)).to.equal(6n * RATE);
    expect(await market.balanceOf(client)).to.equal(0n);
  });

  it("rejects an unknown deal", async () => {
    const { market } = await freshMarket();
    await expect(market.cancel(1n)).to.be.revertedWithCustomError(market, "DealUnknown");
  });

  for (const [what, history] of [
    ["has ended", "11"],
    ["is in default", "00"],
  ] as const) {
    it(`finds by settling that a deal ${what}, and rejects it [END-1]`, async () => {
      const net = await freshMarket();
      const id = await liveDeal(net, history, { periods: 2 });
      expect((await net.market.dealOf(id)).closed).to.equal(false);
      await expect(net.market.connect(net.client).cancel(id))
        .to.be.revertedWithCustomError(net.market, "DealClosed")
        .withArgs(id);
    });
  }

  it("rejects a deal that the notice does not end earlier [END-1]", async () => {
    const net = await freshMarket();
    const id = await liveDeal(net, "1", { periods: 5 });
    // Notice 3: the bound is 7, and the deal ends there anyway.
    await expect(net.market.connect(net.client).cancel(id))
      .to.be.revertedWithCustomError(net.market, "EndsEarlier")
      .withArgs(id, 7n, 7n);
  });

  it("rejects a second time, in the same period and in the next [END-1]", async () => {
    const net = await freshMarket();
    const id = await liveDeal(net, "1");
    await net.market.connect(net.client).cancel(id);
    await expect(net.market.connect(net.client).cancel(id))
      .to.be.revertedWithCustomError(net.market, "EndsEarlier")
      .withArgs(id, 7n, 7n);
    await prove(net);
    await enterPeriod(net, 4);
    await expect(net.market.connect(net.client).cancel(id))
      .to.be.revertedWithCustomError(net.market, "EndsEarlier")
      .withArgs(id, 7n, 8n);
  });

  for (const notice of [0, 1, 3, 7]) {
    it(`ends the deal ${notice} periods after this one, and returns what was escrowed behind [END-1]`, async () => {
      const net = await freshMarket();
      const id = await liveDeal(net, "1", { notice });
      const end = 4 + notice;
      const refund = RATE * BigInt(12 - end);
      await expect(net.market.connect(net.client).cancel(id))
        .to.emit(net.market, "Shortened")
        .withArgs(id, end, refund);
      const deal = await net.market.dealOf(id);
      expect([deal.end, deal.closed, deal.collateral]).to.deep.equal([
        BigInt(end),
        false,
        COLLATERAL,
      ]);
      // The proven period before is settled, to the payee.
      expect(await net.market.balanceOf(net.beneficiary)).to.equal(RATE);
      expect(await net.market.balanceOf(net.client)).to.equal(refund);
      await expectConserved(net);

      await prove(net);
      await proveUpTo(net, end - 1);
      await enterPeriod(net, end);
      await net.market.settle([id]);
      expect(await net.market.balanceOf(net.beneficiary)).to.equal(BigInt(end - 2) * RATE);
      expect((await net.market.providerOf(1n)).free).to.equal(STAKE);
    });
  }

  // Notice 3, cancelled in period 1: the bound is 5.
  for (const start of [5, 6, 300]) {
    it(`closes a deal that starts in period ${start} at once and frees its collateral [END-1]`, async () => {
      const net = await freshMarket();
      const id = await openDeal(net, { firstPeriod: start });
      await expect(net.market.connect(net.client).cancel(id))
        .to.emit(net.market, "Shortened")
        .withArgs(id, start, COST)
        .and.to.emit(net.market, "Closed")
        .withArgs(id, COLLATERAL);
      const deal = await net.market.dealOf(id);
      expect([deal.start, deal.end, deal.closed]).to.deep.equal([deal.start, deal.start, true]);
      expect([deal.escrow, deal.collateral]).to.deep.equal([0n, 0n]);
      expect(await net.market.balanceOf(net.client)).to.equal(COST);
      expect((await net.market.providerOf(1n)).free).to.equal(STAKE);
    });
  }

  it("leaves one period to a deal that starts in the last one of the notice [END-1]", async () => {
    const net = await freshMarket();
    const id = await openDeal(net, { firstPeriod: 4 });
    await net.market.connect(net.client).cancel(id);
    const deal = await net.market.dealOf(id);
    expect([deal.start, deal.end, deal.closed]).to.deep.equal([4n, 5n, false]);
    expect([deal.escrow, deal.collateral]).to.deep.equal([RATE, COLLATERAL]);
  });

  it("is allowed under a challenge, of which it changes nothing [END-1]", async () => {
    const net = await bondedMarket();
    const { market, client } = net;
    const id = await liveDeal(net, "1");
    await market.connect(client).challenge(id, 0, ALLOWANCE);
    await enterPeriod(net, 4);
    await market.connect(client).cancel(id);
    expect(await market.balanceOf(client)).to.equal(4n * RATE);
    const deal = await market.dealOf(id);
    expect([deal.end, deal.settledUpTo, deal.challengedAt]).to.deep.equal([8n, 3n, 3n]);
    await enterPeriod(net, 6);
    await market.settle([id]);
    expect(await market.balanceOf(client)).to.equal(9n * RATE + COLLATERAL + BOND);
    await expectConserved(net);
  });

  it("leaves this period's draws as they are: a proof in flight holds [LIVE-1]", async () => {
    const net = await freshMarket();
    const id = await openDeal(net, { notice: 0 });
    await enterPeriod(net, 2);
    const inFlight = await proofFor(net);
    await net.market.connect(net.client).cancel(id);
    expect(await proofFor(net)).to.equal(inFlight);
    await net.market.prove(1n, 2n, inFlight, await evidence(net, 2), []);
    await enterPeriod(net, 3);
    await expect(net.market.prove(1n, 3n, "0x", await evidence(net, 3), []))
      .to.be.revertedWithCustomError(net.market, "TooFewLiveDeals")
      .withArgs(1n, 3n, 0n, 5n);
  });
});
