import type { Deal } from "./rules.ts";

/** What a term came to, in rates. */
export type Outcome = {
  readonly earned: number;
  readonly slashed: number;
  /** To the client: pay of missed periods, slashes, and after a default all later escrow. */
  readonly refunded: number;
  /** Periods until the end or the default. */
  readonly lived: number;
};

/**
 * Settles a term by the contract's rule. `proven` says for each period, given the misses so far, whether its bit is set; after
 * the miss that is one too many it is not asked any more.
 */
export function settle(deal: Deal, proven: (period: number, misses: number) => boolean): Outcome {
  let [earned, misses, lived] = [0, 0, 0];
  while (lived < deal.term && misses <= deal.maxMisses) {
    if (proven(lived, misses)) earned++;
    else misses++;
    lived++;
  }
  const slashed = misses * deal.slash;
  return { earned, slashed, lived, refunded: deal.term - earned + slashed };
}

/** What an honest provider keeps of a term, when storing costs `storage` a period. */
export function honest(periods: number, storage: number): number {
  return periods * (1 - storage);
}
