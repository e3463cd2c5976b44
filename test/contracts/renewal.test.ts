import { expect } from "chai";
import { balances, COLLATERAL, expectConserved, live, RATE, STAKE } from "./support/deals.ts";
import {
  enterPeriod,
  freshMarket,
  newPiece,
  openDeal,
  prove,
  type TestMarket,
} from "./support/market.ts";
import { listOf } from "./support/stored.ts";

/** A deal of periods 2 to 4 and the deal that follows it, of the same piece, opened while the first is live. */
async function renewed(net: TestMarket) {
  const pieces = [newPiece(net)];
  const old = await openDeal(net, { pieces, periods: 3 });
  await live(net, "1");
  const { end } = await net.market.dealOf(old);
  return { old, next: await openDeal(net, { pieces, periods: 3, firstPeriod: end }) };
}

describe("a renewal", () => {
  it("has each period in one of the two deals: no gap, no overlap [RENEW-1]", async () => {
    const net = await freshMarket();
    const { old, next } = await renewed(net);
    const [first, second] = [await net.market.dealOf(old), await net.market.dealOf(next)];
    expect([first.start, first.end, second.start, second.end]).to.deep.equal([2n, 5n, 5n, 8n]);
    expect(second.root).to.equal(first.root);
  });

  it("pays each period once, takes both prices, frees both collaterals [RENEW-1]", async () => {
    const net = await freshMarket();
    const { market, token, client } = net;
    const before = await token.balanceOf(client);
    const { old, next } = await renewed(net);
    expect(await token.balanceOf(client)).to.equal(before - 6n * RATE);
    expect((await balances(net)).free).to.equal(STAKE - 2n * COLLATERAL);

    // The last proof of the old deal takes it off the list; the new one is drawn from the next period on.
    await prove(net);
    await enterPeriod(net, 4);
    await prove(net, 1n, [0]);
    expect(await listOf(net, 1n)).to.deep.equal([next]);
    for (const p of [5, 6, 7]) {
      await enterPeriod(net, p);
      await prove(net);
    }
    await enterPeriod(net, 8);
    await market.settle([old, next]);
    expect(await balances(net)).to.deep.equal({ payee: 6n * RATE, client: 0n, free: STAKE });
    await expectConserved(net);
  });

  it("counts misses for each of the two apart [RENEW-1]", async () => {
    const net = await freshMarket();
    const { old, next } = await renewed(net);
    await prove(net);
    // 4 and 5 are missed: one of the old deal, one of the new, and M is 1.
    for (const p of [6, 7]) {
      await enterPeriod(net, p);
      await prove(net);
    }
    await enterPeriod(net, 8);
    await net.market.settle([old, next]);
    for (const id of [old, next]) {
      const deal = await net.market.dealOf(id);
      expect([deal.missed, deal.forfeited]).to.deep.equal([1n, false]);
    }
    expect((await balances(net)).payee).to.equal(4n * RATE);
  });

  it("is cancelled for nothing while it has not begun [RENEW-1]", async () => {
    const net = await freshMarket();
    const pieces = [newPiece(net)];
    const old = await openDeal(net, { pieces });
    const next = await openDeal(net, { pieces, firstPeriod: 12 });
    await enterPeriod(net, 2);
    await net.market.connect(net.client).cancel(next);
    const deal = await net.market.dealOf(next);
    expect([deal.start, deal.end, deal.closed]).to.deep.equal([12n, 12n, true]);
    expect((await net.market.dealOf(old)).end).to.equal(12n);
    expect(await balances(net)).to.deep.equal({
      payee: 0n,
      client: 10n * RATE,
      free: STAKE - COLLATERAL,
    });
  });

  it("that comes late begins with the next period: what lies between is in neither [RENEW-1]", async () => {
    const net = await freshMarket();
    const pieces = [newPiece(net)];
    const old = await openDeal(net, { pieces, periods: 1, maxMisses: 0 });
    await live(net, "1");
    const { end } = await net.market.dealOf(old);
    const next = await openDeal(net, { pieces, firstPeriod: end });
    expect([end, (await net.market.dealOf(next)).start]).to.deep.equal([3n, 4n]);
  });
});
