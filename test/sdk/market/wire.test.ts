import { expect } from "chai";
import {
  type ProviderInfo,
  parseProviderInfo,
  parseSignedOffer,
  parseSignedQuote,
  toJson,
} from "holdfast/market";
import vectors from "../../vectors/offers.json" with { type: "json" };

const from = "http://127.0.0.1:1";
const address = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
const hash = `0x${"11".repeat(32)}`;
const info: ProviderInfo = {
  operator: address,
  chainId: 31337,
  market: address,
  providers: [{ id: 1, floor: 4n ** 30n }],
  pricePerTiBPeriod: 10n ** 20n,
  minPeriods: 1,
  maxPeriods: 365,
  maxPieceBytes: 2 ** 40,
  notice: 0,
  termsHash: hash,
  abuseContact: "",
  version: "0.1.0",
};

describe("parseProviderInfo", () => {
  it("reads what toJson writes", () => {
    expect(parseProviderInfo(JSON.parse(toJson(info)), from)).to.deep.equal(info);
  });

  for (const [field, value, expected] of [
    ["operator", "0x12", "an address"],
    ["chainId", -1, "a whole number up to 2^53 - 1"],
    ["chainId", "9007199254740993", "a whole number up to 2^53 - 1"],
    ["pricePerTiBPeriod", 1.5, "a whole number in decimal"],
    ["pricePerTiBPeriod", "0x10", "a whole number in decimal"],
    ["termsHash", "0x1234", "32 hex bytes"],
    ["providers", {}, "a list"],
    ["abuseContact", null, "a string"],
  ] as const) {
    it(`names the field when ${field} is ${JSON.stringify(value)}`, () => {
      const json = { ...JSON.parse(toJson(info)), [field]: value };
      expect(() => parseProviderInfo(json, from))
        .to.throw(
          `${from} answered with a wrong field: "${field}" must be ${expected}, got ${JSON.stringify(value)}.`,
        )
        .with.include({ code: "PROVIDER_UNREACHABLE", provider: from });
    });
  }

  it("names a field inside a list", () => {
    const json = { ...JSON.parse(toJson(info)), providers: [{ id: 1, floor: "1" }, { id: 2 }] };
    expect(() => parseProviderInfo(json, from)).to.throw(
      '"providers[1].floor" must be a whole number in decimal, got nothing.',
    );
  });

  it("refuses an answer that is not an object", () => {
    expect(() => parseProviderInfo("hello", from)).to.throw(
      '"body" must be an object, got "hello".',
    );
  });
});

describe("parseSignedOffer", () => {
  const [v] = vectors.offers;
  const signed = { offer: v?.offer, signature: v?.signature };

  it("reads what toJson writes", () => {
    const parsed = parseSignedOffer(signed, from);
    expect(parsed.offer.pieces[0]?.rate).to.equal(1n);
    expect(parseSignedOffer(JSON.parse(toJson(parsed)), from)).to.deep.equal(parsed);
  });

  it("names the field of a piece that is wrong", () => {
    const offer = { ...signed.offer, pieces: [{ ...signed.offer?.pieces[0], root: "0x" }] };
    expect(() => parseSignedOffer({ ...signed, offer }, from))
      .to.throw('"offer.pieces[0].root" must be 32 hex bytes, got "0x".')
      .with.property("code", "OFFER_INVALID");
  });

  it("reads and writes a nonce of 256 bits as a decimal string [HTTP-4]", () => {
    const nonce = (2n ** 256n - 1n).toString();
    const parsed = parseSignedOffer({ ...signed, offer: { ...signed.offer, nonce } }, from);
    expect(parsed.offer.nonce).to.equal(2n ** 256n - 1n);
    expect(JSON.parse(toJson(parsed)).offer.nonce).to.equal(nonce);
  });
});

describe("parseSignedQuote", () => {
  it("reads what toJson writes", () => {
    const [v] = vectors.quotes;
    const parsed = parseSignedQuote({ quote: v?.quote, signature: v?.signature }, from);
    expect(parsed.quote.pricePerTiBPeriod).to.equal(110_000n);
    expect(parseSignedQuote(JSON.parse(toJson(parsed)), from)).to.deep.equal(parsed);
  });
});
