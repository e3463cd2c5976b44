import { getBytes } from "ethers";
import { CID } from "multiformats/cid";
import { type CallOptions, invalidArgument, throwIfCancelled } from "./call.ts";
import type { Context } from "./context.ts";
import type { Manifest, PrivateManifest } from "./object/manifest.ts";
import { firstDealOf, looksLikeObjectId, type ObjectId } from "./object-id.ts";
import { type Located, locate, unknownObject } from "./retrieve/locate.ts";
import { readPrivate, unlock } from "./retrieve/private.ts";
import { contentCidOf, gateways, publicFile } from "./retrieve/public.ts";
import { type ProviderReport, type Reporter, reporter } from "./retrieve/report.ts";
import { normalizeCid } from "./store/cids.ts";

export type RetrieveOptions = CallOptions & {
  /** Bytes [start, end); default: all. */
  readonly range?: readonly [start: number, end: number];
};

/** An object on its way back. Every byte is checked before it is handed out. */
export type Retrieval = {
  /** Bytes of the whole object, whatever the range. */
  readonly size: number;
  readonly name?: string;
  readonly type?: string;
  /** The bytes of the range, read as fast as they are taken. Can be read once, as can `bytes()`. */
  readonly stream: ReadableStream<Uint8Array>;
  bytes(): Promise<Uint8Array>;
  /** What each provider did so far: who served, failed, or served wrong bytes. */
  report(): ProviderReport[];
};

type Opened = {
  readonly size: number;
  readonly name?: string;
  readonly type?: string;
  read(start: number, end: number): AsyncIterable<Uint8Array>;
};

/** @see Holdfast.retrieve */
export async function retrieve(
  ctx: Context,
  id: ObjectId,
  o: RetrieveOptions = {},
): Promise<Retrieval> {
  throwIfCancelled(o.signal);
  const books = reporter();
  const opened = looksLikeObjectId(id)
    ? await openObject(ctx, firstDealOf(ctx.deployment, id), books, o)
    : await openCid(ctx, normalizeCid(id), books, o);
  const { size, name, type } = opened;
  const [start, end] = checkRange(o.range ?? [0, size], size);
  const total = end - start;
  const stream = streamOf(opened.read(start, end), (sent) =>
    o.onProgress?.({ phase: "retrieve", sent, total }),
  );
  return {
    size,
    ...(name === undefined ? {} : { name }),
    ...(type === undefined ? {} : { type }),
    stream,
    bytes: async () => new Uint8Array(await new Response(stream).arrayBuffer()),
    report: books.report,
  };
}

async function openObject(
  ctx: Context,
  firstDeal: bigint,
  books: Reporter,
  { signal }: RetrieveOptions,
): Promise<Opened> {
  const located = await locate(ctx, firstDeal, { signal });
  const { manifest } = located;
  if (!isPrivate(manifest)) return openPublic(ctx, located, books, signal);
  const { fileKey, meta, size } = await unlock(manifest, await ctx.keys());
  const object = { ...located, manifest };
  return {
    size,
    ...meta,
    read: (start, end) =>
      readPrivate(ctx, object, { fileKey, start, end, reporter: books, signal }),
  };
}

/** The CID stands in the event of the first deal; the providers of the object are asked first for it. */
async function openPublic(
  ctx: Context,
  { firstDeal, places }: Located,
  books: Reporter,
  signal: AbortSignal | undefined,
): Promise<Opened> {
  const cid = await contentCidOf(ctx, firstDeal);
  if (cid === undefined) {
    throw unknownObject(firstDeal, "the node no longer has the event that names its CID");
  }
  const urls = places.map(({ url }) => url);
  return publicFile(ctx, CID.decode(getBytes(cid)).toString(), urls, { reporter: books, signal });
}

async function openCid(
  ctx: Context,
  cid: string,
  books: Reporter,
  { signal }: RetrieveOptions,
): Promise<Opened> {
  return publicFile(ctx, cid, await gateways(ctx), { reporter: books, signal });
}

export function isPrivate(manifest: Manifest): manifest is PrivateManifest {
  return manifest.scheme === 1;
}

function checkRange([start, end]: readonly [number, number], size: number): [number, number] {
  const whole = Number.isSafeInteger(start) && Number.isSafeInteger(end);
  if (whole && start >= 0 && start <= end && end <= size) return [start, end];
  throw invalidArgument(
    `The range [${start}, ${end}) does not lie in the object's ${size} bytes.`,
    "Pass a half-open range: [0, size) is all of it.",
  );
}

/** Pulls: what nobody reads is not fetched, but for a little ahead. */
function streamOf(
  bytes: AsyncIterable<Uint8Array>,
  onBytes: (sent: number) => void,
): ReadableStream<Uint8Array> {
  const iterator = bytes[Symbol.asyncIterator]();
  let sent = 0;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await iterator.next();
        if (done) return controller.close();
        sent += value.length;
        onBytes(sent);
        controller.enqueue(value);
      },
      async cancel() {
        await iterator.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}
