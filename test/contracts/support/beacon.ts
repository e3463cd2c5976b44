import { AbiCoder, decodeRlp, encodeRlp, keccak256, toBeHex } from "ethers";
import { network } from "hardhat";
import { seedEvidence } from "holdfast/market";
import type { PrevrandaoBeacon } from "../../../sdk/src/typechain/index.ts";
import { HISTORY, HISTORY_CODE, keepHash } from "./history.ts";

export const QUIET = 36 * 3600;
export const DAY = 24 * 3600;
/** A time can be marked from the one to the other, in seconds before it. */
export const MARK_OPENS = 30 * 60;
export const MARK_CLOSES = 10 * 60;
/** Given, since an estimate runs in the latest block, which does not know its own hash yet. */
export const GAS = { gasLimit: 1_000_000 };

/** A header's items in their order; the numbers among them have no leading zeros. */
const ITEMS =
  "parentHash sha3Uncles miner stateRoot transactionsRoot receiptsRoot logsBloom difficulty number gasLimit gasUsed timestamp extraData mixHash nonce baseFeePerGas withdrawalsRoot blobGasUsed excessBlobGas parentBeaconBlockRoot requestsHash".split(
    " ",
  );
const NUMBERS = /^(difficulty|number|gas.*|timestamp|baseFeePerGas|.*BlobGas|blobGasUsed)$/;
const NUMBER = ITEMS.indexOf("number");
const MIX_HASH = ITEMS.indexOf("mixHash");

export const { ethers, networkHelpers: helpers } = await network.create({
  override: { allowBlocksWithSameTimestamp: true },
});
const coder = AbiCoder.defaultAbiCoder();

/** What shows the seed for a time. */
export interface Shown {
  readonly time: number;
  readonly evidence: string;
  readonly header: string;
  readonly parent: string;
  readonly number: bigint;
  readonly prevrandao: bigint;
}

/** A beacon on a chain with the real history contract, as if this test were the only one. */
export function freshBeacon(): Promise<PrevrandaoBeacon> {
  return helpers.loadFixture(deployDefault);
}

async function deployDefault() {
  return deployBeacon(QUIET);
}

export async function deployBeacon(quiet: number): Promise<PrevrandaoBeacon> {
  await helpers.setCode(HISTORY, HISTORY_CODE);
  return (await ethers.deployContract("PrevrandaoBeacon", [quiet])) as unknown as PrevrandaoBeacon;
}

/** Mines one block at `time`, which may be that of the latest block, too. */
export async function mineAt(time: number) {
  await helpers.time.setNextBlockTimestamp(time);
  await helpers.mine();
}

/** Mines until the next block is `age` blocks after block `number`. */
export async function mineToAge(number: bigint, age: number) {
  const missing = Number(number) + age - 1 - (await ethers.provider.getBlockNumber());
  if (missing > 0) await helpers.mine(missing);
}

/** A new time with a block five seconds later, and the headers that show its seed. */
export async function newSeed(): Promise<Shown> {
  const time = (await helpers.time.latest()) + 10;
  await mineAt(time + 5);
  return shown(time);
}

/** The headers that show the seed for `time`, of which the history is told. */
export async function shown(time: number): Promise<Shown> {
  const evidence = await seedEvidence(ethers.provider, time);
  const [header, parent] = coder.decode(["bytes", "bytes"], evidence) as unknown as string[];
  const items = decodeRlp(header as string) as string[];
  const number = BigInt(items[NUMBER] as string);
  await keepHash(helpers, number, keccak256(header as string));
  return {
    time,
    evidence,
    header: header as string,
    parent: parent as string,
    number,
    prevrandao: BigInt(items[MIX_HASH] as string),
  };
}

export function encode(header: string, parent: string): string {
  return coder.encode(["bytes", "bytes"], [header, parent]);
}

/** The header of block `number`, encoded here: evidence has those of first blocks and their parents alone. */
export async function headerOf(number: bigint): Promise<string> {
  const block = await ethers.provider.send("eth_getBlockByNumber", [
    `0x${number.toString(16)}`,
    false,
  ]);
  const minimal = (hex: string) => (BigInt(hex) === 0n ? "0x" : toBeHex(BigInt(hex)));
  return encodeRlp(ITEMS.map((name) => (NUMBERS.test(name) ? minimal(block[name]) : block[name])));
}

/** The next block is of this time. */
export const at = (time: number) => helpers.time.setNextBlockTimestamp(time);

/** A beacon with a time far enough from its deployment that it can be marked. */
export async function quietBeacon() {
  const beacon = await freshBeacon();
  const deployed = Number(await beacon.youngestHeader());
  return { beacon, deployed, time: deployed + QUIET + DAY };
}

/** A time that was marked before it, and the block of the mark. */
export async function marked() {
  const { beacon, time } = await quietBeacon();
  await at(time - MARK_CLOSES - 60);
  await beacon.mark(time);
  return { beacon, time, block: await ethers.provider.getBlockNumber() };
}

/** Captures the seed for `time` by headers, from a block at that time. */
export async function capture(beacon: PrevrandaoBeacon, time: number) {
  await mineAt(time);
  const seed = await shown(time);
  await beacon.seed(time, seed.evidence, GAS);
  return seed;
}

export async function hashOf(number: number): Promise<string> {
  return (await ethers.provider.getBlock(number))?.hash as string;
}
