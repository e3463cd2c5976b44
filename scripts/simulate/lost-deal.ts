import {
  type Estimate,
  estimate,
  type Figure,
  frequency,
  type Run,
  type Section,
} from "./figures.ts";
import { caughtIn } from "./formulas.ts";
import { type List, passes } from "./list.ts";
import { type Random, randomFrom } from "./random.ts";
import { drawsFor } from "./rules.ts";
import { number, percent } from "./text.ts";

const TRIALS = 1_000;

/** What one client sees whose deal alone is lost, in a list of N. */
export function lostDeal(run: Run): Section {
  const random = randomFrom(run.seed, "lost deal");
  const figures: Figure[] = [];
  const rows = [1, 10, 100, 1_000, 8_000, 8_192].map((real) => {
    const rate = caughtIn({ real, dropped: 1 });
    const days = simulateDays(random, run, real);
    const inMonth = 1 - (1 - rate) ** 30;
    const found = frequency(
      TRIALS * run.samples,
      inMonth,
      () => daysUntilCaught(random, real) <= 30,
    );
    figures.push(
      {
        name: `days until 1 of ${real} is drawn`,
        derived: 1 / rate,
        simulated: days.mean,
        sigma: days.sigma,
      },
      {
        name: `1 of ${real} in 30 days`,
        derived: inMonth,
        simulated: found.mean,
        sigma: found.sigma,
      },
    );
    return [
      ...[number(real), number(drawsFor(real)), percent(rate)],
      `${percent(inMonth)} (${percent(found.mean)})`,
      `${number(1 / rate, 1)} (${number(days.mean, 1)} ± ${number(2 * days.sigma, 1)})`,
      number(daysFor(rate, 0.9)),
      number(365 * rate, 1),
    ];
  });
  return {
    ...{ id: "lost-deal", title: "One lost deal among N" },
    heading: [
      "N",
      "k",
      "per period",
      "in 30 days",
      "mean days",
      "90 % within days",
      "misses a year",
    ],
    ...{
      rows,
      figures,
      verdict: "The provider never gains by it, but one client of a full list may wait for months.",
    },
  };
}

/** Mean days until the draws find the one lost deal of a list. */
export function simulateDays(random: Random, run: Run, real: number): Estimate {
  return estimate(TRIALS * run.samples, () => daysUntilCaught(random, real));
}

/** Days within which a loss that is found at `rate` a day is found with this chance. */
export function daysFor(rate: number, chance: number): number {
  return rate === 1 ? 1 : Math.ceil(Math.log1p(-chance) / Math.log1p(-rate));
}

function daysUntilCaught(random: Random, real: number): number {
  const list: List = { real, dropped: 1 };
  let days = 1;
  while (passes(random, list)) days++;
  return days;
}
