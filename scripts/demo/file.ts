import { createHash } from "node:crypto";
import { createReadStream, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { classFor } from "holdfast/market";
import { root } from "../lib/run.ts";

/** Something real that every installation has: the Solidity compiler, about 9 MB. */
const defaultFile = join(root, "node_modules/solc/soljson.js");

/** About a test dollar, the least collateral of a deal in a devnet. */
const leastFloor = 4n ** 10n;
/** Beyond this size a reader is told how long it will take. */
const usualSize = 16_000_000;

export interface DemoFile {
  readonly path: string;
  readonly size: number;
  /** How long the whole demo will take, when that is longer than usual. */
  readonly estimateMs: number | undefined;
}

/** The file to store, by its name as typed where it was typed; ends the process when there is none. */
export function fileToStore(name: string | undefined): DemoFile {
  const path = name === undefined ? defaultFile : resolve(process.env.INIT_CWD ?? "", name);
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found?.isFile()) return refuse(`There is no file at ${path}.`);
  if (found.size === 0) return refuse(`The file ${path} is empty.`);
  return {
    path,
    size: found.size,
    estimateMs: found.size > usualSize ? estimate(found.size) : undefined,
  };
}

function refuse(why: string): never {
  process.stderr.write(`${why} Name one with something in it: npm start -- path/to/file\n`);
  process.exit(1);
}

export async function sha256(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of bytes) hash.update(chunk);
  return hash.digest("hex");
}

export function sha256OfFile(path: string): Promise<string> {
  return sha256(createReadStream(path));
}

/** What a provider of this demo charges, so that a file of any size is paid for in cents. */
export interface Prices {
  /** For 2^40 bytes and a day, in millionths of a test dollar. */
  readonly pricePerTiBPeriod: bigint;
  /** Least collateral of a deal: the smallest class, a power of 4, that these prices allow. */
  readonly floor: bigint;
}

/** Five cents for 4 MiB and a day; a cent for any smaller fragment. */
export function pricesFor(fragmentSize: number): Prices {
  // With what encryption and padding may add.
  const size = BigInt(Math.ceil(1.01 * fragmentSize) + 128);
  const usual = 50_000n << 18n;
  const least = (10_000n << 40n) / size;
  const pricePerTiBPeriod = usual > least ? usual : least;
  const rate = (pricePerTiBPeriod * size) >> 40n;
  let floor = leastFloor;
  while (classFor({ rate, floors: [floor] }) === undefined) floor *= 4n;
  return { pricePerTiBPeriod, floor };
}

/** Measured on two cores of a server; a laptop is quicker. */
function estimate(size: number): number {
  return 25_000 + size / 5_000;
}
