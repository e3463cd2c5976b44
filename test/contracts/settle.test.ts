import { expect } from "chai";
import { balances, live, RATE, SLASH, STAKE } from "./support/deals.ts";
import {
  ALLOWANCE,
  deployMarket,
  enterPeriod,
  evidence,
  freshMarket,
  newPiece,
  openDeal,
  proofFor,
  prove,
  proveUpTo,
  registerProvider,
} from "./support/market.ts";

describe("settle", () => {
  it("rejects an unknown deal", async () => {
    const { market } = await freshMarket();
    await expect(market.settle([1n]))
      .to.be.revertedWithCustomError(market, "DealUnknown")
      .withArgs(1n);
    await expect(market.settle([0n]))
      .to.be.revertedWithCustomError(market, "DealUnknown")
      .withArgs(0n);
  });

  it("pays nothing for a period that is not closed, proven or not [TIME-2]", async () => {
    const net = await freshMarket();
    const id = await openDeal(net);
    await proveUpTo(net, 2);
    await expect(net.market.settle([id])).to.not.emit(net.market, "Settled");
    expect(await balances(net)).to.deep.equal({ payee: 0n, client: 0n, free: STAKE - 2n * SLASH });
  });

  // Term 10, M = 1. Marks are the periods of the term in order; what is not there has not closed.
  const histories: [
    history: string,
    earned: bigint,
    client: bigint,
    unlocked: bigint,
    what: string,
  ][] = [
    ["1", RATE, 0n, 0n, "a proven period"],
    ["0", 0n, RATE + SLASH, 0n, "a tolerated miss"],
    ["11011", 4n * RATE, RATE + SLASH, 0n, "a miss among proven periods"],
    ["1111111111", 10n * RATE, 0n, 2n * SLASH, "a whole term"],
    ["1111111110", 9n * RATE, RATE + SLASH, SLASH, "a miss in the last period"],
    ["00", 0n, 10n * RATE + 2n * SLASH, 0n, "a default at once"],
    ["11010111", 3n * RATE, 7n * RATE + 2n * SLASH, 0n, "a default, later proofs not counting"],
    ["1111111100", 8n * RATE, 2n * RATE + 2n * SLASH, 0n, "a default in the last period"],
  ];
  for (const [history, earned, client, unlocked, what] of histories) {
    it(`settles ${what} (${history}) [PAY-5]`, async () => {
      const net = await freshMarket();
      const id = await openDeal(net);
      await live(net, history);
      const before = await net.market.dealOf(id);
      expect([before.earned, before.refund + before.compensation, before.unlocked]).to.deep.equal([
        earned,
        client,
        unlocked,
      ]);
      expect(before.compensation).to.equal(SLASH * before.misses);

      await net.market.settle([id]);

      const locked = (await net.market.dealOf(id)).collateral;
      expect(await balances(net)).to.deep.equal({
        payee: earned,
        client,
        free: STAKE - 2n * SLASH + unlocked,
      });
      const after = await net.market.dealOf(id);
      expect([after.earned, after.refund, after.unlocked]).to.deep.equal([0n, 0n, 0n]);
      // Conservation: the price and the collateral are all accounted for.
      expect(earned + client + unlocked + after.escrow + locked).to.equal(10n * RATE + 2n * SLASH);
    });

    it(`gives the same by settling in each period (${history}) [PAY-4]`, async () => {
      const net = await freshMarket();
      const id = await openDeal(net);
      for (const [i, mark] of [...history].entries()) {
        await enterPeriod(net, 2 + i);
        await net.market.settle([id]);
        if (mark === "1" && !(await net.market.dealOf(id)).closed) await prove(net);
      }
      await enterPeriod(net, 2 + history.length);
      await net.market.settle([id]);
      expect(await balances(net)).to.deep.equal({
        payee: earned,
        client,
        free: STAKE - 2n * SLASH + unlocked,
      });
    });
  }

  it("closes a deal at its end, once [PAY-3]", async () => {
    const net = await freshMarket();
    const id = await openDeal(net, { periods: 2 });
    await live(net, "11");
    await expect(net.market.settle([id, id]))
      .to.emit(net.market, "Closed")
      .withArgs(id, 2n * SLASH)
      .and.to.emit(net.market, "Settled")
      .withArgs(id, 4n, 2n * RATE);
    await net.market.settle([id]);
    expect(await balances(net)).to.deep.equal({ payee: 2n * RATE, client: 0n, free: STAKE });
    const deal = await net.market.dealOf(id);
    expect([deal.closed, deal.forfeited, deal.escrow, deal.collateral]).to.deep.equal([
      true,
      false,
      0n,
      0n,
    ]);
  });

  it("shows a default before anybody settles it, and ends the deal with the next period when somebody does [PAY-2]", async () => {
    const net = await freshMarket();
    const id = await openDeal(net);
    await live(net, "100");
    const derived = await net.market.dealOf(id);
    expect([derived.defaulted, derived.forfeited, derived.misses, derived.end]).to.deep.equal([
      true,
      false,
      2n,
      12n,
    ]);

    await expect(net.market.settle([id]))
      .to.emit(net.market, "Defaulted")
      .withArgs(id, 4n);

    const settled = await net.market.dealOf(id);
    expect([settled.defaulted, settled.forfeited, settled.closed, settled.end]).to.deep.equal([
      true,
      true,
      true,
      6n,
    ]);
  });

  it("leaves the end where it was when the default is found after it [LIVE-1]", async () => {
    const net = await freshMarket();
    const id = await openDeal(net, { periods: 2 });
    await enterPeriod(net, 9);
    await net.market.settle([id]);
    const deal = await net.market.dealOf(id);
    expect([deal.forfeited, deal.end]).to.deep.equal([true, 4n]);
  });

  it("by a stranger does not spoil a proof in flight: the defaulted deal is still drawn [LIVE-1]", async () => {
    const net = await freshMarket();
    const lost: bigint[] = [];
    for (let i = 0; i < 4; i++) lost.push(await openDeal(net, { maxMisses: 0 }));
    await openDeal(net, { periods: 20 });
    await live(net, "0");
    // Made before the stranger settles; it shows leaves of the lost deals as well.
    const inFlight = await proofFor(net);
    await net.market.connect(net.stranger).settle(lost);
    expect((await net.market.dealOf(lost[0] as bigint)).closed).to.equal(true);
    await net.market.prove(1n, 3n, inFlight, await evidence(net, 3), []);
    await enterPeriod(net, 4);
    await prove(net);
  });

  it("counts misses over terms that cross a word of the history [PAY-1]", async () => {
    const net = await freshMarket();
    const id = await openDeal(net, { firstPeriod: 254, periods: 6, maxMisses: 2 });
    for (const p of [254, 255, 256, 257, 258, 259]) {
      await enterPeriod(net, p);
      if (p !== 255 && p !== 258) await prove(net);
    }
    await enterPeriod(net, 260);
    await net.market.settle([id]);
    expect((await balances(net)).payee).to.equal(4n * RATE);
    expect((await net.market.dealOf(id)).missed).to.equal(2n);
  });

  it("pays what a provider's record can no longer hold to its owner [PAY-3]", async () => {
    const net = await freshMarket();
    const { market, token, owner } = net;
    const id = await openDeal(net, { periods: 1, maxMisses: 0 });
    await token.mint(owner, 2n ** 97n);
    const room = 2n ** 96n - 1n - (await market.providerOf(1n)).free;
    await market.connect(owner).stake(1n, room, { kind: 0, data: "0x" });
    await live(net, "1");
    await expect(market.settle([id]))
      .to.emit(market, "Unstaked")
      .withArgs(1n, owner, SLASH);
    expect((await market.providerOf(1n)).free).to.equal(2n ** 96n - 1n);
    expect(await market.balanceOf(owner)).to.equal(SLASH);
  });

  it("returns to a provider's record what it can just hold [PAY-3]", async () => {
    const net = await freshMarket();
    const { market, token, owner } = net;
    const id = await openDeal(net, { periods: 1, maxMisses: 0 });
    await token.mint(owner, 2n ** 97n);
    const room = 2n ** 96n - 1n - SLASH - (await market.providerOf(1n)).free;
    await market.connect(owner).stake(1n, room, ALLOWANCE);
    await live(net, "1");
    await expect(market.settle([id])).to.not.emit(market, "Unstaked");
    expect((await market.providerOf(1n)).free).to.equal(2n ** 96n - 1n);
    expect(await market.balanceOf(owner)).to.equal(0n);
  });

  it("pays and returns single units [PAY-1]", async () => {
    const net = await deployMarket({ minCollateral: 1n });
    const { market, owner, operator, beneficiary, client } = net;
    await market.connect(owner).register(operator, beneficiary, 1n, 1_000n, "http://127.0.0.1:1");
    await market.connect(owner).stake(2n, 10n, ALLOWANCE);
    const least = () => ({
      pieces: [{ ...newPiece(net), rate: 1n, slashFactor: 1n }],
      provider: 2,
    });
    const kept = await openDeal(net, { ...least(), periods: 1, maxMisses: 0 });
    const missed = await openDeal(net, { ...least(), periods: 3, maxMisses: 1 });
    await live(net, "1", 2n);
    await expect(market.settle([kept, missed])).to.not.emit(market, "Compensated");
    expect(await market.balanceOf(beneficiary)).to.equal(2n);
    expect((await market.providerOf(2n)).free).to.equal(8n);

    await enterPeriod(net, 4);
    await expect(market.settle([missed]))
      .to.emit(market, "Compensated")
      .withArgs(missed, 1n, 1n);
    expect(await market.balanceOf(client)).to.equal(2n);
  });

  it("leaves other providers' deals alone [PAY-1]", async () => {
    const net = await freshMarket();
    await registerProvider(net);
    const lost = await openDeal(net);
    const kept = await openDeal(net, { provider: 2 });
    await live(net, "111", 2n);
    await net.market.settle([lost, kept]);
    const deal = await net.market.dealOf(kept);
    expect([deal.missed, deal.closed, deal.collateral]).to.deep.equal([0n, false, 2n * SLASH]);
    expect((await net.market.dealOf(lost)).forfeited).to.equal(true);
    expect(await net.market.balanceOf(net.beneficiary)).to.equal(3n * RATE);
    expect(await net.market.balanceOf(net.client)).to.equal(10n * RATE + 2n * SLASH);
  });
});
