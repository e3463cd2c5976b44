import type { Address } from "./deployment.ts";
import type { Piece, SignedOffer, SignedQuote } from "./eip712.ts";
import { type FieldReader, readFields } from "./parse.ts";

/** What a provider says about itself at `GET /v1/info`. Prices in the token's smallest unit, terms in periods. */
export type ProviderInfo = {
  readonly operator: Address;
  readonly chainId: number;
  readonly market: Address;
  /** Its ids on the chain and the least collateral of each. */
  readonly providers: readonly { readonly id: number; readonly floor: bigint }[];
  readonly pricePerTiBPeriod: bigint;
  readonly minPeriods: number;
  readonly maxPeriods: number;
  readonly maxPieceBytes: number;
  readonly notice: number;
  readonly termsHash: string;
  readonly abuseContact: string;
  readonly version: string;
};

/** Body of `POST /v1/quotes`. */
export type QuoteRequest = {
  readonly client: Address;
  readonly maxBytes: number;
  readonly periods: number;
};

/** Body of `POST /v1/uploads/{id}/offer`. `quote`: its id. `contentCid`: of public pieces, and then part of the offer. */
export type OfferRequest = {
  readonly format: "raw" | "car";
  readonly pieceCid: string;
  readonly contentCid?: string;
  readonly client: Address;
  readonly periods: number;
  readonly quote: string;
  /** Nonce of an offer that the contract refused: a fresh one takes its place. */
  readonly replace?: string;
};

/** JSON of the protocol: every `bigint` as a decimal string. */
export function toJson(value: ProviderInfo | SignedQuote | SignedOffer): string {
  return JSON.stringify(value, (_, v: unknown) => (typeof v === "bigint" ? v.toString() : v));
}

/**
 * Parses the answer of `GET /v1/info`.
 *
 * @param from The provider's url, to be named in the error.
 * @throws {HoldfastError} `PROVIDER_UNREACHABLE` naming the field that is wrong.
 */
export function parseProviderInfo(json: unknown, from: string): ProviderInfo {
  const f = readFields(json, { code: "PROVIDER_UNREACHABLE", from });
  return {
    operator: f.address("operator"),
    chainId: f.integer("chainId"),
    market: f.address("market"),
    providers: f.list("providers").map((p) => ({ id: p.integer("id"), floor: p.amount("floor") })),
    pricePerTiBPeriod: f.amount("pricePerTiBPeriod"),
    minPeriods: f.integer("minPeriods"),
    maxPeriods: f.integer("maxPeriods"),
    maxPieceBytes: f.integer("maxPieceBytes"),
    notice: f.integer("notice"),
    termsHash: f.hex("termsHash", 32),
    abuseContact: f.text("abuseContact"),
    version: f.text("version"),
  };
}

/**
 * Parses the answer of `POST /v1/quotes`.
 *
 * @throws {HoldfastError} `OFFER_INVALID` naming the field that is wrong.
 */
export function parseSignedQuote(json: unknown, from: string): SignedQuote {
  const f = readFields(json, { code: "OFFER_INVALID", from });
  const q = f.object("quote");
  return {
    quote: {
      id: q.hex("id", 32),
      ...shared(q),
      maxBytes: q.integer("maxBytes"),
      pricePerTiBPeriod: q.amount("pricePerTiBPeriod"),
      expires: q.integer("expires"),
    },
    signature: f.hex("signature"),
  };
}

/**
 * Parses the answer of `POST /v1/uploads/{id}/offer`.
 *
 * @throws {HoldfastError} `OFFER_INVALID` naming the field that is wrong.
 */
export function parseSignedOffer(json: unknown, from: string): SignedOffer {
  const f = readFields(json, { code: "OFFER_INVALID", from });
  const o = f.object("offer");
  return {
    offer: {
      ...shared(o),
      firstPeriod: o.integer("firstPeriod"),
      expiry: o.integer("expiry"),
      nonce: o.amount("nonce"),
      pieces: o.list("pieces").map(piece),
    },
    signature: f.hex("signature"),
  };
}

function shared(f: FieldReader) {
  return {
    provider: f.integer("provider"),
    client: f.address("client"),
    periods: f.integer("periods"),
    maxMisses: f.integer("maxMisses"),
    notice: f.integer("notice"),
    termsHash: f.hex("termsHash", 32),
  };
}

function piece(f: FieldReader): Piece {
  return {
    root: f.hex("root", 32),
    size: f.integer("size"),
    rate: f.amount("rate"),
    slashFactor: f.integer("slashFactor"),
    contentCid: f.hex("contentCid"),
  };
}
