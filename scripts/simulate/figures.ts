/** What the documents say of a strategy, against honest work: it loses, or it pays in a corner that they name. */
export type Claim = "loses" | "pays";

/** One number, derived by a formula and found by simulation. */
export type Figure = {
  readonly name: string;
  readonly derived: number;
  readonly simulated: number;
  /** Standard error of the simulated value; 0 where the simulation has no chance in it. */
  readonly sigma: number;
  readonly claim?: Claim;
};

/** A table, the figures in it, and what follows from them in one sentence. */
export type Section = {
  readonly id: string;
  readonly title: string;
  readonly heading: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly figures: readonly Figure[];
  readonly verdict: string;
};

export type Estimate = { readonly mean: number; readonly sigma: number };

/** What every table is computed with. `samples` scales the work; 1 gives errors of about a percent. */
export type Run = { readonly seed: number; readonly samples: number };

const TOLERATED_SIGMAS = 4;
/** For simulations without chance: rounding of floating-point sums. */
const ROUNDING = 1e-9;

/** What is wrong with a figure: simulation and formula disagree, or the documents' claim is false. */
export function faultOf({ name, derived, simulated, sigma, claim }: Figure): string | undefined {
  if (!(Math.abs(simulated - derived) <= TOLERATED_SIGMAS * sigma + ROUNDING)) {
    return `${name}: simulated ${simulated}, derived ${derived}, more than ${TOLERATED_SIGMAS} standard errors (${sigma}) apart`;
  }
  if (claim === "loses" && derived >= 0) return `${name}: said to lose, and gains ${derived}`;
  if (claim === "pays" && derived <= 0) return `${name}: said to pay, and loses ${-derived}`;
  return undefined;
}

/** Mean and standard error of `trial` over `about` so many trials. */
export function estimate(about: number, trial: () => number): Estimate {
  const count = Math.ceil(about);
  let [mean, squares] = [0, 0];
  for (let i = 1; i <= count; i++) {
    const value = trial();
    const delta = value - mean;
    mean += delta / i;
    squares += delta * (value - mean);
  }
  return { mean, sigma: Math.sqrt(squares / (count - 1) / count) };
}

/** How often `event` happens. The error is that of the `expected` rate: rare events that did not show up have one, too. */
export function frequency(about: number, expected: number, event: () => boolean): Estimate {
  const count = Math.ceil(about);
  let hits = 0;
  for (let i = 0; i < count; i++) if (event()) hits++;
  return { mean: hits / count, sigma: Math.sqrt((expected * (1 - expected)) / count) };
}
