import { type Estimate, estimate, type Figure, type Run, type Section } from "./figures.ts";
import { caughtIn, expectedLife } from "./formulas.ts";
import { type List, passes } from "./list.ts";
import { type Random, randomFrom } from "./random.ts";
import { type Deal, defaultDeal } from "./rules.ts";
import { honest, settle } from "./term.ts";
import { beside, number, signed } from "./text.ts";

const STORAGE = 0.5;
const TRIALS = 2_000;

/** Storing and proving stop on purpose, `left` periods before the end, with no miss so far. In r per deal, against going on. */
export function stopping(): Section {
  const deal = defaultDeal(365);
  const figures: Figure[] = [];
  const rows = [1, 5, 11, 30, 90, 365].map((left) => {
    const cells = [0.5, 0.7].map((storage) => {
      const derived = -Math.min(left, deal.maxMisses + 1) * deal.slash - honest(left, storage);
      const { earned, slashed } = settle({ ...deal, term: left }, () => false);
      const simulated = earned - slashed - honest(left, storage);
      figures.push({
        name: `stop ${left} periods before the end, s = ${storage}`,
        derived,
        simulated,
        sigma: 0,
        claim: "loses",
      });
      return `${signed(derived, 1)} r`;
    });
    return [
      left === 365 ? "365: never stored" : number(left),
      ...cells,
      `${number(breakEven(deal, left), 2)} r`,
    ];
  });
  return {
    ...{
      id: "stopping",
      title: "Deliberate default: stop for the last periods of a year's deal, in r per deal",
    },
    heading: ["periods left", "s = 0.5 r", "s = 0.7 r", "pays when a period costs more than"],
    ...{ rows, figures },
    verdict:
      "It loses at any time, also in a notice period. It PAYS once keeping the data costs more than the last column, or its room can be sold for that much.",
  };
}

/** The storage cost above which stopping for `left` periods is cheaper than going on: 1 + min(left, M + 1) slash / left. */
export function breakEven(deal: Deal, left: number): number {
  return 1 + (Math.min(left, deal.maxMisses + 1) * deal.slash) / left;
}

/** A piece is lost by accident: hide it and hope, or abandon the deal at once. In r of the whole id, against no loss. */
export function hiding(run: Run): Section {
  const random = randomFrom(run.seed, "hiding");
  const deal = defaultDeal(365);
  const figures: Figure[] = [];
  const rows = [10, 100, 1_000, 8_000].map((real) => {
    const [derived, report] = [
      hidden(deal, { real, left: 30 }),
      abandoned(deal, { real, left: 30 }),
    ];
    const simulated = estimate(TRIALS * run.samples, () =>
      playHidden(random, deal, { real, left: 30 }),
    );
    figures.push(worse(`hide 1 of ${real} for 30 periods`, derived, simulated, report));
    let from = 1;
    while (hidden(deal, { real, left: from }) >= abandoned(deal, { real, left: from })) from++;
    return [number(real), beside(derived, simulated, 0), signed(report, 0), `${from} periods left`];
  });
  return {
    ...{
      id: "hiding",
      title:
        "A lost piece, 30 periods left: hide it, or abandon its deal, in r of the whole id (s = 0.5 r)",
    },
    heading: ["N", "hide it", "abandon", "abandoning is cheaper with at least"],
    ...{
      rows,
      figures,
      verdict:
        "Reporting a loss is far cheaper than hiding it, but for the last one to three periods of a deal.",
    },
  };
}

type Loss = { readonly real: number; readonly left: number };

/** The period at hand still counts: its draws may miss for all. Then the deal's collateral and the rest of its income are gone. */
export function abandoned(deal: Deal, { real, left }: Loss): number {
  const miss = caughtIn({ real, dropped: 1 });
  const ofOthers = miss * (real - 1) * deal.loss;
  const ofThis = miss + deal.collateral + honest(left - 1, STORAGE) - STORAGE;
  return -ofOthers - ofThis;
}

/** All deals share the misses; after one too many, all are over. */
export function hidden(deal: Deal, { real, left }: Loss): number {
  const miss = caughtIn({ real, dropped: 1 });
  const life = expectedLife({ miss, term: left, maxMisses: deal.maxMisses });
  const perPeriod = real * (1 - miss - miss * deal.slash) - (real - 1) * STORAGE;
  return life * perPeriod - real * honest(left, STORAGE);
}

function playHidden(random: Random, deal: Deal, { real, left }: Loss): number {
  const list: List = { real, dropped: 1 };
  const { earned, slashed, lived } = settle({ ...deal, term: left }, () => passes(random, list));
  return real * (earned - slashed) - lived * (real - 1) * STORAGE - real * honest(left, STORAGE);
}

/** A figure relative to another way to act. */
function worse(name: string, derived: number, { mean, sigma }: Estimate, than: number): Figure {
  return { name, derived: derived - than, simulated: mean - than, sigma, claim: "loses" };
}
