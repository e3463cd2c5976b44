import { capitalCost, caughtIn } from "./formulas.ts";
import { CAPITAL_PER_YEAR, type Deal } from "./rules.ts";

export type Plan = {
  /** Periods before the end at which dropping the data gains most; 1 where it never gains. */
  readonly start: number;
  /** Against honest work in these periods. */
  readonly gain: number;
  readonly dummiesAt: (left: number, misses: number) => number;
};

type Choice = { readonly dummies: number; readonly miss: number; readonly capital: number };

/**
 * The best use of dummies for a single deal whose data is gone, by dynamic programming backwards from the end: the state is the
 * periods left and the misses so far, the choice is the number of dummies. Ended deals earn nothing more.
 */
export function planShield(deal: Deal, storage: number): Plan {
  const choices = [...sizes()].map((dummies): Choice => {
    const miss = caughtIn({ real: 1, dropped: 1, dummies });
    return { dummies, miss, capital: capitalCost(dummies * deal.floor, CAPITAL_PER_YEAR) };
  });
  const table: { value: number; dummies: number }[][] = [];
  const value = (left: number, misses: number) => table[left]?.[misses]?.value ?? 0;
  let best = { start: 1, gain: Number.NEGATIVE_INFINITY };

  for (let left = 1; left <= deal.term; left++) {
    table[left] = Array.from({ length: deal.maxMisses + 1 }, (_, misses) => {
      const [ifProven, ifMissed] = [
        1 + value(left - 1, misses),
        value(left - 1, misses + 1) - deal.slash,
      ];
      return bestOf(choices, ifProven, ifMissed);
    });
    const gain = value(left, 0) - left * (1 - storage);
    if (gain > best.gain) best = { start: left, gain };
  }
  return { ...best, dummiesAt: (left, misses) => table[left]?.[misses]?.dummies ?? 0 };
}

function bestOf(choices: readonly Choice[], ifProven: number, ifMissed: number) {
  let best = { value: Number.NEGATIVE_INFINITY, dummies: 0 };
  for (const { dummies, miss, capital } of choices) {
    const value = (1 - miss) * ifProven + miss * ifMissed - capital;
    if (value > best.value) best = { value, dummies };
  }
  return best;
}

/** Every number up to the first extra draw, then every fourth: the optimum is flat. */
function* sizes(): Generator<number> {
  for (let dummies = 0; dummies < 127; dummies++) yield dummies;
  for (let dummies = 127; dummies < 1_500; dummies += 4) yield dummies;
}
