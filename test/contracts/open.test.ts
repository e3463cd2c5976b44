import { expect } from "chai";
import { ZeroAddress } from "ethers";
import {
  ALLOWANCE,
  DOLLAR,
  freshMarket,
  newOffer,
  newPiece,
  openDeal,
  openOffers,
  registerProvider,
  sign,
} from "./support/market.ts";
import { listOf } from "./support/stored.ts";

const COST = 10_000n;
const COLLATERAL = 34_000n;

describe("open: what it does", () => {
  it("returns the id of the first deal [OPEN-2]", async () => {
    const net = await freshMarket();
    await openDeal(net);
    const signed = await sign(net, await newOffer(net, { pieces: [newPiece(net), newPiece(net)] }));
    const call = net.market.connect(net.client).open;
    expect(await call.staticCall([signed], ALLOWANCE, ZeroAddress, "0x")).to.equal(2n);
  });

  it("locks collateral, escrows the price and tells all in events [OPEN-1]", async () => {
    const net = await freshMarket();
    const { market, token, client } = net;
    const piece = { ...newPiece(net, 5_000), contentCid: "0x01551220" };
    const offer = await newOffer(net, { pieces: [piece], firstPeriod: 4 });
    const before = await token.balanceOf(client);

    await expect(openOffers(net, [offer]))
      .to.emit(market, "DealOpened")
      .withArgs(
        1n,
        1n,
        client.address,
        4n,
        10n,
        1n,
        3n,
        1_000n,
        17n,
        offer.termsHash,
        piece.root,
        5_000n,
        "0x01551220",
      );

    expect(await token.balanceOf(client)).to.equal(before - COST);
    expect((await market.providerOf(1n)).free).to.equal(1_000n * DOLLAR - COLLATERAL);
    expect(await listOf(net, 1n)).to.deep.equal([1n]);
    const deal = await market.dealOf(1n);
    expect(deal.root).to.equal(piece.root);
    expect([deal.size, deal.provider, deal.client]).to.deep.equal([5_000n, 1n, client.address]);
    expect([deal.start, deal.end, deal.settledUpTo, deal.missed]).to.deep.equal([4n, 14n, 4n, 0n]);
    expect([deal.maxMisses, deal.notice, deal.rate, deal.slash]).to.deep.equal([
      1n,
      3n,
      1_000n,
      17_000n,
    ]);
    expect([deal.closed, deal.forfeited, deal.defaulted]).to.deep.equal([false, false, false]);
    expect([deal.escrow, deal.collateral, deal.earned, deal.refund]).to.deep.equal([
      COST,
      COLLATERAL,
      0n,
      0n,
    ]);
  });

  it("starts with the next period when the offer's first period has passed [OPEN-2]", async () => {
    const net = await freshMarket();
    const id = await openDeal(net, { firstPeriod: 1 });
    expect((await net.market.dealOf(id)).start).to.equal((await net.market.period()) + 1n);
  });

  it("keeps terms of the greatest widths apart [OFFER-3]", async () => {
    const net = await freshMarket();
    const rate = 2n ** 80n - 1n;
    await net.token.mint(net.owner, 2n ** 110n);
    await net.token.mint(net.client, 2n ** 110n);
    await net.market.connect(net.owner).stake(1n, 2n ** 95n, ALLOWANCE);
    const piece = { ...newPiece(net), size: 2n ** 44n - 1n, rate, slashFactor: 50 };
    const id = await openDeal(net, {
      pieces: [piece],
      periods: 366,
      maxMisses: 365,
      notice: 511,
      firstPeriod: 366,
    });
    const deal = await net.market.dealOf(id);
    expect([deal.size, deal.rate, deal.slash]).to.deep.equal([2n ** 44n - 1n, rate, 50n * rate]);
    expect([deal.start, deal.end, deal.maxMisses, deal.notice]).to.deep.equal([
      366n,
      732n,
      365n,
      511n,
    ]);
  });

  it("opens many pieces of many providers at once, ids in order [OPEN-2]", async () => {
    const net = await freshMarket();
    await registerProvider(net);
    const first = await newOffer(net, { pieces: [newPiece(net), newPiece(net), newPiece(net)] });
    const second = await newOffer(net, {
      provider: 2,
      pieces: [newPiece(net), newPiece(net)],
      maxMisses: 2,
    });
    await openOffers(net, [first, second]);
    expect(await listOf(net, 1n)).to.deep.equal([1n, 2n, 3n]);
    expect(await listOf(net, 2n)).to.deep.equal([4n, 5n]);
    const deals = await Promise.all([1n, 2n, 3n, 4n, 5n].map((id) => net.market.dealOf(id)));
    expect(deals.map((deal) => deal.root)).to.deep.equal(
      [...first.pieces, ...second.pieces].map((piece) => piece.root),
    );
    expect(deals.map((deal) => deal.maxMisses)).to.deep.equal([1n, 1n, 1n, 2n, 2n]);
    expect(deals.every((deal) => deal.client === net.client.address)).to.equal(true);
  });

  it("draws on the lock budget, which refills with the next period [OPEN-3]", async () => {
    const net = await freshMarket();
    const { market, owner, operator, helpers } = net;
    await market.connect(owner).configure(1n, operator, owner, COLLATERAL, "");
    await openDeal(net);
    await expect(openDeal(net)).to.be.revertedWithCustomError(market, "OfferBudgetTooLow");
    await helpers.time.increase(1_000);
    await openDeal(net);
    expect((await market.providerOf(1n)).budgetLeft).to.equal(0n);
  });

  it("freezes what this period draws from at the first touch [LIST-1]", async () => {
    const net = await freshMarket();
    await openDeal(net);
    await openDeal(net);
    expect((await net.market.providerOf(1n)).frozen).to.equal(0n);
    await net.helpers.time.increase(1_000);
    await openDeal(net);
    const record = await net.market.providerOf(1n);
    expect([record.frozen, record.listed, record.touchedAt]).to.deep.equal([
      2n,
      3n,
      await net.market.period(),
    ]);
  });

  it("refuses more than 8,192 deals of a provider [LIST-1]", async () => {
    const net = await freshMarket();
    const piece = { ...newPiece(net), rate: 1, slashFactor: 2_048 };
    const batch = async (count: number) =>
      openOffers(net, [await newOffer(net, { pieces: Array(count).fill(piece), periods: 2 })]);
    // A block of the test network holds some hundred openings.
    for (let left = 8_192; left > 0; left -= 256) await batch(Math.min(256, left));
    expect((await net.market.providerOf(1n)).listed).to.equal(8_192n);
    await expect(batch(1))
      .to.be.revertedWithCustomError(net.market, "OfferListFull")
      .withArgs(0n, 8_193n, 8_192n);
  });
});
