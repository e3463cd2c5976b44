import { getAddress, isAddress } from "ethers";
import { invalidArgument } from "./call.ts";
import { HoldfastError } from "./errors.ts";
import { type Deployment, wrongChain } from "./market/deployment.ts";

/** Name of a stored object: `eip155:<chain id>:<market, lower case>:<first deal>`. */
export type ObjectId = string;

export function objectId({ chainId, market }: Deployment, firstDeal: bigint): ObjectId {
  return `eip155:${chainId}:${market.toLowerCase()}:${firstDeal}`;
}

/** Whether a text is meant as an ObjectId, and not as a CID. */
export function looksLikeObjectId(text: string): boolean {
  return text.startsWith("eip155:");
}

/**
 * The first deal of an object of this market.
 *
 * @throws {HoldfastError} `ARGUMENT_INVALID`, `WRONG_CHAIN`, `MARKET_UNKNOWN` for an object of another market.
 */
export function firstDealOf(deployment: Deployment, id: ObjectId): bigint {
  const [, chainId, market = "", deal] =
    /^eip155:(\d{1,15}):(0x[0-9a-f]{40}):([1-9]\d{0,9})$/.exec(id) ?? [];
  if (chainId === undefined || deal === undefined || !isAddress(market)) {
    throw invalidArgument(
      `"${id}" is not the id of an object.`,
      "Pass what `store` or `list` returned: eip155:<chain>:<market>:<deal>.",
    );
  }
  if (Number(chainId) !== deployment.chainId) throw wrongChain(Number(chainId), deployment.chainId);
  if (getAddress(market) === deployment.market) return BigInt(deal);
  throw new HoldfastError("MARKET_UNKNOWN", {
    message: `The object is of market ${getAddress(market)}, this connection is to ${deployment.market}.`,
    fix: "Connect to the object's market.",
  });
}
