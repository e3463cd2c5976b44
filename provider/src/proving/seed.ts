import type { JsonRpcProvider } from "ethers";
import { AbiCoder, Contract, type ContractRunner, decodeRlp, toBigInt } from "ethers";
import { type Deployment, seedEvidence } from "holdfast/market";

const MIX_HASH = 13;
/** Blocks from a mark to the one whose hash is the seed. */
const SEED_DISTANCE = 16;
const beaconAbi = [
  "function seedAt(uint64 time) view returns (uint256)",
  "function markedAt(uint64 time) view returns (uint256)",
];

export type Seed = {
  readonly value: bigint;
  /** What captures the seed together with the proof; `0x` when it is stored already. */
  readonly evidence: string;
};

/** The seed for `time` that the beacon holds, zero when nobody has captured it. */
export async function storedSeed(
  deployment: Deployment,
  runner: ContractRunner,
  time: number,
): Promise<bigint> {
  const beacon = new Contract(deployment.beacon, beaconAbi, runner);
  return toBigInt(await beacon.getFunction("seedAt").staticCall(time));
}

/**
 * The block whose hash is the seed for a `time` that somebody has marked, undefined when nobody has. The beacon takes no header
 * for it, so a proof by the header's seed would fail.
 */
export async function markedBlock(
  deployment: Deployment,
  runner: ContractRunner,
  time: number,
): Promise<number | undefined> {
  const beacon = new Contract(deployment.beacon, beaconAbi, runner);
  const marked = Number(await beacon.getFunction("markedAt").staticCall(time));
  return marked === 0 ? undefined : marked + SEED_DISTANCE;
}

/** The seed of a marked time once its block is there; the proof itself captures it, without evidence. */
export async function hashSeed(rpc: JsonRpcProvider, block: number): Promise<Seed | undefined> {
  const hash = (await rpc.getBlock(block))?.hash;
  return hash ? { value: BigInt(hash), evidence: "0x" } : undefined;
}

/** The seed for `time` with its evidence, from the chain's blocks. */
export async function freshSeed(rpc: JsonRpcProvider, time: number): Promise<Seed> {
  const evidence = await seedEvidence(rpc, time);
  const [header] = AbiCoder.defaultAbiCoder().decode(["bytes", "bytes"], evidence);
  const fields = decodeRlp(header as string);
  const mixHash = Array.isArray(fields) ? fields[MIX_HASH] : undefined;
  if (typeof mixHash !== "string") throw new Error(`the header for ${time} has no mixHash`);
  return { value: BigInt(mixHash), evidence };
}
