import { AbiCoder, encodeRlp, keccak256, toBeHex } from "ethers";
import { HoldfastError } from "../errors.ts";

/** What is asked of a node: plain JSON-RPC, as ethers' `JsonRpcProvider` sends it. */
export type RpcSender = { send(method: string, params: unknown[]): Promise<unknown> };

type Block = Record<string, unknown> & { readonly hash: string };

// In the order of the header's RLP list. Later forks append: what a block has not, its header has not.
const bytesFields = [
  "parentHash",
  "sha3Uncles",
  "miner",
  "stateRoot",
  "transactionsRoot",
  "receiptsRoot",
  "logsBloom",
];
const headerFields: readonly (readonly [name: string, kind: "bytes" | "number"])[] = [
  ...bytesFields.map((name) => [name, "bytes"] as const),
  ["difficulty", "number"],
  ["number", "number"],
  ["gasLimit", "number"],
  ["gasUsed", "number"],
  ["timestamp", "number"],
  ["extraData", "bytes"],
  ["mixHash", "bytes"],
  ["nonce", "bytes"],
  ["baseFeePerGas", "number"],
  ["withdrawalsRoot", "bytes"],
  ["blobGasUsed", "number"],
  ["excessBlobGas", "number"],
  ["parentBeaconBlockRoot", "bytes"],
  ["requestsHash", "bytes"],
  ["blockAccessListHash", "bytes"],
  ["slotNumber", "number"],
];

/**
 * Evidence of the seed for `time` (Unix seconds), as the beacon takes it: the headers of the first block at or after that
 * time and of its parent.
 *
 * @throws {HoldfastError} `SEED_NOT_READY` while there is no such block, `RPC_UNAVAILABLE` when the node's answer is not what its hash says.
 */
export async function seedEvidence(node: RpcSender, time: number): Promise<string> {
  const [parent, block] = await firstBlockAt(node, time);
  return AbiCoder.defaultAbiCoder().encode(
    ["bytes", "bytes"],
    [encodeHeader(block), encodeHeader(parent)],
  );
}

async function firstBlockAt(node: RpcSender, time: number): Promise<[parent: Block, block: Block]> {
  let high = await getBlock(node, "latest");
  if (timestamp(high) < time) throw notReady(time, `the latest block is of ${timestamp(high)}`);
  let low = high;
  // Seeds are captured young: walk back in growing steps, then bisect.
  for (let step = 1; timestamp(low) >= time; step *= 2) {
    if (height(low) === 0) throw notReady(time, "the chain began later");
    high = low;
    low = await getBlock(node, Math.max(0, height(low) - step));
  }
  while (height(high) - height(low) > 1) {
    const middle = await getBlock(node, Math.floor((height(low) + height(high)) / 2));
    if (timestamp(middle) >= time) high = middle;
    else low = middle;
  }
  return [low, high];
}

async function getBlock(node: RpcSender, at: number | "latest"): Promise<Block> {
  const tag = at === "latest" ? at : `0x${at.toString(16)}`;
  const block = await node.send("eth_getBlockByNumber", [tag, false]);
  if (typeof block === "object" && block !== null && "hash" in block) return block as Block;
  throw new HoldfastError("RPC_UNAVAILABLE", {
    message: `The node does not know block ${at}.`,
    fix: "Use a node that is in sync and keeps the last day of blocks.",
  });
}

function encodeHeader(block: Block): string {
  const present = headerFields.filter(([name]) => block[name] != null);
  const header = encodeRlp(present.map(([name, kind]) => item(String(block[name]), kind)));
  if (keccak256(header) === block.hash) return header;
  throw new HoldfastError("RPC_UNAVAILABLE", {
    message: `The header of block ${height(block)} does not hash to ${block.hash}: the chain has header fields that this version does not know, or the node is wrong.`,
    fix: "Update holdfast, or ask another node.",
  });
}

/** Integers in RLP have no leading zeros, and zero is empty. */
function item(hex: string, kind: "bytes" | "number"): string {
  if (kind === "bytes") return hex;
  return BigInt(hex) === 0n ? "0x" : toBeHex(BigInt(hex));
}

function height(block: Block): number {
  return Number(block.number);
}

function timestamp(block: Block): number {
  return Number(block.timestamp);
}

function notReady(time: number, why: string): HoldfastError {
  return new HoldfastError("SEED_NOT_READY", {
    message: `No block can show the seed for time ${time}: ${why}.`,
    fix: "Ask again when a block at or after that time exists.",
  });
}
