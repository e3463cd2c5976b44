// The protocol's rules as this simulation needs them, with amounts in rates: what a deal earns in a proven period is 1.
import { dealTerms, drawCount } from "holdfast/market";

/** Draws for a list of fewer than 128 deals. */
export const BASE_SAMPLES = 5;
/** Deals that one provider id can list. */
export const LIST_LIMIT = 8_192;
/** Production: a period is a day. */
export const PERIODS_PER_YEAR = 365;
/** What locked money could earn elsewhere, by default. */
export const CAPITAL_PER_YEAR = 0.05;
/** Collateral in rates, unless the class has a higher floor. */
export const COLLATERAL = 33;
/** A class's floor in rates when the deal is the largest that it may hold: 33 rates are 4/3 of it. */
export const LEAST_FLOOR = (COLLATERAL * 3) / 4;

export type Deal = {
  readonly term: number;
  readonly maxMisses: number;
  readonly slash: number;
  readonly collateral: number;
  /** What an unproven period costs the provider: the pay and the slash. */
  readonly loss: number;
  /** Least collateral of any deal of the provider id. */
  readonly floor: number;
};

/** The default deal of a term, by the function that client and provider use; `floor` in rates. */
export function defaultDeal(term: number, floor = COLLATERAL): Deal {
  const rate = 1_000_000n;
  const { maxMisses, slash, collateral } = dealTerms({
    size: 2 ** 40,
    periods: term,
    pricePerTiBPeriod: rate,
    floor: BigInt(Math.round(floor * Number(rate))),
    minCollateral: 1n,
  });
  const inRates = (amount: bigint) => Number(amount) / Number(rate);
  return {
    ...{ term, maxMisses, floor, slash: inRates(slash), collateral: inRates(collateral) },
    loss: 1 + inRates(slash),
  };
}

/** Live draws that a proof needs with `frozen` deals in the list. */
export function drawsFor(frozen: number): number {
  return drawCount({ baseSamples: BASE_SAMPLES, frozen });
}
