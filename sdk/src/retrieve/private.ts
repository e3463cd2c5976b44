import type { Context, Keys } from "../context.ts";
import { HoldfastError } from "../errors.ts";
import { CHUNK, openEnvelope, payloadCipher, plainLength } from "../object/age.ts";
import { type Meta, openMeta, type PrivateManifest } from "../object/manifest.ts";
import { fragmentKey, maskKey } from "../object/mask.ts";
import { layout } from "../object/stripes.ts";
import { fragmentReader } from "./fragment.ts";
import type { Located } from "./locate.ts";
import type { Reporter } from "./report.ts";
import { type Chunks, type PrivateReading, readChunks } from "./stripe.ts";

/** Silence after which another fragment is read instead: a stalled provider must not hold up a reader for long. */
const STALL_MS = 3_000;

/** What the owner of an identity can read of an object. */
export type Unlocked = { readonly fileKey: Uint8Array; readonly meta: Meta; readonly size: number };

/** Opens the envelope and the sealed part. @throws {HoldfastError} `NOT_RECIPIENT` */
export async function unlock(manifest: PrivateManifest, { identity }: Keys): Promise<Unlocked> {
  if (manifest.header.length === 0) {
    throw new HoldfastError("MANIFEST_UNSUPPORTED", {
      message: "The object's envelope is kept by its providers, which this version cannot read.",
      fix: "Update the holdfast package.",
    });
  }
  const fileKey = await openEnvelope({ header: manifest.header, identities: [identity] });
  return { fileKey, meta: openMeta({ fileKey, manifest }), size: plainLength(manifest.length) };
}

/** Plaintext [start, end) of a private object, in order, one stripe ahead of the reader. */
export async function* readPrivate(
  ctx: Context,
  { manifest, places }: Located & { manifest: PrivateManifest },
  o: {
    fileKey: Uint8Array;
    start: number;
    end: number;
    reporter: Reporter;
    signal: AbortSignal | undefined;
  },
): AsyncGenerator<Uint8Array> {
  if (o.start >= o.end) return;
  const secret = maskKey({ fileKey: o.fileKey, nonce: manifest.nonce });
  const timeoutMs = Math.min(STALL_MS, ctx.timeoutMs);
  const { k } = manifest;
  const reading: PrivateReading = {
    layout: layout(manifest),
    cipher: await payloadCipher({ fileKey: o.fileKey, nonce: manifest.nonce }),
    fragments: places.map((place) => {
      const mask = fragmentKey({ maskKey: secret, k, fragment: place.index });
      return fragmentReader(place, { ...o, mask, timeoutMs });
    }),
  };

  let ahead: Promise<Uint8Array[]> | undefined;
  const groups = stripesOf(
    { first: Math.floor(o.start / CHUNK), end: Math.ceil(o.end / CHUNK) },
    k,
  );
  for (const [i, group] of groups.entries()) {
    const current = ahead ?? readChunks(reading, group);
    const next = groups[i + 1];
    const chunks = await current;
    ahead = next && readChunks(reading, next);
    // Its failure is thrown when it is its turn; until then nobody waits for it.
    ahead?.catch(() => undefined);
    for (const [j, chunk] of chunks.entries()) {
      const at = (group.first + j) * CHUNK;
      yield chunk.subarray(Math.max(0, o.start - at), Math.min(chunk.length, o.end - at));
    }
  }
}

/** Chunks of a range, one group for each stripe. */
function stripesOf({ first, end }: Chunks, k: number): Chunks[] {
  const row = 16 * k;
  const groups: Chunks[] = [];
  for (let at = first; at < end; ) {
    const next = Math.min(end, (Math.floor(at / row) + 1) * row);
    groups.push({ first: at, end: next });
    at = next;
  }
  return groups;
}
