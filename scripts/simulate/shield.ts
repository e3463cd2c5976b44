import {
  type Estimate,
  estimate,
  type Figure,
  frequency,
  type Run,
  type Section,
} from "./figures.ts";
import { capitalCost, caughtIn, shieldBound } from "./formulas.ts";
import { type List, passes } from "./list.ts";
import { type Plan, planShield } from "./plan.ts";
import { type Random, randomFrom } from "./random.ts";
import {
  CAPITAL_PER_YEAR,
  COLLATERAL,
  type Deal,
  defaultDeal,
  LEAST_FLOOR,
  LIST_LIMIT,
} from "./rules.ts";
import { honest, settle } from "./term.ts";
import { beside, number, percent, signed } from "./text.ts";

const PERIODS = 200_000;
const TERMS = 2_000;
const terms = [30, 90, 180, 365] as const;

/** Gain per real deal and live period of dropping `dropped` deals of `real` behind `dummies`. Gas for the dummies is taken as nothing. */
export function shieldGain(
  deal: Deal,
  storage: number,
  list: Required<Omit<List, "missing" | "ended">>,
) {
  const { real, dropped, dummies } = list;
  const capital = capitalCost(dummies * deal.floor, CAPITAL_PER_YEAR);
  return (dropped * storage - caughtIn(list) * real * deal.loss - capital) / real;
}

/** The number of dummies that costs least in a live period, for one real deal or several of which all are dropped. */
export function bestShield(deal: Deal, real = 1): { dummies: number; cost: number } {
  let best = { dummies: 0, cost: Number.POSITIVE_INFINITY };
  for (let dummies = 0; dummies <= LIST_LIMIT - real; dummies++) {
    const cost = -shieldGain(deal, 0, { real, dropped: real, dummies });
    if (cost < best.cost) best = { dummies, cost };
    // Locked capital alone costs more than the best so far: more dummies cannot help.
    if (capitalCost(dummies * deal.floor, CAPITAL_PER_YEAR) > best.cost * real) break;
  }
  return best;
}

/** The cheapest shield of one real deal, for each class that a client may meet, and one that its SDK refuses. */
export function shields(run: Run): Section {
  const random = randomFrom(run.seed, "shield");
  const figures: Figure[] = [];
  const rows = terms.flatMap((term) =>
    [COLLATERAL / 4, LEAST_FLOOR, COLLATERAL, 3 * COLLATERAL].map((floor) => {
      const deal = defaultDeal(term, floor);
      const { dummies, cost } = bestShield(deal);
      const simulated = simulateCost(random, run, deal, dummies);
      const cells = [0.5, 0.7].map((storage) => {
        const gain = { mean: storage - simulated.mean, sigma: simulated.sigma };
        const name = `shield of ${dummies}, floor ${floor} r, term ${term}, s = ${storage}`;
        const claim = knownToPay(term, floor, storage) ? "pays" : "loses";
        figures.push({
          name,
          derived: storage - cost,
          simulated: gain.mean,
          sigma: gain.sigma,
          claim,
        });
        return beside(storage - cost, gain);
      });
      const refused = floor < LEAST_FLOOR ? ", refused" : "";
      return [
        number(term),
        `${number(floor, 2)} r${refused}`,
        number(dummies),
        `${number(dummies * floor)} r`,
        ...cells,
      ];
    }),
  );
  return {
    ...{
      id: "shield",
      title:
        "Dummy deals as a shield for one dropped deal: gain in r per live period, capital at 5 %",
    },
    heading: ["term", "floor", "best dummies", "locked", "s = 0.5 r", "s = 0.7 r"],
    ...{ rows, figures },
    verdict:
      "It loses at s = 0.5 r with every class that a client accepts. It PAYS at s = 0.7 r for a list of a few deals with terms of about half a year and more.",
  };
}

/** The corners that docs/economics.md names; everything else is said to lose. */
function knownToPay(term: number, floor: number, storage: number): boolean {
  if (floor < LEAST_FLOOR) return term === 365 || term === 180 || (term === 90 && storage === 0.7);
  if (storage < 0.7) return false;
  return (term === 365 && floor <= COLLATERAL) || (term === 180 && floor === LEAST_FLOOR);
}

