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

/** The smallest class that deals for fragments of this size may belong to. With room for what is added to the data. */
export function floorFor(fragmentSize: number, pricePerTiBPeriod: bigint): bigint {
  const rate = (pricePerTiBPeriod * BigInt(Math.ceil(1.01 * fragmentSize + 65_536))) >> 40n;
  let floor = leastFloor;
  while (classFor({ rate, floors: [floor] }) === undefined) floor *= 4n;
  return floor;
}

/** Measured on two cores of a server; a laptop is quicker. */
function estimate(size: number): number {
  return 60_000 + size / 10_000;
}
