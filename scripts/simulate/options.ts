import { parseArgs } from "node:util";
import type { Run } from "./figures.ts";
import type { Prices } from "./projection.ts";

/** What docs/economics.md is written with. */
export const standardRun: Run = { seed: 1, samples: 1 };
export const standardPrices: Prices = {
  l1Gwei: 1,
  l2Gwei: 0.01,
  etherUsd: 3_000,
  tibMonthUsd: 2.5,
};

export type Options = {
  readonly run: Run;
  readonly prices: Prices;
  readonly json: boolean;
  readonly write: boolean;
  readonly picture: boolean;
};

/** @throws {Error} that names the flag, for an unknown one or a value that is no positive number. */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: "string" },
      samples: { type: "string" },
      "l1-gwei": { type: "string" },
      "l2-gwei": { type: "string" },
      "eth-usd": { type: "string" },
      "tib-month-usd": { type: "string" },
      json: { type: "boolean", default: false },
      write: { type: "boolean", default: false },
      picture: { type: "boolean", default: false },
    },
  });
  const read = (
    flag: Exclude<keyof typeof values, "json" | "write" | "picture">,
    standard: number,
  ) => positive(flag, values[flag], standard);
  const options: Options = {
    run: { seed: read("seed", standardRun.seed), samples: read("samples", standardRun.samples) },
    prices: {
      l1Gwei: read("l1-gwei", standardPrices.l1Gwei),
      l2Gwei: read("l2-gwei", standardPrices.l2Gwei),
      etherUsd: read("eth-usd", standardPrices.etherUsd),
      tibMonthUsd: read("tib-month-usd", standardPrices.tibMonthUsd),
    },
    ...{ json: values.json, write: values.write, picture: values.picture },
  };
  const changed = args.some((arg) => !["--write", "--picture", "--json"].includes(arg));
  if (options.write && changed) {
    throw new Error(
      "--write writes docs/economics.md with the standard seed, samples and prices. Leave out the other flags.",
    );
  }
  return options;
}

function positive(flag: string, text: string | undefined, standard: number): number {
  if (text === undefined) return standard;
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new Error(
    `--${flag} takes a positive number, got "${text}". Leave it out for ${standard}.`,
  );
}
