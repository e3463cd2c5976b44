import { getAddress, hexlify, isAddress } from "ethers";
import { invalidArgument } from "../call.ts";
import type { Context } from "../context.ts";
import { HoldfastError } from "../errors.ts";
import { newEnvelope } from "../object/age.ts";
import { encodeManifest, sealMeta } from "../object/manifest.ts";
import { quote, type StorageQuote } from "../quote.ts";
import type { StoreOptions } from "../store.ts";
import { wrapKey } from "./key.ts";
import type { Content } from "./prepare.ts";
import type { StoreRecord } from "./record.ts";

/** Decides everything that an object keeps for ever: price, providers, keys. */
export async function newRecord(
  ctx: Context,
  content: Content,
  o: StoreOptions,
): Promise<StoreRecord> {
  const { size } = content.source;
  if (size === 0) throw empty();
  const agreed = o.quote ?? (await quoteFor(ctx, content, o));
  checkQuote(agreed, content);
  const record: StoreRecord = {
    version: 1,
    chainId: ctx.deployment.chainId,
    market: ctx.deployment.market,
    account: ctx.account,
    public: agreed.public,
    format: content.format,
    periods: agreed.periods,
    k: agreed.k,
    n: agreed.n,
    owner: ownerOf(ctx, agreed.public, o),
    name: o.name ?? content.source.name,
    type: o.type ?? content.source.type,
    size,
    complete: false,
    contentCid: content.cid,
    fromIpfs: content.cid !== undefined,
    fragments: agreed.providers.map((provider) => ({ provider })),
    spares: [...agreed.spares],
    failures: [],
  };
  return agreed.public ? record : withEnvelope(ctx, record, o.recipients ?? []);
}

function ownerOf(ctx: Context, isPublic: boolean, o: StoreOptions): string {
  const { owner = ctx.account, recipients = [] } = o;
  if (!isAddress(owner)) {
    throw invalidArgument(`The owner "${owner}" is not an address.`, "Pass an account's address.");
  }
  const address = getAddress(owner);
  if (isPublic || address === ctx.account || recipients.length > 0) return address;
  throw new HoldfastError("RECIPIENT_REQUIRED", {
    message: `A private object for ${address} needs its owner's public key, which does not follow from an address.`,
    fix: "Pass the owner's age recipient (age1...) in `recipients`.",
  });
}

/** Adds a new file key: wrapped for those who may open the object, and for this wallet to go on after a crash. */
async function withEnvelope(
  ctx: Context,
  record: StoreRecord,
  others: readonly string[],
): Promise<StoreRecord> {
  const keys = await ctx.keys();
  const own = record.owner === ctx.account ? [keys.recipient] : [];
  const { header, nonce, fileKey } = await newEnvelope([...new Set([...own, ...others])]);
  const { k, n } = record;
  // Fails now, and not after the upload, when the envelope or the name is too large for the chain.
  const manifest = { scheme: 1, k, n, length: 1, header, nonce } as const;
  encodeManifest(sealMeta({ fileKey, manifest, meta: metaOf(record) }));
  const wrappedKey = hexlify(await wrapKey(fileKey, keys));
  return { ...record, header: hexlify(header), nonce: hexlify(nonce), wrappedKey };
}

export function metaOf({ name, type }: Pick<StoreRecord, "name" | "type">) {
  return { ...(name === undefined ? {} : { name }), ...(type === undefined ? {} : { type }) };
}

function quoteFor(ctx: Context, { source, cid }: Content, o: StoreOptions): Promise<StorageQuote> {
  const bytes = source.size ?? o.maxBytes;
  // Who knows a CID can read its content: there is nothing to hide.
  if (bytes !== undefined) return quote(ctx, bytes, { ...o, ...(cid ? { public: true } : {}) });
  throw invalidArgument(
    "A stream does not tell its size, and providers quote for a number of bytes.",
    "Pass `maxBytes`, or a `quote` for as many bytes as there may be.",
  );
}

function checkQuote(agreed: StorageQuote, { source: { size }, cid }: Content): void {
  if (size !== undefined && size > agreed.bytes) {
    throw invalidArgument(
      `The quote is for ${agreed.bytes} bytes, the source has ${size}.`,
      "Ask for a quote with the source's size.",
    );
  }
  if (cid !== undefined && !agreed.public) {
    throw invalidArgument(
      "Content that is stored by its CID is public, the quote is for a private object.",
      "Pass `public: true` to `quote`.",
    );
  }
}

function empty(): HoldfastError {
  return new HoldfastError("EMPTY", {
    message: "The source is empty: an object of 0 bytes cannot be stored.",
    fix: "Store at least one byte.",
  });
}
