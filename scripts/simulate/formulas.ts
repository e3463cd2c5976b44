// The closed forms that docs/economics.md derives. Amounts in rates, time in periods.
import { frozenOf, type List } from "./list.ts";
import { BASE_SAMPLES, type Deal, drawsFor, PERIODS_PER_YEAR } from "./rules.ts";

/** Chance that a period's draws meet a loss: 1 - (1 - share)^k, `share` being the chance of one draw. */
export function caught(share: number, draws: number): number {
  return -Math.expm1(draws * Math.log1p(-share));
}

/** The same for a list. Ended deals are skipped, but count for the number of draws. */
export function caughtIn(list: List): number {
  const { real, dropped = 0, missing = 0, dummies = 0 } = list;
  const share = (dropped + (real - dropped) * missing) / (real + dummies);
  return caught(share, drawsFor(frozenOf(list)));
}

/** G(f): gain of a live period per deal, when a share f of everything is dropped. */
export function dropGain(o: { share: number; draws: number; storage: number; loss: number }) {
  return o.share * o.storage - caught(o.share, o.draws) * o.loss;
}

/** Expected periods until the end of the term or the default, when each period is missed with chance `miss`. */
export function expectedLife(o: { miss: number; term: number; maxMisses: number }): number {
  let byMisses = [1, ...new Array<number>(o.maxMisses).fill(0)];
  let life = 0;
  for (let period = 0; period < o.term; period++) {
    life += byMisses.reduce((sum, chance) => sum + chance, 0);
    byMisses = byMisses.map(
      (chance, misses) => chance * (1 - o.miss) + (byMisses[misses - 1] ?? 0) * o.miss,
    );
  }
  return life;
}

/** Gain over a whole term per deal and period: after the default there is neither income nor cost. */
export function termGain(o: { miss: number; share: number; storage: number; deal: Deal }): number {
  const { miss, share, storage, deal } = o;
  const life = expectedLife({ miss, term: deal.term, maxMisses: deal.maxMisses });
  const perLivePeriod = 1 - miss - miss * deal.slash - (1 - share) * storage;
  return (life * perLivePeriod) / deal.term - (1 - storage);
}

/** What keeping `amount` locked costs in a period. */
export function capitalCost(amount: number, capitalPerYear: number): number {
  return (amount * capitalPerYear) / PERIODS_PER_YEAR;
}

/** Largest cost of storage, in rates, that no shield of dummies can save with a gain: 2 sqrt(5 L floor i / 365). */
export function shieldBound(o: { floor: number; loss: number; capital: number }): number {
  return 2 * Math.sqrt(BASE_SAMPLES * o.loss * capitalCost(o.floor, o.capital));
}

/** Chance to be caught for who owns a share of the slots: with m own slots right before the seed there are 2^m seeds to choose from. */
export function caughtWithBias(miss: number, slots: number): number {
  let sum = 0;
  for (let own = 0; own < 30; own++) sum += slots ** own * (1 - slots) * miss ** (2 ** own);
  return sum;
}
