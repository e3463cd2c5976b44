const TIB = 1n << 40n;
/** Width of `slashFactor` on the chain. */
const LARGEST_FACTOR = (1n << 24n) - 1n;
/** Collateral in periods of pay, where no floor asks for more. */
const COLLATERAL_RATES = 33n;
/** One tolerated miss for each so many periods. */
const PERIODS_PER_MISS = 35;

/** What a deal costs and locks. Amounts in the token's smallest unit. */
export type DealTerms = {
  /** What the provider earns for each proven period. */
  readonly rate: bigint;
  /** `slash` in rates. */
  readonly slashFactor: number;
  /** What a missed period costs the provider, paid to the client. */
  readonly slash: bigint;
  /** What the provider locks. */
  readonly collateral: bigint;
  /** Misses over the whole term that are not yet a default. */
  readonly maxMisses: number;
  /** What the client pays for the whole term. */
  readonly total: bigint;
};

/** Misses that a term tolerates by default: about 3 %, at least one where the term allows it. */
export function defaultMaxMisses(periods: number): number {
  return Math.min(periods - 1, Math.max(1, Math.round(periods / PERIODS_PER_MISS)));
}

/**
 * The terms of a deal for `size` raw bytes: the one function that both sides compute them with.
 *
 * @param o.pricePerTiBPeriod Price of 2^40 bytes for a period.
 * @param o.floor Least collateral of the provider id's class.
 * @param o.minCollateral Least collateral of the market.
 * @example
 * dealTerms({ size: 1_000_000, periods: 30, pricePerTiBPeriod: 110_000n, floor: 65_536n, minCollateral: 10_000n }).total
 */
export function dealTerms(o: {
  size: number;
  periods: number;
  pricePerTiBPeriod: bigint;
  floor: bigint;
  minCollateral: bigint;
  maxMisses?: number | undefined;
}): DealTerms {
  const maxMisses = o.maxMisses ?? defaultMaxMisses(o.periods);
  const slashes = BigInt(maxMisses) + 1n;
  const least = larger(o.floor, o.minCollateral);
  // A rate below the last bound could not carry the collateral: the slash factor would not fit its width.
  const rate = larger(
    1n,
    larger(
      divideUp(o.pricePerTiBPeriod * BigInt(o.size), TIB),
      divideUp(least, LARGEST_FACTOR * slashes),
    ),
  );
  const factor = divideUp(larger(COLLATERAL_RATES * rate, least), rate * slashes);
  const slash = rate * factor;
  return {
    rate,
    slashFactor: Number(factor),
    slash,
    collateral: slash * slashes,
    maxMisses,
    total: rate * BigInt(o.periods),
  };
}

/** The smallest of a provider's classes that a deal of this rate may belong to, by its floor; undefined when all are too small. */
export function classFor({
  rate,
  floors,
}: {
  rate: bigint;
  floors: readonly bigint[];
}): bigint | undefined {
  return floors
    .filter((floor) => 3n * COLLATERAL_RATES * rate <= 4n * floor)
    .reduce<bigint | undefined>(
      (least, f) => (least === undefined || f < least ? f : least),
      undefined,
    );
}

function divideUp(a: bigint, b: bigint): bigint {
  return (a + b - 1n) / b;
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
