import { type Figure, frequency, type Run, type Section } from "./figures.ts";
import { caughtIn } from "./formulas.ts";
import { type Gas, readGas } from "./gas.ts";
import { passes } from "./list.ts";
import { type Lists, listOfDeal, uniform, zipf } from "./market.ts";
import { randomFrom } from "./random.ts";
import { defaultDeal, LIST_LIMIT } from "./rules.ts";
import { brief, number, percent } from "./text.ts";

const DEALS = 1_000_000;
const PROVIDERS = 10_000;
const SETTLE_EVERY = 30;
const TERM = 365;
const DAY = 86_400;
const TRIALS = 4_000;

/** What is not ours to know: prices, as the user gives them. */
export type Prices = {
  readonly l1Gwei: number;
  readonly l2Gwei: number;
  readonly etherUsd: number;
  /** Price of 2^40 bytes for 30 days. */
  readonly tibMonthUsd: number;
};

const chains = [
  { name: "L1, 36M gas a block", blockGas: 36_000_000, seconds: 12, price: "l1Gwei" },
  { name: "L1, 60M gas a block", blockGas: 60_000_000, seconds: 12, price: "l1Gwei" },
  { name: "L2, 60M gas each 2 s", blockGas: 60_000_000, seconds: 2, price: "l2Gwei" },
] as const;

/** A deal's share of everybody's gas, by the length of the list that it is in. */
export function gasPerDeal(prices: Prices): Section {
  const gas = readGas();
  const rows = [1, 10, 100, 1_000, LIST_LIMIT].map((real) => {
    const proof = gas.prove(real);
    const each = proof / real + gas.settleEach / SETTLE_EVERY + gas.openEach / TERM;
    const dollars = (amount: number, gwei: number) => amount * gwei * 1e-9 * prices.etherUsd;
    const worth = ([prices.l1Gwei, prices.l2Gwei] as const).map((gwei) => {
      const usdPerDay = dollars(proof, gwei) / (real * defaultDeal(TERM).loss);
      return `${brief((usdPerDay * 30 * 1024) / prices.tibMonthUsd)} GiB`;
    });
    return [
      ...[number(real), number(Math.round(proof / 1_000) * 1_000), number(each)],
      `$${brief(dollars(each * 30, prices.l1Gwei))}, $${brief(dollars(each * 30, prices.l2Gwei))}`,
      ...worth,
    ];
  });
  return {
    ...{
      id: "gas",
      title: "Gas of a deal and period, and the size of deals below which skipping a proof pays",
    },
    heading: [
      "N",
      "gas of a proof",
      "gas per deal and day",
      "dollars in 30 days: L1, L2",
      "skip pays under, L1",
      "L2",
    ],
    ...{ rows, figures: [] },
    verdict: `A proof that costs more than N (r + slash) is better skipped: it PAYS for short lists of small deals where gas is dear. ${given(prices)}`,
  };
}

/** A million deals at ten thousand providers. */
export function chainLoad(prices: Prices): Section {
  const gas = readGas();
  const rows = [uniform(DEALS, PROVIDERS), zipf(DEALS, PROVIDERS)].flatMap((lists) =>
    chains.map(({ name, blockGas, seconds, price }) => {
      const daily = dailyGas(gas, lists);
      const share = daily / ((blockGas * DAY) / seconds);
      const usd = daily * prices[price] * 1e-9 * prices.etherUsd;
      return [
        ...[
          lists.name,
          number(lists.sizes.length),
          name,
          `${number(daily / 1e9, 2)} G`,
          percent(share, 2),
        ],
        ...[`$${brief(usd)}`, `$${brief((30 * usd) / DEALS)}`],
      ];
    }),
  );
  return {
    ...{
      id: "load",
      title: "A million deals at 10,000 providers: all gas of a day, and its share of the chain",
    },
    heading: ["lists", "ids", "chain", "gas a day", "of all blocks", "a day", "a deal in 30 days"],
    ...{ rows, figures: [] },
    verdict: `Proofs, captures, settling every ${SETTLE_EVERY} days and opening for ${TERM} together fill about a hundredth of the blocks of an L1. ${given(prices)}`,
  };
}

function dailyGas(gas: Gas, { sizes }: Lists): number {
  const proofs = sizes.reduce((sum, size) => sum + gas.prove(size), 0);
  const deals = sizes.reduce((sum, size) => sum + size, 0);
  return proofs + gas.capture + deals * (gas.settleEach / SETTLE_EVERY + gas.openEach / TERM);
}

/** How soon a loss is found, for a deal picked at random and for a provider that drops 1 % of everything. */
export function detection(run: Run): Section {
  const random = randomFrom(run.seed, "detection");
  const figures: Figure[] = [];
  const markets = [uniform(DEALS, PROVIDERS), zipf(DEALS, PROVIDERS), uniform(DEALS, 125)];
  const rows = markets.map((lists) => {
    const listOf = listOfDeal(lists);
    const cells = [7, 30, 90].map((days) => {
      const derived = foundWithin(lists, days);
      const found = frequency(TRIALS * run.samples, derived, () => {
        const list = { real: listOf(random), dropped: 1 };
        for (let day = 0; day < days; day++) if (!passes(random, list)) return true;
        return false;
      });
      const name = `${lists.name}: a lost deal is found in ${days} days`;
      figures.push({ name, derived, simulated: found.mean, sigma: found.sigma });
      return `${percent(derived)} (${percent(found.mean)})`;
    });
    let median = 1;
    while (foundWithin(lists, median) < 0.5) median++;
    return [lists.name, ...cells, number(median), percent(meanCaught(lists))];
  });
  return {
    ...{
      id: "detection",
      title:
        "How soon a loss is found: a deal picked at random among a million, and 1 % of an id's bytes",
    },
    heading: [
      "lists",
      "lost deal: in 7 days",
      "30 days",
      "90 days",
      "median days",
      "1 % of bytes: in a day",
    ],
    ...{
      rows,
      figures,
      verdict: "Large lists find a general loss at once and a single one slowly.",
    },
  };
}

function foundWithin({ sizes }: Lists, days: number): number {
  return byDeals(sizes, (size) => 1 - (1 - caughtIn({ real: size, dropped: 1 })) ** days);
}

function meanCaught({ sizes }: Lists): number {
  return byDeals(sizes, (size) => caughtIn({ real: size, missing: 0.01 }));
}

function byDeals(sizes: readonly number[], value: (size: number) => number): number {
  let [sum, deals] = [0, 0];
  for (const size of sizes) [sum, deals] = [sum + size * value(size), deals + size];
  return sum / deals;
}

function given({ l1Gwei, l2Gwei, etherUsd, tibMonthUsd }: Prices): string {
  return `Given: ether at $${number(etherUsd)}, gas at ${l1Gwei} gwei on the L1 and ${l2Gwei} on the L2, $${tibMonthUsd} for a TiB and 30 days.`;
}
