import { expect } from "chai";
import { ZeroAddress, ZeroHash } from "ethers";
import {
  ALLOWANCE,
  deployMarket,
  freshMarket,
  newOffer,
  newPiece,
  type Offer,
  openDeal,
  registerProvider,
  sign,
  type TestMarket,
} from "./support/market.ts";
import { nonceWord, objectsOf } from "./support/stored.ts";

const COLLATERAL = 34_000n;

async function open(net: TestMarket, offer: Offer, manifest = "0x", owner = ZeroAddress) {
  const signed = await sign(net, offer);
  return net.market.connect(net.client).open([signed], ALLOWANCE, owner, manifest);
}

describe("open: the last value that is valid, the first that is not", () => {
  it("opens an offer in the second it expires, and not in the next [OFFER-3]", async () => {
    const net = await freshMarket();
    const expiry = (await net.helpers.time.latest()) + 50;
    const [first, second] = [await newOffer(net, { expiry }), await newOffer(net, { expiry })];
    await net.helpers.time.setNextBlockTimestamp(expiry);
    await open(net, first);
    await expect(open(net, second)).to.be.revertedWithCustomError(net.market, "OfferExpired");
  });

  it("takes a CID of 64 bytes and a manifest of 4,096 [OFFER-3]", async () => {
    const net = await freshMarket();
    const piece = { ...newPiece(net), contentCid: `0x${"11".repeat(64)}` };
    await open(net, await newOffer(net, { pieces: [piece] }), `0x${"5a".repeat(4_096)}`);
  });

  it("refuses a root with either of the top two bits set [OFFER-3]", async () => {
    const net = await freshMarket();
    for (const last of ["40", "80"]) {
      const root = `0x${"00".repeat(31)}${last}`;
      await expect(open(net, await newOffer(net, { pieces: [{ ...newPiece(net), root }] })))
        .to.be.revertedWithCustomError(net.market, "PieceRootInvalid")
        .withArgs(0n, 0n, root);
    }
  });

  it("refuses an offer of more than 4,096 pieces [OFFER-3]", async () => {
    const net = await freshMarket();
    const piece = { root: ZeroHash, size: 0, rate: 0, slashFactor: 0, contentCid: "0x" };
    const offer = await newOffer(net, { pieces: Array(4_097).fill(piece) });
    const signed = { offer, signature: "0x" };
    await expect(
      net.market.connect(net.client).open.staticCall([signed], ALLOWANCE, ZeroAddress, "0x"),
    )
      .to.be.revertedWithCustomError(net.market, "OfferTooLarge")
      .withArgs(0n, 4_097n, 4_096n);
  });

  it("asks for the market's least collateral where the provider's floor is lower [OFFER-4]", async () => {
    const net = await deployMarket({ minCollateral: COLLATERAL + 1n });
    await expect(open(net, await newOffer(net)))
      .to.be.revertedWithCustomError(net.market, "PieceCollateralInvalid")
      .withArgs(0n, 0n, COLLATERAL, COLLATERAL + 1n);
  });

  it("asks for the market's least collateral where the provider's floor is one unit lower [OFFER-4]", async () => {
    const floor = 4n ** 6n;
    const net = await deployMarket({ minCollateral: floor + 1n });
    const piece = { ...newPiece(net), rate: floor, slashFactor: 1 };
    await expect(open(net, await newOffer(net, { pieces: [piece], maxMisses: 0 })))
      .to.be.revertedWithCustomError(net.market, "PieceCollateralInvalid")
      .withArgs(0n, 0n, floor, floor + 1n);
  });

  it("takes a collateral of just the least [OFFER-4]", async () => {
    const net = await deployMarket({ minCollateral: COLLATERAL });
    await open(net, await newOffer(net));
    expect((await net.market.dealOf(1n)).collateral).to.equal(COLLATERAL);
  });

  it("takes a collateral of all 96 bits [OFFER-4]", async () => {
    const net = await freshMarket();
    const { market, token, owner, client } = net;
    const all = 2n ** 96n - 1n;
    const slashFactor = 2n ** 24n - 1n;
    for (const payer of [owner, client]) await token.mint(payer, all);
    await token.connect(owner).approve(market, all);
    const missing = all - (await market.providerOf(1n)).free;
    await market.connect(owner).stake(1n, missing, ALLOWANCE);
    const piece = { ...newPiece(net), rate: all / slashFactor, slashFactor };
    await open(net, await newOffer(net, { pieces: [piece], periods: 1, maxMisses: 0 }));
    expect((await market.dealOf(1n)).collateral).to.equal(all);
    expect((await market.providerOf(1n)).free).to.equal(0n);
  });
});

describe("open: what belongs to whom", () => {
  it("keeps the nonces of providers apart [OFFER-2]", async () => {
    const net = await freshMarket();
    await registerProvider(net);
    await openDeal(net, { nonce: 77n });
    await openDeal(net, { nonce: 77n, provider: 2 });
    expect(await nonceWord(net, 2n, 0n)).to.equal(1n << 77n);
  });

  it("lists an object as the client's own when the client names itself [OPEN-5]", async () => {
    const net = await freshMarket();
    await open(net, await newOffer(net), "0x01", net.client.address);
    expect(await objectsOf(net, net.client)).to.have.length(1);
    expect(await objectsOf(net, net.client, true)).to.have.length(0);
  });
});

describe("the lock budget", () => {
  it("refills to the whole with the next period, and only then [OPEN-3]", async () => {
    const net = await freshMarket();
    const { market, owner, operator } = net;
    const configure = (maxLock: bigint) =>
      market.connect(owner).configure(1n, operator, owner, maxLock, "");
    await configure(2n * COLLATERAL);
    await openDeal(net);
    await configure(9n * COLLATERAL);
    expect((await market.providerOf(1n)).budgetLeft).to.equal(COLLATERAL);
    await net.helpers.time.increase(1_000);
    await openDeal(net);
    expect((await market.providerOf(1n)).budgetLeft).to.equal(8n * COLLATERAL);
  });

  it("stays 0 in later periods once the operator is stopped [OPEN-3]", async () => {
    const net = await freshMarket();
    await openDeal(net);
    await net.market.connect(net.operator).stop(1n);
    await net.helpers.time.increase(1_000);
    await expect(openDeal(net))
      .to.be.revertedWithCustomError(net.market, "OfferBudgetTooLow")
      .withArgs(0n, COLLATERAL, 0n);
  });
});
