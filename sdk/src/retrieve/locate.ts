import { getBytes } from "ethers";
import type { Context } from "../context.ts";
import { HoldfastError } from "../errors.ts";
import type { Deal, ObjectRef } from "../market/contract.ts";
import { decodeRevert, rpcError } from "../market/reverts.ts";
import { decodeManifest, type Manifest, manifestTag } from "../object/manifest.ts";
import { pieceCid } from "../piece/cid.ts";
import { getManifest } from "../provider/client.ts";

/** A fragment of an object: its deal, and where its provider serves it. */
export type Place = {
  readonly index: number;
  readonly deal: Deal;
  readonly url: string;
  readonly pieceCid: string;
};

/** What the chain knows of an object. */
export type Located = {
  readonly firstDeal: bigint;
  readonly manifest: Manifest;
  readonly places: readonly Place[];
};

/** Entries of an owner's list that are searched at a time. */
const PAGE = 500;
/** Blocks that any node answers events of in one request. */
const RECENT = 100;
/** Deals whose providers are asked for a manifest, while it is not known how many there are. */
const ASKED = 40n;

/**
 * Finds an object by its first deal: the manifest in its event, or at a provider, checked against the tag in the market's state.
 *
 * @param ref Its entry in an owner's list, when known.
 * @throws {HoldfastError} `OBJECT_UNKNOWN`, `MANIFEST_UNSUPPORTED`, `RPC_UNAVAILABLE`
 */
export async function locate(
  ctx: Context,
  firstDeal: bigint,
  o: { ref?: ObjectRef; signal?: AbortSignal | undefined } = {},
): Promise<Located> {
  const manifest = await readManifest(ctx, firstDeal, o);
  const { n } = manifest;
  const ids = manifest.dealIds ?? Array.from({ length: n }, (_, i) => firstDeal + BigInt(i));
  const places = await Promise.all(ids.map((id, index) => placeOf(ctx, id, index)));
  return { firstDeal, manifest, places };
}

/** The manifest alone. */
export async function readManifest(
  ctx: Context,
  firstDeal: bigint,
  o: { ref?: ObjectRef; signal?: AbortSignal | undefined } = {},
): Promise<Manifest> {
  const tag = await ctx.market.contract
    .manifestTagOf(firstDeal)
    .catch(unknownDeal(firstDeal))
    .catch(rpcError("read the tag of the manifest"));
  if (tag === 0n) throw unknownObject(firstDeal, "the deal is not the first of an object");
  const bytes =
    (await fromEvent(ctx, firstDeal, o.ref)) ?? (await fromProviders(ctx, firstDeal, tag, o));
  if (manifestTag(bytes) === tag) return decodeManifest(bytes);
  throw unknownObject(firstDeal, "the node's event is not what the market's state says");
}

async function placeOf(ctx: Context, id: bigint, index: number): Promise<Place> {
  const deal = await ctx.market.deal(id);
  const { url } = await ctx.market.provider(deal.provider);
  return { index, deal, url, pieceCid: pieceCid({ root: getBytes(deal.root), size: deal.size }) };
}

/** The fast path: one block's events. Nodes prune old ones, then a provider has to help. */
async function fromEvent(
  ctx: Context,
  firstDeal: bigint,
  known: ObjectRef | undefined,
): Promise<Uint8Array | undefined> {
  const { from, to } = known
    ? { from: known.block, to: known.block }
    : await blocksOf(ctx, firstDeal);
  const { contract } = ctx.market;
  const filter = contract.filters.Stored(undefined, firstDeal);
  try {
    const [event] = await contract.queryFilter(filter, from, to);
    return event && getBytes(event.args.manifest);
  } catch (cause) {
    if (isPruned(cause)) return undefined;
    return rpcError("read the object's event")(cause);
  }
}

/**
 * Where the events of an object are: the block that the list of this account, or of the client who paid, has for it. Of an
 * object in a stranger's list the latest blocks, as long as its providers may not have heard of it.
 */
export async function blocksOf(
  ctx: Context,
  firstDeal: bigint,
): Promise<{ from: number; to: number }> {
  const { client } = await ctx.market.deal(firstDeal);
  const lists = [
    { owner: ctx.account, received: false },
    { owner: ctx.account, received: true },
    ...(client === ctx.account ? [] : [{ owner: client, received: false }]),
  ];
  for (const { owner, received } of lists) {
    const block = await searchList(ctx, owner, received, firstDeal);
    if (block !== undefined) return { from: block, to: block };
  }
  const latest = await ctx.node.getBlockNumber().catch(rpcError("read the latest block"));
  return { from: Math.max(0, latest - RECENT), to: latest };
}

async function searchList(ctx: Context, owner: string, received: boolean, firstDeal: bigint) {
  let page = await ctx.market.objectsOf(owner, { received, limit: PAGE });
  for (let last = page.at(-1); last; last = page.at(-1)) {
    const found = page.find((ref) => ref.firstDeal === firstDeal);
    // Deals are numbered as they are opened: an older entry has a lower number.
    if (found || last.firstDeal < firstDeal) return found?.block;
    page = await ctx.market.objectsOf(owner, { received, after: last, limit: PAGE });
  }
  return undefined;
}

async function fromProviders(
  ctx: Context,
  firstDeal: bigint,
  tag: bigint,
  { signal }: { signal?: AbortSignal | undefined },
): Promise<Uint8Array> {
  const { chainId, market } = ctx.deployment;
  const { client } = await ctx.market.deal(firstDeal);
  const asked: string[] = [];
  for (let id = firstDeal; id < firstDeal + ASKED; id++) {
    const deal = await ctx.market.deal(id).catch(noSuchDeal);
    if (deal?.client !== client) break;
    const { url } = await ctx.market.provider(deal.provider);
    try {
      const peer = { url, timeoutMs: ctx.timeoutMs, signal };
      const bytes = await getManifest(peer, { chainId, market, deal: firstDeal });
      if (manifestTag(bytes) === tag) return bytes;
      asked.push(`${url} served another one`);
    } catch (error) {
      if (!HoldfastError.is(error) || error.code === "CANCELLED") throw error;
      asked.push(error.message);
    }
  }
  throw unknownObject(
    firstDeal,
    `the node does not have its event, and no provider has its manifest: ${asked.join("; ")}`,
  );
}

function noSuchDeal(error: unknown): undefined {
  if (!HoldfastError.is(error, "CALL_REVERTED")) throw error;
}

function unknownDeal(firstDeal: bigint): (cause: unknown) => never {
  return (cause) => {
    if (decodeRevert(cause)?.name !== "DealUnknown") throw cause;
    throw unknownObject(firstDeal, "the market has no such deal", cause);
  };
}

/** EIP-4444 and its kin: the node says that it no longer has, or never had, what is that old. */
function isPruned(cause: unknown): boolean {
  return /prun|4444|history|missing trie|not available/i.test(String(cause));
}

export function unknownObject(firstDeal: bigint, why: string, cause?: unknown): HoldfastError {
  return new HoldfastError("OBJECT_UNKNOWN", {
    message: `There is no object that begins with deal ${firstDeal}: ${why}.`,
    fix: "Pass an id as `store` or `list` returned it.",
    cause,
  });
}
