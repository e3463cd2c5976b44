import { expect } from "chai";
import { TypedDataEncoder, Wallet } from "ethers";
import {
  type Offer,
  offerDigest,
  offerTypes,
  type Quote,
  quoteTypes,
  recoverOfferSigner,
  recoverQuoteSigner,
  signOffer,
  signQuote,
} from "holdfast/market";
import vectors from "../../vectors/offers.json" with { type: "json" };

type OfferJson = (typeof vectors.offers)[number]["offer"];

describe("offers", () => {
  for (const v of vectors.offers) {
    const offer = offerOf(v.offer);
    it(`hashes the vector "${v.name}" as EIP-712 says`, () => {
      expect(TypedDataEncoder.hashStruct("Offer", offerTypes, offer)).to.equal(v.structHash);
      expect(offerDigest(v, offer)).to.equal(v.digest);
    });

    it(`names the signer of the vector "${v.name}"`, () => {
      expect(recoverOfferSigner(v, { offer, signature: v.signature })).to.equal(v.signer);
    });
  }

  it("are signed so that their signer is found again, on that market only", async () => {
    const [v] = vectors.offers;
    if (!v) throw new Error("no vectors");
    const wallet = Wallet.createRandom();
    const signed = await signOffer(wallet, v, offerOf(v.offer));
    expect(recoverOfferSigner(v, signed)).to.equal(wallet.address);
    expect(recoverOfferSigner({ ...v, chainId: 5 }, signed)).not.to.equal(wallet.address);
  });

  it("refuses what is not a signature", () => {
    const [v] = vectors.offers;
    if (!v) throw new Error("no vectors");
    expect(() => recoverOfferSigner(v, { offer: offerOf(v.offer), signature: "0x1234" }))
      .to.throw('The offer of provider 1 carries no valid signature, but "0x1234".')
      .with.property("code", "OFFER_INVALID");
  });
});

describe("quotes", () => {
  for (const v of vectors.quotes) {
    const quote: Quote = { ...v.quote, pricePerTiBPeriod: BigInt(v.quote.pricePerTiBPeriod) };
    it("hash as EIP-712 says, and name their signer", async () => {
      expect(TypedDataEncoder.hashStruct("Quote", quoteTypes, quote)).to.equal(v.structHash);
      expect(recoverQuoteSigner(v, { quote, signature: v.signature })).to.equal(v.signer);
      const wallet = Wallet.createRandom();
      expect(recoverQuoteSigner(v, await signQuote(wallet, v, quote))).to.equal(wallet.address);
    });
  }
});

function offerOf(json: OfferJson): Offer {
  const pieces = json.pieces.map((piece) => ({ ...piece, rate: BigInt(piece.rate) }));
  return { ...json, nonce: BigInt(json.nonce), pieces };
}
