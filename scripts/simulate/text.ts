import type { Estimate } from "./figures.ts";

/** `1,234` or, with decimals, `0.25` */
export function number(value: number, decimals = 0): string {
  const text = value.toLocaleString("en-US", {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
  return /^-[0.,]*$/.test(text) ? text.slice(1) : text;
}

/** `-1.588` or `+0.114` */
export function signed(value: number, decimals = 3): string {
  const text = number(value, decimals);
  return value > 0 && !text.startsWith("-") ? `+${text}` : text;
}

/** `41.0 %` */
export function percent(share: number, decimals = 1): string {
  return `${number(100 * share, decimals)} %`;
}

/** Two significant digits and a unit: `0.57`, `12`, `3,400`. */
export function brief(value: number): string {
  if (value === 0) return "0";
  const digits = Math.max(0, 1 - Math.floor(Math.log10(Math.abs(value))));
  const unit = 10 ** (1 - Math.floor(Math.log10(Math.abs(value))));
  return number(Math.round(value * unit) / unit, digits);
}

/** Derived, then simulated with twice its standard error: `-1.590 (-1.588 ± 0.004)`. */
export function beside(derived: number, { mean, sigma }: Estimate, decimals = 3): string {
  return `${signed(derived, decimals)} (${signed(mean, decimals)} ± ${number(2 * sigma, decimals)})`;
}
