import {
  type Claim,
  type Estimate,
  type Figure,
  frequency,
  type Run,
  type Section,
} from "./figures.ts";
import { caughtIn, caughtWithBias } from "./formulas.ts";
import { type List, passes } from "./list.ts";
import { type Random, randomFrom } from "./random.ts";
import { defaultDeal } from "./rules.ts";
import { beside, percent } from "./text.ts";

const PERIODS = 400_000;
const STORAGE = 0.5;
/** Hours after which `mark` is open when no header has been captured. */
const QUIET_HOURS = 36;
const PERIOD_HOURS = 24;
/** A provider that has 10 % of the chain's slots. */
const SLOTS = 0.1;

type Case = {
  readonly name: string;
  readonly share: number;
  readonly miss: number;
  readonly claim: Claim;
  readonly missed: (random: Random, list: List) => () => boolean;
};

/** What a provider gains that is alone on the beacon, or owns slots, by choosing which seeds come to be. */
export function seeds(run: Run): Section {
  const random = randomFrom(run.seed, "seeds");
  const { loss } = defaultDeal(365);
  const real = 100;
  const figures: Figure[] = [];
  const rows = casesFor(real).map(({ name, share, miss, claim, missed }) => {
    const rate = frequency(PERIODS * run.samples, miss, missed(random, { real, missing: share }));
    const gain: Estimate = { mean: share * STORAGE - rate.mean * loss, sigma: rate.sigma * loss };
    const derived = share * STORAGE - miss * loss;
    figures.push({ name, derived, simulated: gain.mean, sigma: gain.sigma, claim });
    return [
      name,
      percent(share, 2),
      `${percent(miss, 3)} (${percent(rate.mean, 3)})`,
      beside(derived, gain, 5),
    ];
  });
  return {
    ...{
      id: "seeds",
      title: "Choosing seeds: gain in r per deal and live period (N = 100, s = 0.5 r)",
    },
    heading: ["strategy", "dropped", "missed", "gain"],
    ...{ rows, figures },
    verdict:
      "One draw a period, however seeds are withheld: it loses. A second draw would pay. It PAYS for a provider that is alone on the beacon and builds the block whose hash `finish` reads, for as long as nobody else shows a header.",
  };
}

function casesFor(real: number): Case[] {
  const miss = (share: number) => caughtIn({ real, missing: share });
  // Where two draws gain most: f s - (5 f)^2 L is largest at s / (50 L).
  const small = 0.0025;
  const one = 1 / real;
  return [
    { name: "honest draws", share: small, miss: miss(small), claim: "loses", missed: plainly },
    {
      name: "withhold a bad seed",
      share: small,
      miss: miss(small),
      claim: "loses",
      missed: withholding,
    },
    {
      name: "go quiet, then mark",
      share: small,
      miss: miss(small),
      claim: "loses",
      missed: marking(false),
    },
    {
      name: "a looser mark, not ours: a second draw",
      share: small,
      miss: miss(small) ** 2,
      claim: "pays",
      missed: drawingTwice,
    },
    {
      name: "10 % of the slots",
      share: small,
      miss: caughtWithBias(miss(small), SLOTS),
      claim: "loses",
      missed: biasing,
    },
    {
      name: "10 % of the slots",
      share: one,
      miss: caughtWithBias(miss(one), SLOTS),
      claim: "loses",
      missed: biasing,
    },
    // In the long run it misses one period, then none: here it has just missed that one.
    {
      name: "alone, builds the block of finish",
      share: 1,
      miss: 0,
      claim: "pays",
      missed: marking(true),
    },
  ];
}

function plainly(random: Random, list: List): () => boolean {
  return () => !passes(random, list);
}

/** Shows the seed only when the draws are good. A seed that nobody shows is a miss. */
function withholding(random: Random, list: List): () => boolean {
  return () => {
    const drawsAreGood = passes(random, list);
    const seedIsShown = drawsAreGood;
    return !seedIsShown;
  };
}

/**
 * Marks whenever it may: before the seed's time, and only while the youngest header shown is older than `quiet`. Else it shows
 * the header when the draws are good. A mark closes the header's path, so each period has one draw. `builds`: it can choose
 * the hash that `finish` reads.
 */
function marking(builds: boolean): (random: Random, list: List) => () => boolean {
  return (random, list) => {
    let hoursSinceHeader = builds ? QUIET_HOURS : 0;
    return () => {
      hoursSinceHeader += PERIOD_HOURS;
      if (hoursSinceHeader > QUIET_HOURS) return !(builds || passes(random, list));
      if (!passes(random, list)) return true;
      hoursSinceHeader = 0;
      return false;
    };
  };
}

/** A rule that we do not have: `mark` some hours after the seed's time, when nobody has shown the header. */
function drawingTwice(random: Random, list: List): () => boolean {
  return () => !passes(random, list) && !passes(random, list);
}

/** With m own slots right before the seed, each shown or skipped, there are 2^m seeds to choose from. */
function biasing(random: Random, list: List): () => boolean {
  return () => {
    let own = 0;
    while (random.share() < SLOTS) own++;
    for (let seed = 0; seed < 2 ** own; seed++) if (passes(random, list)) return false;
    return true;
  };
}
