import { expect } from "chai";
import {
  DOLLAR,
  freshMarket,
  newOffer,
  newPiece,
  type Offer,
  openOffers,
  type TestMarket,
} from "./support/market.ts";

describe("open: what an offer may be", () => {
  const cases: [
    what: string,
    error: string,
    id: string,
    changes: (net: TestMarket) => Partial<Offer>,
  ][] = [
    [
      "that names another client",
      "OfferNotForClient",
      "OPEN-1",
      (net) => ({ client: net.stranger.address }),
    ],
    ["that has expired", "OfferExpired", "OFFER-3", () => ({ expiry: 1 })],
    ["without pieces", "OfferEmpty", "OFFER-3", () => ({ pieces: [] })],
    ["that starts too far ahead", "OfferStartTooFar", "OFFER-3", () => ({ firstPeriod: 367 })],
    ["of no periods", "OfferTermInvalid", "OFFER-3", () => ({ periods: 0, maxMisses: 0 })],
    ["longer than the market allows", "OfferTermInvalid", "OFFER-3", () => ({ periods: 367 })],
    [
      "that tolerates as many misses as it has periods",
      "OfferMissesInvalid",
      "OFFER-3",
      () => ({ maxMisses: 10 }),
    ],
    ["with a notice that does not fit", "OfferNoticeInvalid", "OFFER-3", () => ({ notice: 512 })],
    ["of an unknown provider", "OfferProviderUnknown", "OFFER-1", () => ({ provider: 9 })],
    [
      "of an empty piece",
      "PieceSizeInvalid",
      "OFFER-3",
      (net) => ({ pieces: [{ ...newPiece(net), size: 0 }] }),
    ],
    [
      "of a piece too large",
      "PieceSizeInvalid",
      "OFFER-3",
      (net) => ({ pieces: [{ ...newPiece(net), size: 2n ** 44n }] }),
    ],
    [
      "of a root that is no node",
      "PieceRootInvalid",
      "OFFER-3",
      (net) => ({ pieces: [{ ...newPiece(net), root: `0x${"00".repeat(31)}40` }] }),
    ],
    [
      "for nothing",
      "PieceRateZero",
      "OFFER-3",
      (net) => ({ pieces: [{ ...newPiece(net), rate: 0 }] }),
    ],
    [
      "with a CID of more than 64 bytes",
      "PieceCidTooLong",
      "OFFER-3",
      (net) => ({ pieces: [{ ...newPiece(net), contentCid: `0x${"11".repeat(65)}` }] }),
    ],
    [
      "that locks less than the provider's floor",
      "PieceCollateralInvalid",
      "OFFER-4",
      (net) => ({ pieces: [{ ...newPiece(net), slashFactor: 2 }] }),
    ],
    [
      "whose collateral does not fit 96 bits",
      "PieceCollateralInvalid",
      "OFFER-4",
      (net) => ({
        pieces: [{ ...newPiece(net), rate: 2n ** 80n - 1n, slashFactor: 2n ** 24n - 1n }],
      }),
    ],
    [
      "that locks more than the free stake",
      "OfferStakeTooLow",
      "OPEN-3",
      (net) => ({ pieces: [{ ...newPiece(net), rate: 1_000n * DOLLAR }] }),
    ],
  ];
  for (const [what, error, id, changes] of cases) {
    it(`rejects an offer ${what} [${id}]`, async () => {
      const net = await freshMarket();
      const offers = [await newOffer(net), await newOffer(net, changes(net))];
      await expect(openOffers(net, offers)).to.be.revertedWithCustomError(net.market, error);
      expect(await net.market.dealCount()).to.equal(0n);
    });
  }

  it("names the offer and the piece that failed [OFFER-3]", async () => {
    const net = await freshMarket();
    const bad = { ...newPiece(net), rate: 0 };
    const offers = [await newOffer(net), await newOffer(net, { pieces: [newPiece(net), bad] })];
    await expect(openOffers(net, offers))
      .to.be.revertedWithCustomError(net.market, "PieceRateZero")
      .withArgs(1n, 1n);
  });

  it("rejects a call without offers [OPEN-1]", async () => {
    const net = await freshMarket();
    await expect(openOffers(net, [])).to.be.revertedWithCustomError(net.market, "OffersEmpty");
  });

  it("rejects a manifest of more than 4,096 bytes [OPEN-5]", async () => {
    const net = await freshMarket();
    await expect(openOffers(net, [await newOffer(net)], `0x${"00".repeat(4_097)}`))
      .to.be.revertedWithCustomError(net.market, "ManifestTooLong")
      .withArgs(4_097n, 4_096n);
  });
});
