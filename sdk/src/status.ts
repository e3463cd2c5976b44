import type { CallOptions } from "./call.ts";
import type { Context } from "./context.ts";
import type { Deal } from "./market/contract.ts";
import { firstDealOf, type ObjectId } from "./object-id.ts";
import { locate, type Place } from "./retrieve/locate.ts";

/** Where a deal stands. `waiting`: it has not started. `ended`: its term is over. `defaulted`: the provider has lost its collateral. */
export type DealState = "waiting" | "live" | "ended" | "defaulted";

/** A deal of an object, derived from the chain. Amounts in the token's smallest unit. */
export type DealStatus = {
  readonly fragment: number;
  readonly deal: bigint;
  readonly provider: number;
  readonly url: string;
  readonly state: DealState;
  /** First period, and first period after the term. */
  readonly start: number;
  readonly end: number;
  /** Closed periods in which the provider has shown that it holds the fragment, and those in which it has not. */
  readonly proven: number;
  readonly missed: number;
  /** Misses that are still tolerated. */
  readonly missesLeft: number;
  /** What the provider has earned so far, paid out or not. */
  readonly earned: bigint;
  /** What settling now would give back to the client: price of missed periods, and compensation. */
  readonly refundable: bigint;
  /** What is still held for later periods. */
  readonly escrow: bigint;
};

/** How an object stands. */
export type ObjectStatus = {
  readonly id: ObjectId;
  readonly period: number;
  readonly deals: readonly DealStatus[];
  readonly health: {
    /** Fragments under a deal that is waiting or live, and how many of them suffice. */
    readonly held: number;
    readonly needed: number;
    /** How many can still be lost before the object is; negative: it may be gone. */
    readonly canLose: number;
  };
};

/** @see Holdfast.status */
export async function status(
  ctx: Context,
  id: ObjectId,
  o: CallOptions = {},
): Promise<ObjectStatus> {
  const firstDeal = firstDealOf(ctx.deployment, id);
  const [located, period] = await Promise.all([
    locate(ctx, firstDeal, { signal: o.signal }),
    ctx.market.period(),
  ]);
  const deals = located.places.map((place) => dealStatus(place, period));
  const held = deals.filter(({ state }) => state === "waiting" || state === "live").length;
  const needed = located.manifest.k;
  return { id, period, deals, health: { held, needed, canLose: held - needed } };
}

function dealStatus({ index, deal, url }: Place, period: number): DealStatus {
  const closed = Math.max(0, Math.min(period, deal.end) - deal.start);
  const settled = deal.settledUpTo - deal.start - deal.missed;
  return {
    fragment: index,
    deal: deal.id,
    provider: deal.provider,
    url,
    state: stateOf(deal, period),
    start: deal.start,
    end: deal.end,
    proven: closed - deal.misses,
    missed: deal.misses,
    missesLeft: Math.max(0, deal.maxMisses - deal.misses),
    earned: deal.rate * BigInt(settled) + deal.earned,
    refundable: deal.refund + deal.compensation,
    escrow: deal.escrow,
  };
}

function stateOf(deal: Deal, period: number): DealState {
  if (deal.defaulted) return "defaulted";
  if (deal.closed || period >= deal.end) return "ended";
  return period < deal.start ? "waiting" : "live";
}
