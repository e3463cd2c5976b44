import { AbiCoder, concat, decodeRlp, keccak256 } from "ethers";
import { seedEvidence } from "holdfast/market";
import type { TestMarket } from "./market.ts";
import type { TestPiece } from "./piece.ts";
import { listOf } from "./stored.ts";

/** Place of prevrandao in a block's header. */
const MIX_HASH = 13;

/** Moves time to the seed of period `p` and mines the block that has it. */
export async function enterPeriod(net: TestMarket, p: bigint | number) {
  await net.helpers.time.increaseTo(await seedTime(net, p));
}

export async function seedTime(net: TestMarket, p: bigint | number): Promise<number> {
  const { genesis, periodLength, delay } = await net.market.parameters();
  return Number(genesis + (BigInt(p) - 1n) * periodLength + delay);
}

export async function evidence(net: TestMarket, p: bigint | number): Promise<string> {
  return seedEvidence(net.ethers.provider, await seedTime(net, p));
}

/** The proof that the market wants of a provider now, by a walk of its own over the chain's state. */
export async function proofFor(net: TestMarket, provider = 1n): Promise<string> {
  const { market, ethers } = net;
  const p = await market.period();
  const seed = await currentSeed(net, p);
  const record = await market.providerOf(provider);
  const frozen = record.touchedAt === p ? record.frozen : record.listed;
  const list = (await listOf(net, provider)).slice(0, Number(frozen));
  const deals = new Map(
    await Promise.all([...new Set(list)].map(async (id) => [id, await market.dealOf(id)] as const)),
  );
  const needed = Number((await market.parameters()).baseSamples) + Math.floor(Number(frozen) / 128);
  const { chainId } = await ethers.provider.getNetwork();
  const paths: string[] = [];
  for (let step = 0; paths.length < needed; step++) {
    if (step >= 64 * needed) throw new Error("no live deals to draw from");
    const word = BigInt(
      keccak256(
        AbiCoder.defaultAbiCoder().encode(
          ["uint256", "uint256", "address", "uint32", "uint32", "uint256"],
          [seed, chainId, await market.getAddress(), provider, p, step],
        ),
      ),
    );
    const deal = deals.get(list[Number((word >> 128n) % frozen)] as bigint);
    if (!deal) throw new Error("a listed deal is missing");
    if (p < deal.start || p >= deal.end) continue;
    const piece = net.pieces.get(deal.root) as TestPiece;
    paths.push(piece.path(Number((word & (2n ** 128n - 1n)) % BigInt(piece.leaves))));
  }
  return concat(paths);
}

/** Proves the current period of a provider, capturing the seed; the clock must have reached it. */
export async function prove(net: TestMarket, provider = 1n, delist: number[] = []) {
  const p = await net.market.period();
  return net.market
    .connect(net.stranger)
    .prove(provider, p, await proofFor(net, provider), await evidence(net, p), delist);
}

/** Enters and proves each period up to and with `last`. */
export async function proveUpTo(net: TestMarket, last: bigint | number, provider = 1n) {
  for (let p = (await net.market.period()) + 1n; p <= BigInt(last); p++) {
    await enterPeriod(net, p);
    await prove(net, provider);
  }
}

/** The seed of `p`: the stored one, or what a capture would store. */
async function currentSeed(net: TestMarket, p: bigint): Promise<bigint> {
  const stored = await net.beacon.seedAt(await seedTime(net, p));
  if (stored !== 0n) return stored;
  const [header] = AbiCoder.defaultAbiCoder().decode(["bytes", "bytes"], await evidence(net, p));
  return BigInt(decodeRlp(header)[MIX_HASH] as string);
}
