import { readFileSync } from "node:fs";
import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import { ConfigError, configFields, flagOf, type ProviderConfig, parseConfig } from "../config.ts";

/** Fields that are whole numbers; all others are texts. */
const NUMBERS: readonly (keyof ProviderConfig)[] = [
  "provider",
  "port",
  "capacityBytes",
  "maxPieceBytes",
  "unpaidBytes",
  "unpaidBytesPerClient",
  "minPeriods",
  "maxPeriods",
  "notice",
  "settleEvery",
  "pollMs",
];

export type Flags = Readonly<Record<string, string | boolean | undefined>>;

/**
 * Parses flags; all take a value but those in `switches`.
 * @throws ConfigError for one that is unknown or has no value
 */
export function parseFlags(
  args: readonly string[],
  names: readonly string[],
  switches: readonly string[],
): Flags {
  const options: ParseArgsOptionsConfig = { help: { type: "boolean", short: "h" } };
  for (const name of names) options[name] = { type: "string" };
  for (const name of switches) options[name] = { type: "boolean" };
  try {
    const { values } = parseArgs({ args: [...args], options, strict: true });
    return values as Flags;
  } catch (cause) {
    throw new ConfigError((cause as Error).message, "Add --help to see the flags.", cause);
  }
}

/** Flags for every field of the configuration. */
export const configFlags = configFields.map((name) => flagOf(name).slice(2));

/** The configuration of a file, with what flags say on top. */
export function configFrom(flags: Flags): ProviderConfig {
  const file = flags.config === undefined ? {} : readConfig(String(flags.config));
  const given: Record<string, unknown> = {};
  for (const name of configFields) {
    const value = flags[flagOf(name).slice(2)];
    if (typeof value === "string") given[name] = NUMBERS.includes(name) ? Number(value) : value;
  }
  return parseConfig({ ...file, ...given });
}

function readConfig(path: string): object {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new ConfigError(
      `The configuration file ${path} cannot be read.`,
      "Check the path, or create one with `holdfast-provider init`.",
      cause,
    );
  }
  try {
    return JSON.parse(text) as object;
  } catch (cause) {
    throw new ConfigError(
      `The configuration file ${path} is not JSON: ${(cause as Error).message}.`,
      "Correct it; comments and trailing commas are not allowed.",
      cause,
    );
  }
}
