import {
  type Estimate,
  estimate,
  type Figure,
  frequency,
  type Run,
  type Section,
} from "./figures.ts";
import { caughtIn, dropGain, termGain } from "./formulas.ts";
import { type List, passes } from "./list.ts";
import { type Random, randomFrom } from "./random.ts";
import { type Deal, defaultDeal, drawsFor } from "./rules.ts";
import { honest, settle } from "./term.ts";
import { beside, number, percent } from "./text.ts";

const DRAWS_PER_CELL = 1_000_000;
const TERMS_PER_CELL = 1_000;
const storages = [0.5, 0.7] as const;

/** G(f): what a live period of a year's deal gains by dropping a share of everything. */
export function droppingByPeriod(run: Run): Section {
  const random = randomFrom(run.seed, "dropping");
  const { loss } = defaultDeal(365);
  const figures: Figure[] = [];
  const rows = [0.0001, 0.001, 0.01, 0.1, 0.5, 1].flatMap((share) =>
    storages.map((storage) => {
      const cells = [100, 1_000, 8_000].map((real) => {
        const draws = drawsFor(real);
        const derived = dropGain({ share, draws, storage, loss });
        const simulated = simulateGain(random, run, { real, share, storage, loss });
        const name = `dropping ${percent(share, 2)} of ${real} deals at s = ${storage}`;
        figures.push(figure(name, derived, simulated));
        return beside(derived, simulated);
      });
      return [percent(share, share < 0.01 ? 2 : 0), `${storage} r`, ...cells];
    }),
  );
  return {
    ...{
      id: "dropping",
      title: "Dropping a share of everything: gain in r per deal and live period",
    },
    heading: ["dropped", "s", "N = 10, 100 (k = 5)", "N = 1,000 (k = 12)", "N = 8,000 (k = 67)"],
    ...{
      rows,
      figures,
      verdict: "Every share loses at every list size, and the smallest loses least.",
    },
  };
}

/** The gain of one period, from the rate at which walks are caught. */
export function simulateGain(
  random: Random,
  run: Run,
  o: { real: number; share: number; storage: number; loss: number },
): Estimate {
  const list: List = { real: o.real, missing: o.share };
  const periods = Math.ceil((DRAWS_PER_CELL * run.samples) / drawsFor(o.real));
  const caught = frequency(periods, caughtIn(list), () => !passes(random, list));
  return { mean: o.share * o.storage - caught.mean * o.loss, sigma: caught.sigma * o.loss };
}

/** The same over whole terms, default included: a provider that finds no other client afterwards. */
export function droppingByTerm(run: Run): Section {
  const random = randomFrom(run.seed, "dropping by term");
  const figures: Figure[] = [];
  const storage = 0.5;
  const rows = [0.001, 0.01, 0.1, 1].map((share) => [
    percent(share, share < 0.01 ? 1 : 0),
    ...[30, 90, 365].map((term) => {
      const deal = defaultDeal(term);
      const list: List = { real: 100, missing: share };
      const derived = termGain({ miss: caughtIn(list), share, storage, deal });
      const trials = Math.ceil((TERMS_PER_CELL * run.samples * 365) / term);
      const simulated = estimate(trials, () => playTerm(random, { deal, list, share, storage }));
      figures.push(figure(`dropping ${percent(share)} for ${term} periods`, derived, simulated));
      return beside(derived, simulated);
    }),
  ]);
  return {
    ...{ id: "terms", title: "The same over a whole term, default included (N = 100, s = 0.5 r)" },
    heading: ["dropped", ...[30, 90, 365].map(describeTerm)],
    ...{
      rows,
      figures,
      verdict: "A default caps the fine at the collateral, and costs the income of the rest.",
    },
  };
}

function playTerm(
  random: Random,
  o: { deal: Deal; list: List; share: number; storage: number },
): number {
  const { earned, slashed, lived } = settle(o.deal, () => passes(random, o.list));
  const kept = earned - slashed - lived * (1 - o.share) * o.storage;
  return (kept - honest(o.deal.term, o.storage)) / o.deal.term;
}

function describeTerm(term: number): string {
  const { maxMisses, slash } = defaultDeal(term);
  return `term ${term}, M = ${maxMisses}, slash ${number(slash)} r`;
}

function figure(name: string, derived: number, { mean, sigma }: Estimate): Figure {
  return { name, derived, simulated: mean, sigma, claim: "loses" };
}
