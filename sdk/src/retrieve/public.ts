import { exporter, type UnixFSEntry } from "ipfs-unixfs-exporter";
import { CID } from "multiformats/cid";
import type { Context } from "../context.ts";
import { HoldfastError } from "../errors.ts";
import { type IpfsClient, unavailable } from "../ipfs.ts";
import { rpcError } from "../market/reverts.ts";
import { isBlock } from "../piece/block.ts";
import { getBlock, wrongBytes } from "../provider/client.ts";
import { isLoopback } from "../provider/discover.ts";
import { HttpProblem } from "../provider/http.ts";
import { blocksOf } from "./locate.ts";
import type { Reporter } from "./report.ts";

/** Public content that can be read. */
export type PublicFile = {
  readonly size: number;
  read(start: number, end: number): AsyncIterable<Uint8Array>;
};

/** A place where blocks are to be had: its name in the report, and how to get one. */
type BlockSource = readonly [name: string, get: (cid: CID) => Promise<Uint8Array>];

type Options = { reporter: Reporter; signal: AbortSignal | undefined };

/** Blocks that are fetched at a time. */
const READ_AHEAD = 4;
const STALL_MS = 5_000;
/** A node may look for a block in the whole network. */
const SEARCH_MS = 30_000;
const IPFS_NODE = "ipfs";

/**
 * A file by its CID, block by block, each checked against its own CID: from the gateways of providers, and from the
 * connected IPFS node where they fail.
 *
 * @param urls Providers to ask; those that have the root come first for all blocks.
 * @throws {HoldfastError} `OBJECT_UNKNOWN` when nobody has it, `ARGUMENT_INVALID` when it is not a file.
 */
export async function publicFile(
  ctx: Context,
  cid: string,
  urls: readonly string[],
  o: Options,
): Promise<PublicFile> {
  const root = CID.parse(cid);
  const from = (url: string): BlockSource => [
    url,
    (block) => fromGateway(ctx, url, block, o.signal),
  ];
  const node: BlockSource[] = ctx.ipfs ? [[IPFS_NODE, nodeReader(ctx.ipfs, o.signal)]] : [];
  // The node may search the whole network: it is asked last.
  const held = await holders(urls.map(from), root, o.reporter);
  if (held.length === 0) held.push(...(await holders(node, root, o.reporter)));
  else held.push(...node);
  if (held.length === 0) throw nobodyHas(cid, urls.length + node.length);
  const entry = await exporter(cid, blockstore(held, o.reporter), signalOf(o)).catch(outermost);
  return fileOf(cid, entry, o);
}

/** The places that have a block. */
async function holders(
  places: readonly BlockSource[],
  cid: CID,
  reporter: Reporter,
): Promise<BlockSource[]> {
  const has = await Promise.all(places.map((place) => fetchBlock(place, cid, reporter)));
  return places.filter((_, i) => has[i] !== undefined);
}

function nobodyHas(cid: string, asked: number): HoldfastError {
  return new HoldfastError("OBJECT_UNKNOWN", {
    message: `None of the ${asked} providers and IPFS nodes that were asked has ${cid}.`,
    fix: "Check the CID, or connect an IPFS node that can find it with `connect({ ipfs })`.",
  });
}

/** All gateways of the market. */
export async function gateways(ctx: Context): Promise<string[]> {
  const records = await ctx.market.providers();
  const urls = records.map(({ url }) => url).filter((url) => URL.canParse(url));
  return [...new Set(urls)].filter((url) => {
    const { protocol, hostname } = new URL(url);
    return protocol === "https:" || (protocol === "http:" && isLoopback(hostname));
  });
}

/** The CID of a public object, from the event that opened its first deal. */
export async function contentCidOf(ctx: Context, deal: bigint): Promise<string | undefined> {
  const { contract } = ctx.market;
  const filter = contract.filters.DealOpened(deal);
  for await (const { from, to } of blocksOf(ctx, deal)) {
    const [event] = await contract
      .queryFilter(filter, from, to)
      .catch(rpcError("read the event of the deal"));
    if (event) return event.args.contentCid;
  }
  return undefined;
}

/** What the exporter reads from: it takes what it gets, so every block is checked here. */
function blockstore(held: readonly BlockSource[], reporter: Reporter) {
  return {
    async *get(cid: CID): AsyncGenerator<Uint8Array> {
      for (const place of held) {
        const bytes = await fetchBlock(place, cid, reporter);
        if (!bytes) continue;
        yield bytes;
        return;
      }
      throw new HoldfastError("TOO_FEW_FRAGMENTS", {
        message: `Nobody serves block ${cid} any more; asked were ${held.map(([name]) => name).join(", ")}.`,
        fix: "Try again when more providers answer. The report of the retrieval says what each of them did.",
      });
    },
  };
}

/** A block from one place; undefined when it is not to be had there, or wrong, which the report then says. */
async function fetchBlock(
  [name, get]: BlockSource,
  cid: CID,
  reporter: Reporter,
): Promise<Uint8Array | undefined> {
  try {
    const bytes = await get(cid);
    if (!(await isBlock(cid, bytes))) throw wrongBytes(name, `not the block ${cid}`);
    reporter.served(name, bytes.length);
    return bytes;
  } catch (error) {
    if (!HoldfastError.is(error) || error.code === "CANCELLED") throw error;
    // Not to have a block is no failure: any provider may be asked for any CID.
    const absent = error.cause instanceof HttpProblem && error.cause.status === 404;
    if (!absent) reporter.failed(name, error);
    return undefined;
  }
}

function fromGateway({ timeoutMs }: Context, url: string, cid: CID, signal?: AbortSignal) {
  return getBlock({ url, timeoutMs: Math.min(STALL_MS, timeoutMs), signal }, cid.toString());
}

function nodeReader({ block }: IpfsClient, signal: AbortSignal | undefined) {
  return (cid: CID) => {
    const enough = AbortSignal.timeout(SEARCH_MS);
    const either = signal ? AbortSignal.any([signal, enough]) : enough;
    // Clients take a CID of their own class here, of which they use no more than its text.
    return block.get(cid as never, { signal: either }).catch(unavailable(`find block ${cid}`));
  };
}

function fileOf(cid: string, entry: UnixFSEntry, o: Options): PublicFile {
  if (entry.type !== "file" && entry.type !== "raw") {
    throw new HoldfastError("ARGUMENT_INVALID", {
      message: `${cid} is a ${entry.type}, not a file.`,
      fix: "Retrieve the files in it by their own CIDs, or read it with an IPFS client.",
    });
  }
  return {
    size: Number(entry.size),
    async *read(start, end) {
      const range = { offset: start, length: end - start };
      const options = { ...range, ...signalOf(o), blockReadConcurrency: READ_AHEAD };
      try {
        yield* entry.content(options);
      } catch (error) {
        outermost(error);
      }
    },
  };
}

/** The exporter wraps what the block store throws. */
function outermost(error: unknown): never {
  for (let inner = error; inner instanceof Error; inner = inner.cause) {
    if (HoldfastError.is(inner)) throw inner;
  }
  throw error;
}

function signalOf({ signal }: { signal: AbortSignal | undefined }) {
  return signal ? { signal } : {};
}
