import { readFileSync } from "node:fs";
import { isAddress, isHexString } from "ethers";

/** How a provider is run. Prices in the token's smallest unit, times in milliseconds where the name says so. */
export type ProviderConfig = {
  /** JSON-RPC endpoint of the chain. */
  readonly rpc: string;
  /** Address of the market. */
  readonly market: string;
  /** Any one of the operator's provider ids; the others are found on the chain. */
  readonly provider: number;
  /** Private key of the operator, or a file that holds it. Never the owner's. */
  readonly operatorKey?: string;
  readonly operatorKeyFile?: string;
  readonly dataDir: string;
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Where clients reach this provider, when it is not at host and port. */
  readonly publicUrl?: string;
  readonly pricePerTiBPeriod: string;
  readonly capacityBytes: number;
  readonly maxPieceBytes?: number;
  readonly unpaidBytes?: number;
  readonly unpaidBytesPerClient?: number;
  readonly minPeriods?: number;
  readonly maxPeriods?: number;
  /** Periods of notice for a cancellation by the client. */
  readonly notice?: number;
  /** Text of the legal terms; its hash goes into every offer. */
  readonly terms?: string;
  readonly abuseContact?: string;
  /** Periods of income collected in one settlement. */
  readonly settleEvery?: number;
  readonly pollMs?: number;
};

/** Thrown when a configuration cannot be run: what is wrong, and how to fix it. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly fix: string;

  constructor(message: string, fix: string, cause?: unknown) {
    super(message, { cause });
    this.fix = fix;
  }
}

type Check = { readonly valid: (value: unknown) => boolean; readonly expected: string };

const text: Check = { valid: (v) => typeof v === "string" && v !== "", expected: "a text" };
const whole = (least: number): Check => ({
  valid: (v) => Number.isSafeInteger(v) && (v as number) >= least,
  expected: `a whole number from ${least}`,
});
const url: Check = {
  valid: (v) => typeof v === "string" && /^https?:\/\//.test(v) && URL.canParse(v),
  expected: "a URL starting with http:// or https://",
};

/** Every field: whether it must be there, and what it must be. */
const FIELDS: Readonly<Record<keyof ProviderConfig, Check & { readonly required: boolean }>> = {
  rpc: { ...url, required: true },
  market: { valid: isAddress, expected: "an address", required: true },
  provider: { ...whole(1), required: true },
  operatorKey: {
    valid: (v) => isHexString(v, 32),
    expected: "a private key of 32 bytes in 0x hex",
    required: false,
  },
  operatorKeyFile: { ...text, required: false },
  dataDir: { ...text, required: true },
  host: { ...text, required: false },
  port: { ...whole(0), required: false },
  publicUrl: { ...url, required: false },
  pricePerTiBPeriod: {
    valid: (v) => typeof v === "string" && /^\d{1,30}$/.test(v),
    expected: "a whole number of the token's smallest units, as a text",
    required: true,
  },
  capacityBytes: { ...whole(1), required: true },
  maxPieceBytes: { ...whole(1), required: false },
  unpaidBytes: { ...whole(1), required: false },
  unpaidBytesPerClient: { ...whole(1), required: false },
  minPeriods: { ...whole(1), required: false },
  maxPeriods: { ...whole(1), required: false },
  notice: { ...whole(1), required: false },
  terms: { ...text, required: false },
  abuseContact: { ...text, required: false },
  settleEvery: { ...whole(1), required: false },
  pollMs: { ...whole(10), required: false },
};

/** The names of all fields, for flags and help. */
export const configFields = Object.keys(FIELDS) as (keyof ProviderConfig)[];

/**
 * Checks a configuration read from outside.
 * @throws ConfigError naming the first field that is missing, wrong or unknown
 */
export function parseConfig(value: unknown): ProviderConfig {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ConfigError(
      "The configuration is not a JSON object.",
      'Write { "rpc": …, "market": …, … }.',
    );
  }
  const config = value as Record<string, unknown>;
  for (const name of Object.keys(config)) {
    if (name in FIELDS) continue;
    throw new ConfigError(
      `The configuration has an unknown field "${name}".`,
      `Remove it; known are: ${configFields.join(", ")}.`,
    );
  }
  for (const [name, { valid, expected, required }] of Object.entries(FIELDS)) {
    const given = config[name];
    if (given === undefined && !required) continue;
    if (valid(given)) continue;
    const got = given === undefined ? "it is missing" : `got ${JSON.stringify(given)}`;
    throw new ConfigError(
      `"${name}" must be ${expected}; ${name === "operatorKey" ? "what is given is not" : got}.`,
      `Set it in the configuration file or with ${flagOf(name)}.`,
    );
  }
  return { host: "127.0.0.1", port: 0, ...config } as ProviderConfig;
}

/** `pricePerTiBPeriod` is `--price-per-tib-period` on the command line. */
export function flagOf(name: string): string {
  const words = name
    .replace("TiB", "Tib")
    .replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return `--${words}`;
}

/** The operator's private key. @throws ConfigError when there is none, or two */
export function operatorKey({ operatorKey: key, operatorKeyFile: file }: ProviderConfig): string {
  if (key !== undefined && file === undefined) return key;
  if (key !== undefined || file === undefined) {
    throw new ConfigError(
      key === undefined
        ? 'Neither "operatorKey" nor "operatorKeyFile" is given.'
        : 'Both "operatorKey" and "operatorKeyFile" are given.',
      "Give exactly one of them; `holdfast-provider init` creates a key file.",
    );
  }
  const found = readKey(file);
  if (isHexString(found, 32)) return found;
  throw new ConfigError(
    `The key file ${file} does not hold a private key.`,
    "It must contain 32 bytes in 0x hex and nothing else.",
  );
}

function readKey(file: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch (cause) {
    throw new ConfigError(
      `The key file ${file} cannot be read.`,
      "Check the path and its permissions, or create it with `holdfast-provider init`.",
      cause,
    );
  }
}