function simulateCost(random: Random, run: Run, deal: Deal, dummies: number): Estimate {
  const list: List = { real: 1, dropped: 1, dummies };
  const caught = frequency(PERIODS * run.samples, caughtIn(list), () => !passes(random, list));
  const capital = capitalCost(dummies * deal.floor, CAPITAL_PER_YEAR);
  return { mean: caught.mean * deal.loss + capital, sigma: caught.sigma * deal.loss };
}

/** Where the corner begins: the storage cost above which some shield pays, and the price of capital below which it does. */
export function shieldBounds(): Section {
  const sizes = [1, 2, 5, 10, 100];
  const rows = terms.map((term) => {
    const worst = defaultDeal(term, LEAST_FLOOR);
    const bound = shieldBound({ floor: worst.floor, loss: worst.loss, capital: CAPITAL_PER_YEAR });
    return [
      ...[number(term), `${number(bound, 2)} r`],
      ...sizes.map((real) => `${number(bestShield(worst, real).cost, 2)} r`),
      ...[0.5, 0.7].map((s) => percent(CAPITAL_PER_YEAR * (s / bound) ** 2)),
    ];
  });
  return {
    ...{
      id: "shield-bounds",
      title:
        "Storage cost from which some shield pays, in the class with the lowest floor (24.75 r)",
    },
    heading: [
      "term",
      "by the formula",
      ...sizes.map((n) => `N = ${n}`),
      "capital under, s = 0.5 r",
      "s = 0.7 r",
    ],
    ...{ rows, figures: [] },
    verdict:
      "At s = 0.7 r the corner closes with nine deals in the list, a term of 90, or dearer capital.",
  };
}

/** The best that any strategy with dummies can reach over a term: a new shield every period, and data dropped at the best moment. */
export function adaptiveShield(run: Run): Section {
  const random = randomFrom(run.seed, "adaptive shield");
  const figures: Figure[] = [];
  const cases = [
    { term: 90, floor: LEAST_FLOOR, storage: 0.5 },
    { term: 90, floor: LEAST_FLOOR, storage: 0.7 },
    { term: 365, floor: LEAST_FLOOR, storage: 0.5 },
    { term: 365, floor: COLLATERAL, storage: 0.7 },
    { term: 365, floor: LEAST_FLOOR, storage: 0.7 },
  ];
  const rows = cases.map(({ term, floor, storage }) => {
    const deal = defaultDeal(term, floor);
    const plan = planShield(deal, storage);
    const simulated = estimate(TERMS * run.samples, () => playPlan(random, deal, storage, plan));
    const claim = plan.gain > 0 ? "pays" : "loses";
    const wanted = knownToPay(term, floor, storage) ? "pays" : "loses";
    figures.push({
      ...{ name: `adaptive shield, term ${term}, floor ${floor}, s = ${storage}, ${claim}` },
      ...{ derived: plan.gain, simulated: simulated.mean, sigma: simulated.sigma, claim: wanted },
    });
    const best = plan.gain > 0 ? `the last ${plan.start}` : "never (shown: the last one)";
    return [
      number(term),
      `${number(floor, 2)} r`,
      `${storage} r`,
      best,
      beside(plan.gain, simulated, 2),
      `${signed(plan.gain / plan.start)} r`,
    ];
  });
  return {
    ...{
      id: "adaptive",
      title: "The best strategy with dummies, by dynamic programming: gain of one deal, in r",
    },
    heading: ["term", "floor", "s", "drop for", "in all", "per period"],
    ...{ rows, figures },
    verdict: "Choosing anew every period adds nothing where a single period loses.",
  };
}

function playPlan(random: Random, deal: Deal, storage: number, plan: Plan): number {
  let capital = 0;
  const rest = { ...deal, term: plan.start };
  const { earned, slashed } = settle(rest, (period, misses) => {
    const dummies = plan.dummiesAt(plan.start - period, misses);
    capital += capitalCost(dummies * deal.floor, CAPITAL_PER_YEAR);
    return passes(random, { real: 1, dropped: 1, dummies });
  });
  return earned - slashed - capital - honest(plan.start, storage);
}
