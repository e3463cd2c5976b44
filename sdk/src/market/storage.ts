import { AbiCoder, getAddress, keccak256, toBeHex } from "ethers";
import type { StorageMarket } from "../typechain/StorageMarket.ts";
import type { Address } from "./deployment.ts";

/**
 * What a market keeps and has no function for, read from its raw storage by `extsload`. The layout is normative, and never
 * changes: docs/spec.md, section 5. Entries of a packed array run from the lowest bits up.
 */
const SLOTS = { deals: 4, offers: 5, providers: 6, lists: 7, nonces: 9, own: 10, received: 11 };
const WORD = 256;
const DEAL_ID_BITS = 32;
const OBJECT_BITS = 64;
/** Longest list of a provider. */
const MAX_LISTED = 8_192;
const PAGE = 100;

/** A market, as `market()` returns it. */
type Reader = { readonly contract: StorageMarket };

/** An object in an owner's list. `index`: its place in the list. `block`: where its `Stored` event is. */
export type ObjectRef = {
  readonly firstDeal: bigint;
  readonly block: number;
  readonly index: number;
  readonly received: boolean;
};

export type ObjectsOptions = {
  /** True: objects that others paid for. Default: those the owner paid for as client, or published. */
  readonly received?: boolean;
  /** Continue after this entry. */
  readonly after?: Pick<ObjectRef, "index">;
  readonly limit?: number;
};

/**
 * The deals in a provider's list, in the order that draws and `delist` count in. Two calls; the second one reads the length
 * once more, so that all of the answer is of one block.
 */
export async function listOf(
  market: Reader,
  provider: number,
  { from = 0, limit = MAX_LISTED }: { from?: number; limit?: number } = {},
): Promise<bigint[]> {
  const record = entry(provider, SLOTS.providers);
  const lengthIn = (word: bigint | undefined) => Number(bits(word, 0, 16));
  const [before] = await load(market, [record]);
  const page = pageOf(entry(provider, SLOTS.lists), DEAL_ID_BITS, {
    from,
    to: Math.min(from + limit, lengthIn(before)),
  });
  if (page.slots.length === 0) return [];
  const [now, ...words] = await load(market, [record, ...page.slots]);
  return page.unpack(words).slice(0, Math.max(0, lengthIn(now) - from));
}

/** Objects of an owner, newest first, and how many there are in all. Two calls. */
export async function objectsOf(
  market: Reader,
  owner: Address,
  { received = false, after, limit = PAGE }: ObjectsOptions = {},
): Promise<{ readonly total: number; readonly objects: ObjectRef[] }> {
  const list = entry(owner, received ? SLOTS.received : SLOTS.own);
  const [length] = await load(market, [list]);
  const total = Number(length);
  const to = Math.min(total, after?.index ?? total);
  const from = Math.max(0, to - limit);
  const page = pageOf(BigInt(keccak256(slotOf(list))), OBJECT_BITS, { from, to });
  if (page.slots.length === 0) return { total, objects: [] };
  const packed = page.unpack(await load(market, page.slots));
  const objects = packed.map((object, i) => ({
    firstDeal: object >> 32n,
    block: Number(bits(object, 0, 32)),
    index: from + i,
    received,
  }));
  return { total, objects: objects.reverse() };
}

/** Which nonces of a provider are used or void: bit i stands for nonce 256 x word + i. One call. */
export async function nonceWord(market: Reader, provider: number, word: bigint): Promise<bigint> {
  const [used] = await load(market, [entry(word, entry(provider, SLOTS.nonces))]);
  return used ?? 0n;
}

/** Low 78 bits of the hash of the manifest that a deal was opened with; 0 when it is not the first of an object. One call. */
export async function manifestTagOf(market: Reader, firstDeal: bigint): Promise<bigint> {
  const [offer] = await load(market, [entry(firstDeal, SLOTS.offers)]);
  return bits(offer, 178, 78);
}

/** Who opened a deal and has its object in a list, whoever is the client now. Two calls. */
export async function openerOf(market: Reader, deal: bigint): Promise<Address> {
  const [terms] = await load(market, [entry(deal, SLOTS.deals) + 1n]);
  const head = deal - bits(terms, 244, 12);
  const [offer] = await load(market, [entry(head, SLOTS.offers)]);
  return getAddress(toBeHex(bits(offer, 0, 160), 20));
}

async function load({ contract }: Reader, slots: readonly bigint[]): Promise<bigint[]> {
  return (await contract.extsload(slots.map(slotOf))).map(BigInt);
}

function slotOf(slot: bigint): string {
  return toBeHex(slot, 32);
}

/** Where a mapping keeps the value of a key. */
function entry(key: Address | bigint | number, slot: bigint | number): bigint {
  const type = typeof key === "string" ? "address" : "uint256";
  return BigInt(keccak256(AbiCoder.defaultAbiCoder().encode([type, "uint256"], [key, slot])));
}

/** The slots in which entries [from, to) of a packed array lie, and how to get them out. */
function pageOf(base: bigint, width: number, { from, to }: { from: number; to: number }) {
  const each = WORD / width;
  const first = Math.floor(from / each);
  const places = Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
  const count = places.length === 0 ? 0 : Math.ceil(to / each) - first;
  return {
    slots: Array.from({ length: count }, (_, i) => base + BigInt(first + i)),
    unpack: (words: readonly bigint[]) =>
      places.map((i) => bits(words[Math.floor(i / each) - first], (i % each) * width, width)),
  };
}

function bits(word: bigint | undefined, offset: number, width: number): bigint {
  return BigInt.asUintN(width, (word ?? 0n) >> BigInt(offset));
}
