import { type Figure, frequency, type Run, type Section } from "./figures.ts";
import { caughtIn } from "./formulas.ts";
import { frozenOf, type List, passes } from "./list.ts";
import { randomFrom } from "./random.ts";
import { drawsFor } from "./rules.ts";
import { number, percent } from "./text.ts";

const listSizes = [1, 10, 100, 1_000, 8_000] as const;
const shares = [0.0001, 0.001, 0.01, 0.1, 0.5, 1] as const;
/** Draws for one cell; a longer walk gets fewer periods. */
const DRAWS_PER_CELL = 1_000_000;

/** Chance of one period to catch a loss of bytes spread over all deals. */
export function catchingBytes(run: Run): Section {
  const list = (real: number, missing: number): List => ({ real, missing });
  return grid(run, "bytes", "Caught in one period: bytes dropped inside every deal", list);
}

/** The same when whole deals are dropped; a list too short for the share has no such deal. */
export function catchingDeals(run: Run): Section {
  const list = (real: number, share: number): List | undefined => {
    const dropped = Math.round(real * share);
    return dropped === 0 || Math.abs(dropped - real * share) > 1e-9 ? undefined : { real, dropped };
  };
  return grid(run, "deals", "Caught in one period: whole deals dropped", list);
}

function grid(
  run: Run,
  id: string,
  title: string,
  listOf: (real: number, share: number) => List | undefined,
): Section {
  const random = randomFrom(run.seed, id);
  const figures: Figure[] = [];
  const cell = (real: number, share: number) => {
    const list = listOf(real, share);
    if (list === undefined) return "-";
    const derived = caughtIn(list);
    const periods = Math.ceil((DRAWS_PER_CELL * run.samples) / drawsFor(frozenOf(list)));
    const { mean, sigma } = frequency(periods, derived, () => !passes(random, list));
    const name = `${id}: ${percent(share, 2)} of ${real} deals`;
    figures.push({ name, derived, simulated: mean, sigma });
    return `${percent(derived, 2)} (${percent(mean, 2)})`;
  };
  const rows = shares.map((share) => [
    percent(share, share < 0.01 ? 2 : 0),
    ...listSizes.map((real) => cell(real, share)),
  ]);
  const heading = ["dropped", ...listSizes.map((n) => `${number(n)}, k = ${drawsFor(n)}`)];
  const verdict = `${figures.length} rates by walks through the list agree with 1 - (1 - f)^k.`;
  return { id, title, heading, rows, figures, verdict };
}
