import { hexlify } from "ethers";
import { invalidArgument } from "../call.ts";
import { HoldfastError } from "../errors.ts";
import type { SignedOffer } from "../market/eip712.ts";
import type { Upload } from "../provider/tus.ts";
import type { ProviderQuote } from "../quote.ts";
import type { ResumeStore } from "../state/state.ts";
import type { StoredObject } from "../store.ts";

/** A fragment on its way: at whom, how far, and what was signed for it. Bytes as hex. */
export type FragmentRecord = {
  provider: ProviderQuote;
  /** `declared`: whether the provider was told the length when the upload began; else the last request says it. */
  upload?: (Upload & { declared: boolean }) | undefined;
  /** Set when all bytes have arrived. */
  piece?: { root: string; size: number } | undefined;
  offer?: SignedOffer | undefined;
  /** Nonce of the offer that the contract refused: a fresh one takes its place, once. */
  refused?: string | undefined;
};

/** A transaction that may have been sent. Without a hash the wallet was asked, and nobody knows. */
export type SentTransaction = { hash?: string; raw?: string; nonce?: number; block: number };

/** Everything that a store needs to go on after a crash. No secret but what the identity unwraps, and upload tokens. */
export type StoreRecord = {
  readonly version: 1;
  readonly chainId: number;
  readonly market: string;
  readonly account: string;
  readonly public: boolean;
  readonly format: "raw" | "car";
  readonly periods: number;
  readonly k: number;
  readonly n: number;
  readonly owner: string;
  readonly name?: string | undefined;
  readonly type?: string | undefined;
  /** Private: the age header and the nonce for the chain, and the file key encrypted to this wallet. */
  readonly header?: string;
  readonly nonce?: string;
  readonly wrappedKey?: string;
  /** Whether the content came from the connected IPFS node: it is pinned there, not added. */
  readonly fromIpfs: boolean;
  /** Bytes of the source: as declared, or as read to the end. */
  size?: number | undefined;
  /** Whether the source was read to its end, so that `size` and the hashes are final. */
  complete: boolean;
  contentCid?: string | undefined;
  fragments: FragmentRecord[];
  spares: ProviderQuote[];
  failures: Failure[];
  pinned?: boolean;
  manifest?: string;
  transaction?: SentTransaction | undefined;
  /** Whether the offers were in a transaction that may have left: they must not be replaced while they can be opened. */
  exposed?: boolean;
  result?: StoredObject;
};

/** A provider that failed while storing, and how. */
export type Failure = {
  readonly provider: string;
  readonly fragment: number;
  readonly code: string;
  readonly message: string;
};

/** A record under its key, with the hashes of what was sent beside it. */
export type Journal = {
  readonly record: StoreRecord;
  /** Resolves when the record is durable. */
  save(): Promise<void>;
  /**
   * Makes the hash of a batch durable, before the batch is sent.
   *
   * @throws {HoldfastError} `SOURCE_CHANGED` when another hash is there already.
   */
  checkpoint(index: number, hash: Uint8Array): Promise<void>;
  /** Keeps the result alone. */
  finish(result: StoredObject): Promise<void>;
};

/** Hashes in one value: a value is rewritten for each of its hashes. */
const PAGE = 64;

const recordKey = (key: string) => `store/${key}`;
const pageKey = (key: string, page: number) => `store/${key}/hashes/${page}`;

/** What an earlier call under this key has left. */
export async function loadRecord(
  state: ResumeStore,
  key: string,
): Promise<StoreRecord | undefined> {
  const text = await state.get(recordKey(key));
  if (text === undefined) return undefined;
  const record = JSON.parse(text, (_, value) =>
    typeof value?.$bigint === "string" ? BigInt(value.$bigint) : value,
  ) as StoreRecord;
  if (record.version === 1) return record;
  throw invalidArgument(
    `The record of key "${key}" has version ${record.version}, which this package does not know.`,
    "Update holdfast, or store under another key.",
  );
}

export function journal(state: ResumeStore, key: string, record: StoreRecord): Journal {
  const pages = new Map<number, string[]>();

  async function pageOf(page: number): Promise<string[]> {
    const known = pages.get(page);
    if (known) return known;
    const hashes = JSON.parse((await state.get(pageKey(key, page))) ?? "[]") as string[];
    pages.set(page, hashes);
    return hashes;
  }

  const save = () =>
    state.set(
      recordKey(key),
      JSON.stringify(record, (_, value) =>
        typeof value === "bigint" ? { $bigint: value.toString() } : value,
      ),
    );

  return {
    record,
    save,
    async checkpoint(index, hash) {
      const page = await pageOf(Math.floor(index / PAGE));
      const known = page[index % PAGE];
      const found = hexlify(hash);
      if (known === found) return;
      if (known !== undefined || record.complete) throw sourceChanged(`part ${index} is another`);
      page[index % PAGE] = found;
      await state.set(pageKey(key, Math.floor(index / PAGE)), JSON.stringify(page));
    },
    async finish(result) {
      record.result = result;
      record.transaction = undefined;
      for (const fragment of record.fragments) fragment.upload = undefined;
      await save();
      for (let page = 0; (await state.get(pageKey(key, page))) !== undefined; page++) {
        await state.delete(pageKey(key, page));
      }
    },
  };
}

/** The same key must never encrypt two different contents: it would show where they differ. */
export function sourceChanged(how: string): HoldfastError {
  return new HoldfastError("SOURCE_CHANGED", {
    message: `The source is not the one that was stored in part under this key: ${how}.`,
    fix: "Store the new content under another key.",
  });
}
