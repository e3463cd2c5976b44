import type { JsonRpcProvider } from "ethers";
import type { Deployment, Market } from "holdfast/market";
import type { Cursor, DealRecord, Journal } from "../journal/journal.ts";
import type { Log } from "../log.ts";
import { eventTopics, readEvents } from "./events.ts";

/** Blocks in one request for logs: what the strictest public nodes still answer. */
const STRIDE = 500;

export type Block = { readonly number: number; readonly hash: string; readonly time: number };

export type Follower = {
  /** The latest block; its time is the only clock of this daemon. */
  head(): Block;
  /** The latest block that is final and whose events have been read. */
  final(): Block;
  /** How often the chain went back so far: what was seen done before may be undone. */
  rewinds(): number;
  /** Reads what is new. Throws when the node does not answer; nothing is lost by calling again. */
  poll(): Promise<void>;
};

export type FollowerOptions = {
  readonly rpc: JsonRpcProvider;
  readonly journal: Journal;
  readonly deployment: Deployment;
  readonly market: Market;
  /** Own provider ids; deals of others are passed over. */
  readonly ids: () => ReadonlySet<number>;
  readonly log: Log;
};

/**
 * Follows the chain: the journal's deals are a cache of its events, together with the block they were read up to. When
 * the chain went back behind that block, what came after the last final one is forgotten and read again.
 */
export async function follower(options: FollowerOptions): Promise<Follower> {
  const { rpc, journal, log } = options;
  const events = options.market.contract.interface;
  let head = await block(rpc, "latest");
  let final = head;
  let rewinds = 0;

  async function poll(): Promise<void> {
    const latest = await block(rpc, "latest");
    const finalized = await finalBlock(rpc, latest);
    let cursor = await position(latest);

    while (cursor.number < latest.number) {
      const from = cursor.number + 1;
      const to = Math.min(latest.number, cursor.number + STRIDE);
      const end = to === latest.number ? latest : await block(rpc, to);
      const safe = finalized.number <= to ? finalized : end;
      cursor = {
        number: to,
        hash: end.hash,
        finalNumber: safe.number,
        finalHash: safe.hash,
      };
      await readStretch(from, to, cursor);
    }
    head = latest;
    final = finalized;
  }

  async function readStretch(from: number, to: number, cursor: Cursor): Promise<void> {
    const logs = await rpc.getLogs({
      address: options.deployment.market,
      fromBlock: from,
      toBlock: to,
      topics: [eventTopics(events)],
    });
    const { deals, manifests, shortened } = readEvents(events, logs, options.ids());
    const own = new Set(deals.map(({ id }) => id));
    const ends = new Map<number, number>();
    for (const id of shortened) {
      if (!own.has(id) && (await journal.deal(id)) === undefined) continue;
      ends.set(id, Number((await options.market.contract.dealOf(id)).end));
    }
    await journal.follow(cursor, { deals, manifests, ends });
    for (const deal of deals) log("info", "deal-opened", opened(deal));
  }

  /** Where to read on: behind what was read, as long as it is still part of the chain. */
  async function position(latest: Block): Promise<Cursor> {
    const cursor = await journal.cursor();
    if (cursor === undefined) return startingBehind((await firstBlockOf(latest)) - 1);
    if (await holds(cursor.number, cursor.hash, latest)) return cursor;

    const finalHolds = await holds(cursor.finalNumber, cursor.finalHash, latest);
    const back = finalHolds ? cursor.finalNumber : -1;
    log("warn", "chain-went-back", { from: cursor.number, to: back });
    await journal.rewind(back);
    rewinds++;
    return startingBehind(back);
  }

  /** The market is not older than its genesis: what lies before the first block after that is not read. */
  async function firstBlockOf(latest: Block): Promise<number> {
    let [low, high] = [0, latest.number];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const { time } = await block(rpc, middle);
      if (time < options.deployment.genesis) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  async function holds(number: number, hash: string, latest: Block): Promise<boolean> {
    if (hash === "") return number <= latest.number;
    if (number > latest.number) return false;
    return number === latest.number
      ? hash === latest.hash
      : (await block(rpc, number)).hash === hash;
  }

  return { head: () => head, final: () => final, rewinds: () => rewinds, poll };
}

function startingBehind(number: number): Cursor {
  return { number, hash: "", finalNumber: number, finalHash: "" };
}

async function block(rpc: JsonRpcProvider, tag: number | "latest" | "finalized"): Promise<Block> {
  const found = await rpc.getBlock(tag);
  if (found === null || found.hash === null) throw new Error(`the node has no block ${tag}`);
  return { number: found.number, hash: found.hash, time: found.timestamp };
}

/** On a chain without finality, or one that has none yet, nothing is final but its first block. */
async function finalBlock(rpc: JsonRpcProvider, latest: Block): Promise<Block> {
  const found = await rpc.getBlock("finalized");
  if (found === null || found.hash === null) return block(rpc, 0);
  if (found.number > latest.number) return latest;
  return { number: found.number, hash: found.hash, time: found.timestamp };
}

function opened({ id, provider, client, size, start, end }: DealRecord) {
  return { deal: id, provider, client, size, start, end };
}
