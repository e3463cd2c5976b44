import type { Random } from "./random.ts";
import { drawsFor } from "./rules.ts";

/** A provider's list in one period: which of its deals the data is there for. */
export type List = {
  /** Deals of real clients. */
  readonly real: number;
  /** How many of these have lost all their data. */
  readonly dropped?: number;
  /** Share of the leaves that every other real deal has lost. */
  readonly missing?: number;
  /** The provider's deals with itself, over data that costs nothing to keep. */
  readonly dummies?: number;
  /** Deals that are over and still listed: the walk skips them. */
  readonly ended?: number;
};

/** Deals in the list, as frozen at the first touch of the period. */
export function frozenOf({ real, dummies = 0, ended = 0 }: List): number {
  return real + dummies + ended;
}

/**
 * One period's walk over the list, by the rule of the contract: uniform over the deals, then over the leaves of the deal; deals
 * that are not live are skipped. Whether all the draws meet data that is there.
 */
export function passes(random: Random, list: List): boolean {
  const { real, dropped = 0, missing = 0, ended = 0 } = list;
  const frozen = frozenOf(list);
  for (let left = drawsFor(frozen); left > 0; ) {
    const pick = random.below(frozen) - ended;
    if (pick < 0) continue;
    if (pick < dropped) return false;
    if (pick < real && missing > 0 && random.share() < missing) return false;
    left--;
  }
  return true;
}
