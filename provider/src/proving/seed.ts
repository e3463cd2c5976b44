import type { JsonRpcProvider } from "ethers";
import { AbiCoder, Contract, type ContractRunner, decodeRlp, toBigInt } from "ethers";
import { type Deployment, seedEvidence } from "holdfast/market";

const MIX_HASH = 13;
const beaconAbi = ["function seedAt(uint64 time) view returns (uint256)"];

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

/** The seed for `time` with its evidence, from the chain's blocks. */
export async function freshSeed(rpc: JsonRpcProvider, time: number): Promise<Seed> {
  const evidence = await seedEvidence(rpc, time);
  const [header] = AbiCoder.defaultAbiCoder().decode(["bytes", "bytes"], evidence);
  const fields = decodeRlp(header as string);
  const mixHash = Array.isArray(fields) ? fields[MIX_HASH] : undefined;
  if (typeof mixHash !== "string") throw new Error(`the header for ${time} has no mixHash`);
  return { value: BigInt(mixHash), evidence };
}
