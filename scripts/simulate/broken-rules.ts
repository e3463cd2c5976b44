import {
  type Estimate,
  estimate,
  type Figure,
  frequency,
  type Run,
  type Section,
} from "./figures.ts";
import { caught, caughtIn } from "./formulas.ts";
import { type List, passes } from "./list.ts";
import { type Random, randomFrom } from "./random.ts";
import { COLLATERAL, defaultDeal, drawsFor, LIST_LIMIT } from "./rules.ts";
import { beside } from "./text.ts";

const PERIODS = 200_000;
const STORAGE = 0.5;
const { loss } = defaultDeal(365);

/** What cheating would gain if a rule were missing: the reason why the rule is there. */
export function brokenRules(run: Run): Section {
  const random = randomFrom(run.seed, "broken rules");
  const cases = [endedDeals(random, run), noFloor(random, run), abandonSaves(random, run)];
  const figures = cases.map(
    ({ name, derived, simulated }): Figure => ({
      ...{ name, derived, simulated: simulated.mean, sigma: simulated.sigma, claim: "pays" },
    }),
  );
  return {
    ...{
      id: "broken",
      title: "If a rule were missing: gain in r per dropped deal and period (s = 0.5 r, term 365)",
    },
    heading: ["without the rule", "the cheat", "gain"],
    rows: cases.map(({ name, cheat, derived, simulated }) => [
      name,
      cheat,
      beside(derived, simulated),
    ]),
    ...{ figures, verdict: "Each of these rules is needed: without it, cheating pays." },
  };
}

type Broken = { name: string; cheat: string; derived: number; simulated: Estimate };

/** Dummies whose term is over lock nothing. If they were drawn, they would pass. */
function endedDeals(random: Random, run: Run): Broken {
  const list: List = { real: 10, dropped: 10, dummies: 1_000 };
  const derived = STORAGE - caughtIn(list) * loss;
  return {
    ...{
      name: "draws skip deals that are not live",
      cheat: "10 deals, all dropped, behind 1,000 ended dummies",
    },
    ...{ derived, simulated: gainOf(random, run, list) },
  };
}

function noFloor(random: Random, run: Run): Broken {
  const list: List = { real: 1, dropped: 1, dummies: LIST_LIMIT - 1 };
  const derived = STORAGE - caughtIn(list) * loss;
  return {
    ...{
      name: "every deal locks the class's floor",
      cheat: "a full list of dummies that lock nothing",
    },
    ...{ derived, simulated: gainOf(random, run, list) },
  };
}

function gainOf(random: Random, run: Run, list: List): Estimate {
  const rate = frequency(PERIODS * run.samples, caughtIn(list), () => !passes(random, list));
  return { mean: STORAGE - rate.mean * loss, sigma: rate.sigma * loss };
}

/** If reporting a loss took the deal out of the current draw, a bad draw would cost one collateral, not a period of all deals. */
function abandonSaves(random: Random, run: Run): Broken {
  const [real, periods] = [1_000, 10];
  const drawn = caught(1 / real, drawsFor(real));
  const survived = (1 - drawn) ** periods;
  const paid = (1 - survived) / drawn;
  const derived = (paid - COLLATERAL * (1 - survived)) / periods - (1 - STORAGE);
  const simulated = estimate((PERIODS * run.samples) / periods, () => {
    const list: List = { real, dropped: 1 };
    for (let period = 1; period <= periods; period++) {
      if (!passes(random, list)) return (period - COLLATERAL) / periods - (1 - STORAGE);
    }
    return STORAGE;
  });
  return {
    ...{
      name: "abandoning does not save the current period",
      cheat: "drop a deal of 1,000 for its last 10 periods, abandon it when drawn",
    },
    ...{ derived, simulated },
  };
}
