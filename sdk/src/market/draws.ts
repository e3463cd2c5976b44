import { AbiCoder, keccak256 } from "ethers";
import { HoldfastError } from "../errors.ts";
import type { Address } from "./deployment.ts";

/** A list of this many deals gets one draw more. */
const DEALS_PER_SAMPLE = 128;
/** Steps of the walk for each live draw that has to be found; then the contract gives up too. */
const STEPS_PER_SAMPLE = 64;

const LOWER_HALF = (1n << 128n) - 1n;
const wordTypes = ["uint256", "uint256", "address", "uint32", "uint32", "uint256"];

/** Whose draws: the seed of the period, the chain, the market, the provider id and the period. */
export type Walk = {
  readonly seed: bigint;
  readonly chainId: number;
  readonly market: Address;
  readonly provider: number;
  readonly period: number;
};

/** A deal and the leaf of its piece that has to be shown. */
export type Draw = { readonly deal: bigint; readonly leaf: number };

/** What the list holds at an index. `live`: start <= period < end. `size`: raw bytes of the piece. */
export type Listed = { readonly deal: bigint; readonly live: boolean; readonly size: number };

/** The random word of one step of a walk. */
export function drawWord({
  seed,
  chainId,
  market,
  provider,
  period,
  index,
}: Walk & { index: number }): bigint {
  const values = [seed, chainId, market, provider, period, index];
  return BigInt(keccak256(AbiCoder.defaultAbiCoder().encode(wordTypes, values)));
}

/** The index in the provider's list that a word picks: its upper half, uniform over `frozen` deals. */
export function drawPick(word: bigint, frozen: number): number {
  return Number((word >> 128n) % BigInt(frozen));
}

/** The leaf that a word picks: its lower half, uniform over the `leaves` that hold data. */
export function drawLeaf(word: bigint, leaves: number): number {
  return Number((word & LOWER_HALF) % BigInt(leaves));
}

/** Live draws that a proof needs with `frozen` deals in the list. */
export function drawCount({
  baseSamples,
  frozen,
}: {
  baseSamples: number;
  frozen: number;
}): number {
  return baseSamples + Math.floor(frozen / DEALS_PER_SAMPLE);
}

/**
 * Walks the draws of a provider in a period, exactly as the contract does: which leaf of which deal, in the order of the proof.
 *
 * @param o `dealAt` answers what the list, as frozen at the first touch of the period, holds at an index.
 * @throws {HoldfastError} `TOO_FEW_LIVE_DEALS` where the contract would revert too.
 */
export function walkDraws(
  o: Walk & { frozen: number; baseSamples: number; dealAt: (index: number) => Listed },
): Draw[] {
  const needed = drawCount(o);
  const steps = o.frozen === 0 ? 0 : needed * STEPS_PER_SAMPLE;
  const draws: Draw[] = [];
  for (let index = 0; draws.length < needed; index++) {
    if (index === steps) throw tooFewLiveDeals(o.provider, o.period, draws.length, needed);
    const word = drawWord({ ...o, index });
    const { deal, live, size } = o.dealAt(drawPick(word, o.frozen));
    if (live) draws.push({ deal, leaf: drawLeaf(word, dataLeaves(size)) });
  }
  return draws;
}

/** 32-byte leaves that hold data: fr32 makes 128 bytes of 127. */
function dataLeaves(size: number): number {
  return Number((4n * BigInt(size) + 126n) / 127n);
}

function tooFewLiveDeals(
  provider: number,
  period: number,
  found: number,
  needed: number,
): HoldfastError {
  return new HoldfastError("TOO_FEW_LIVE_DEALS", {
    message: `Provider ${provider} has too few live deals in its list to be proven in period ${period}: ${found} of ${needed} draws met one.`,
    fix: "Give up the period with the owner's key, then delist the deals that have ended.",
    provider: String(provider),
  });
}
