import { simulateGain } from "./dropping.ts";
import type { Run } from "./figures.ts";
import { caughtIn, dropGain } from "./formulas.ts";
import { daysFor, simulateDays } from "./lost-deal.ts";
import { randomFrom } from "./random.ts";
import { defaultDeal, drawsFor } from "./rules.ts";
import { type Axis, type Chart, chart, type Point, type Series } from "./svg.ts";
import { number } from "./text.ts";

/** The document's picture: what dropping gains, and how long one lost deal goes unseen. Lines are formulas, dots simulations. */
export function picture(run: Run): string {
  return chart([gains(run), waits(run)]);
}

function gains(run: Run): Chart {
  const random = randomFrom(run.seed, "picture of gains");
  const { loss } = defaultDeal(365);
  const storage = 0.5;
  const series = [100, 1_000, 8_000].map((real): Series => {
    const draws = drawsFor(real);
    const line = spread(0.0001, 1, 160).map(
      (share): Point => [share, dropGain({ share, draws, storage, loss })],
    );
    const dots = [0.0001, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1].map(
      (share): Point => [share, simulateGain(random, run, { real, share, storage, loss }).mean],
    );
    const name = `${number(real)} deals, ${draws} draws`;
    return { name: real === 100 ? `up to 127 deals, ${draws} draws` : name, line, dots };
  });
  const x: Axis = {
    ...{ title: "share of the data that is dropped", from: 0.0001, to: 1, log: true },
    ticks: [
      [0.0001, "0.01 %"],
      [0.001, "0.1 %"],
      [0.01, "1 %"],
      [0.1, "10 %"],
      [1, "100 %"],
    ],
  };
  const y: Axis = {
    ...{ title: "gain per deal and period, in its pay r", from: -4.5, to: 0.5, log: false },
    ticks: [0, -1, -2, -3, -4].map((value) => [value, value === 0 ? "0" : `${value} r`]),
  };
  return {
    title: "Dropping data never gains (s = 0.5 r, one year)",
    x,
    y,
    series,
    legend: "bottom",
  };
}

function waits(run: Run): Chart {
  const random = randomFrom(run.seed, "picture of waits");
  const rate = (real: number) => caughtIn({ real, dropped: 1 });
  const sizes = spread(1, 8_192, 240).map(Math.round);
  const probes = [1, 3, 10, 30, 100, 300, 1_000, 3_000, 8_000];
  const mean: Series = {
    name: "mean",
    line: sizes.map((real) => [real, 1 / rate(real)]),
    dots: probes.map((real) => [real, simulateDays(random, run, real).mean]),
  };
  const most: Series = {
    name: "9 of 10 are found within",
    line: sizes.map((real) => [real, daysFor(rate(real), 0.9)]),
    dots: [],
  };
  const x: Axis = {
    ...{ title: "deals in the provider's list", from: 1, to: 8_192, log: true },
    ticks: [
      [1, "1"],
      [10, "10"],
      [100, "100"],
      [1_000, "1,000"],
      [8_192, "8,192"],
    ],
  };
  const y: Axis = {
    ...{ title: "days until one lost deal is drawn", from: 1, to: 400, log: true },
    ticks: [
      [1, "1"],
      [3, "3"],
      [10, "10"],
      [30, "30"],
      [100, "100"],
      [300, "300"],
    ],
  };
  return {
    title: "One lost deal in a large list takes long to find",
    x,
    y,
    series: [mean, most],
    legend: "top",
  };
}

/** Values spaced evenly by their logarithm, both ends included. */
function spread(from: number, to: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => from * (to / from) ** (i / (count - 1)));
}
