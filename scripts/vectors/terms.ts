// docs/spec.md's formulas over fractions, at 6 and 18 decimals.
const tib = 2n ** 40n;
const largestFactor = 2n ** 24n - 1n;

const deals = [
  { size: 1, periods: 1 },
  { size: 65, periods: 2 },
  { size: 1_048_832, periods: 10, maxMisses: 1 },
  { size: 16_777_216, periods: 30 },
  { size: 1_000_000_000, periods: 90 },
  { size: 2 ** 40, periods: 365 },
  { size: 2 ** 44 - 1, periods: 366 },
  { size: 5_000_000_000, periods: 52, maxMisses: 0 },
  { size: 5_000_000_000, periods: 53 },
];

const classes = [
  { rate: "1", floors: ["64", "256"], floor: "64" },
  { rate: "2", floors: ["64", "256"], floor: "64" },
  { rate: "3", floors: ["64", "256"], floor: "256" },
  { rate: "10", floors: ["256", "64"], floor: "256" },
  { rate: "11", floors: ["64", "256"], floor: null },
  { rate: "1", floors: [], floor: null },
];

export function termsVectors() {
  const terms = [6, 18].flatMap((decimals) => {
    const cent = 10n ** BigInt(decimals - 2);
    const floors = [0n, 4n, 10n].map((power) => 4n ** (power + (decimals === 6 ? 4n : 24n)));
    return deals.flatMap((deal) =>
      [1n, 11n * cent, 300n * cent].map((price, i) => {
        const floor = floors[i] ?? 1n;
        return { decimals, ...termsOf({ ...deal, price, floor, least: cent }) };
      }),
    );
  });
  return { terms, classes };
}

function termsOf(o: {
  size: number;
  periods: number;
  maxMisses?: number;
  price: bigint;
  floor: bigint;
  least: bigint;
}) {
  const misses = BigInt(o.maxMisses ?? usualMisses(o.periods));
  const atLeast = max(o.floor, o.least);
  const rate = max(
    1n,
    ceil(o.price * BigInt(o.size), tib),
    ceil(atLeast, largestFactor * (misses + 1n)),
  );
  const factor = ceil(max(33n * rate, atLeast), rate * (misses + 1n));
  const input = {
    ...{ size: o.size, periods: o.periods, pricePerTiBPeriod: `${o.price}`, floor: `${o.floor}` },
    ...{ minCollateral: `${o.least}` },
    ...(o.maxMisses === undefined ? {} : { maxMisses: o.maxMisses }),
  };
  const output = {
    ...{ rate: `${rate}`, slashFactor: Number(factor), slash: `${rate * factor}` },
    ...{ collateral: `${rate * factor * (misses + 1n)}`, maxMisses: Number(misses) },
    total: `${rate * BigInt(o.periods)}`,
  };
  return { input, output };
}

/** One for each 35 periods, rounded, at least one; none in a term of one period. */
function usualMisses(periods: number): number {
  if (periods === 1) return 0;
  return Math.max(1, Math.floor((2 * periods + 35) / 70));
}

function ceil(a: bigint, b: bigint): bigint {
  return a % b === 0n ? a / b : a / b + 1n;
}

function max(...values: bigint[]): bigint {
  return values.reduce((a: bigint, b: bigint) => (a > b ? a : b));
}
