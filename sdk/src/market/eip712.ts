import { type Signer, type TypedDataDomain, TypedDataEncoder, verifyTypedData } from "ethers";
import { HoldfastError } from "../errors.ts";
import type { Address, Deployment } from "./deployment.ts";

/** One piece of data and the price of keeping it. Bytes as 0x hex. */
export type Piece = {
  readonly root: string;
  /** Raw bytes. */
  readonly size: number;
  readonly rate: bigint;
  readonly slashFactor: number;
  /** Binary CID, `0x` for private data. */
  readonly contentCid: string;
};

/** "I hold these pieces and keep them on these terms", to be signed by a provider's operator. */
export type Offer = {
  readonly provider: number;
  readonly client: Address;
  readonly firstPeriod: number;
  readonly periods: number;
  readonly maxMisses: number;
  readonly notice: number;
  readonly termsHash: string;
  /** Unix seconds. */
  readonly expiry: number;
  readonly nonce: bigint;
  readonly pieces: readonly Piece[];
};

/** An offer as `open` takes it. */
export type SignedOffer = { readonly offer: Offer; readonly signature: string };

/** A price that binds the provider for at most `maxBytes` until `expires` (Unix seconds). */
export type Quote = {
  readonly id: string;
  readonly provider: number;
  readonly client: Address;
  readonly maxBytes: number;
  readonly periods: number;
  readonly pricePerTiBPeriod: bigint;
  readonly maxMisses: number;
  readonly notice: number;
  readonly termsHash: string;
  readonly expires: number;
};

export type SignedQuote = { readonly quote: Quote; readonly signature: string };

type Fields = Record<string, { name: string; type: string }[]>;

/** EIP-712 types of an offer. */
export const offerTypes: Fields = {
  Offer: fields(
    "uint32 provider,address client,uint32 firstPeriod,uint16 periods,uint16 maxMisses,uint16 notice,bytes32 termsHash,uint64 expiry,uint256 nonce,Piece[] pieces",
  ),
  Piece: fields("bytes32 root,uint64 size,uint80 rate,uint24 slashFactor,bytes contentCid"),
};

/** EIP-712 types of a quote. */
export const quoteTypes: Fields = {
  Quote: fields(
    "bytes32 id,uint32 provider,address client,uint64 maxBytes,uint16 periods,uint256 pricePerTiBPeriod,uint16 maxMisses,uint16 notice,bytes32 termsHash,uint64 expires",
  ),
};

/** EIP-712 domain of a market's offers and quotes. */
export function marketDomain({
  chainId,
  market,
}: Pick<Deployment, "chainId" | "market">): TypedDataDomain {
  return { name: "Holdfast", version: "1", chainId, verifyingContract: market };
}

type Domain = Pick<Deployment, "chainId" | "market">;

/** What the operator signs: the EIP-712 digest of an offer. */
export function offerDigest(deployment: Domain, offer: Offer): string {
  return TypedDataEncoder.hash(marketDomain(deployment), offerTypes, offer);
}

export async function signOffer(
  signer: Signer,
  deployment: Domain,
  offer: Offer,
): Promise<SignedOffer> {
  const signature = await signer.signTypedData(marketDomain(deployment), offerTypes, offer);
  return { offer, signature };
}

/**
 * Who signed an offer.
 *
 * @throws {HoldfastError} `OFFER_INVALID` when the signature is not one at all.
 */
export function recoverOfferSigner(deployment: Domain, { offer, signature }: SignedOffer): Address {
  return recover(deployment, offerTypes, offer, signature, "offer");
}

export async function signQuote(
  signer: Signer,
  deployment: Domain,
  quote: Quote,
): Promise<SignedQuote> {
  const signature = await signer.signTypedData(marketDomain(deployment), quoteTypes, quote);
  return { quote, signature };
}

/**
 * Who signed a quote.
 *
 * @throws {HoldfastError} `OFFER_INVALID` when the signature is not one at all.
 */
export function recoverQuoteSigner(deployment: Domain, { quote, signature }: SignedQuote): Address {
  return recover(deployment, quoteTypes, quote, signature, "quote");
}

function recover(
  deployment: Domain,
  types: Fields,
  value: Offer | Quote,
  signature: string,
  what: string,
): Address {
  try {
    return verifyTypedData(marketDomain(deployment), types, value, signature);
  } catch (cause) {
    throw new HoldfastError("OFFER_INVALID", {
      message: `The ${what} of provider ${value.provider} carries no valid signature, but "${signature}".`,
      fix: "Ask the provider again, or choose another one.",
      provider: String(value.provider),
      cause,
    });
  }
}

function fields(list: string): { name: string; type: string }[] {
  return list.split(",").map((field) => {
    const [type = "", name = ""] = field.split(" ");
    return { name, type };
  });
}
