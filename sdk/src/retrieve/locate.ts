import { getBytes, keccak256, ZeroHash } from "ethers";
import type { Context } from "../context.ts";
import { HoldfastError } from "../errors.ts";
import type { Deal } from "../market/contract.ts";
import { rpcError } from "../market/reverts.ts";
import { manifestTagOf, type ObjectRef, openerOf } from "../market/storage.ts";
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

/** A stretch of blocks, both ends included. */
type Blocks = { readonly from: number; readonly to: number };

/** Whether bytes are the manifest that the market's state knows. */
type Check = (bytes: Uint8Array) => boolean;

/** Entries of an owner's list that are searched at a time. */
const PAGE = 500;
/** Blocks that any node answers events of in one request. */
const RECENT = 100;
/** Deals whose providers are asked for a manifest, while it is not known how many there are. */
const ASKED = 40n;

/**
 * Finds an object by its first deal: the manifest in its event, or at a provider, checked against the market's state.
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
  const isRight = await manifestCheck(ctx, firstDeal);
  const bytes =
    (await fromEvents(ctx, firstDeal, isRight, o.ref)) ??
    (await fromProviders(ctx, firstDeal, isRight, o));
  return decodeManifest(bytes);
}

/** What this account has published counts before what the deal was opened with. */
async function manifestCheck(ctx: Context, firstDeal: bigint): Promise<Check> {
  const [published, tag] = await Promise.all([
    ctx.market.contract.publishedHash(ctx.account, firstDeal),
    manifestTagOf(ctx.market, firstDeal),
  ]).catch(rpcError("read the hash of the manifest"));
  if (published !== ZeroHash) return (bytes) => keccak256(bytes) === published;
  if (tag !== 0n) return (bytes) => manifestTag(bytes) === tag;
  await ctx.market.deal(firstDeal).catch((cause: unknown) => {
    if (!HoldfastError.is(cause, "CALL_REVERTED")) throw cause;
    throw unknownObject(firstDeal, "the market has no such deal", cause);
  });
  throw unknownObject(firstDeal, "the deal is not the first of an object");
}

async function placeOf(ctx: Context, id: bigint, index: number): Promise<Place> {
  const deal = await ctx.market.deal(id);
  const { url } = await ctx.market.provider(deal.provider);
  return { index, deal, url, pieceCid: pieceCid({ root: getBytes(deal.root), size: deal.size }) };
}

/** The fast path: one block's events. Nodes prune old ones, then a provider has to help. */
async function fromEvents(
  ctx: Context,
  firstDeal: bigint,
  isRight: Check,
  known: ObjectRef | undefined,
): Promise<Uint8Array | undefined> {
  const places = known ? [{ from: known.block, to: known.block }] : blocksOf(ctx, firstDeal);
  for await (const blocks of places) {
    const right = (await manifestsIn(ctx, firstDeal, blocks)).find(isRight);
    if (right) return right;
  }
  return undefined;
}

/** Anybody may publish a manifest for a deal: there may be others than the one that is looked for. */
async function manifestsIn(
  { market: { contract } }: Context,
  firstDeal: bigint,
  { from, to }: Blocks,
): Promise<Uint8Array[]> {
  const filter = contract.filters.Stored(undefined, firstDeal);
  try {
    const events = await contract.queryFilter(filter, from, to);
    return events.map(({ args }) => getBytes(args.manifest));
  } catch (cause) {
    if (isPruned(cause)) return [];
    return rpcError("read the object's event")(cause);
  }
}

/**
 * Where the events of an object may be, the likeliest place first: the blocks that the lists of this account have for it, and
 * the list of the client who opened it. Of an object in a stranger's list the latest blocks, as long as its providers may
 * not have heard of it.
 */
export async function* blocksOf(ctx: Context, firstDeal: bigint): AsyncGenerator<Blocks> {
  yield* listedBlocks(ctx, ctx.account, false, firstDeal);
  yield* listedBlocks(ctx, ctx.account, true, firstDeal);
  const opener = await openedBy(ctx, firstDeal);
  if (opener !== ctx.account) yield* listedBlocks(ctx, opener, false, firstDeal);
  const latest = await ctx.node.getBlockNumber().catch(rpcError("read the latest block"));
  yield { from: Math.max(0, latest - RECENT), to: latest };
}

/** The blocks that a list has for an object, newest first: more than one when it was published again. */
async function* listedBlocks(
  { market }: Context,
  owner: string,
  received: boolean,
  firstDeal: bigint,
): AsyncGenerator<Blocks> {
  let page = await market.objectsOf(owner, { received, limit: PAGE });
  for (let last = page.at(-1); last; last = page.at(-1)) {
    for (const { block } of page.filter((ref) => ref.firstDeal === firstDeal)) {
      yield { from: block, to: block };
    }
    // Deals are numbered as they are opened, so older entries have lower numbers; only what was published again is out of order.
    if (last.index === 0 || page.every((ref) => ref.firstDeal < firstDeal)) return;
    page = await market.objectsOf(owner, { received, after: last, limit: PAGE });
  }
}

function openedBy({ market }: Context, deal: bigint): Promise<string> {
  return openerOf(market, deal).catch(rpcError(`read who opened deal ${deal}`));
}

async function fromProviders(
  ctx: Context,
  firstDeal: bigint,
  isRight: Check,
  { signal }: { signal?: AbortSignal | undefined },
): Promise<Uint8Array> {
  const { chainId, market } = ctx.deployment;
  const opener = await openedBy(ctx, firstDeal);
  const asked: string[] = [];
  for (let id = firstDeal; id < firstDeal + ASKED; id++) {
    const deal = await ctx.market.deal(id).catch(noSuchDeal);
    if (!deal || (await openedBy(ctx, id)) !== opener) break;
    const { url } = await ctx.market.provider(deal.provider);
    try {
      const peer = { url, timeoutMs: ctx.timeoutMs, signal };
      const bytes = await getManifest(peer, { chainId, market, deal: firstDeal });
      if (isRight(bytes)) return bytes;
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
