import { HoldfastError } from "../errors.ts";
import { CHUNK, payloadCipher, payloadLength } from "../object/age.ts";
import { encodeStripe } from "../object/erasure.ts";
import { applyMask, fragmentKey, maskKey } from "../object/mask.ts";
import { layout, splitStripe, UNIT } from "../object/stripes.ts";

/** A part of an object that is hashed and journalled before any byte of it is sent. */
export type Batch = {
  /** Bytes of the source up to the end of the batch. */
  readonly consumed: number;
  /** SHA-256 of the batch. */
  readonly hash: Uint8Array;
  /** The batch's bytes in each fragment. Made when asked for: a repair of one fragment asks for one. */
  fragment(index: number): Promise<Uint8Array>;
};

/** How an object becomes fragments: the same source always gives the same batches. */
export type Encoding = {
  /** Whether all fragments are the same bytes. */
  readonly copies: boolean;
  /** Bytes of every fragment, for that many bytes of source. */
  fragmentLength(bytes: number): number;
  batches(source: AsyncIterable<Uint8Array>): AsyncGenerator<Batch>;
};

const COPY_BATCH = 4 << 20;
const STRIPE_CHUNKS = 16;

/** A private object: sealed in the age format, coded, masked. */
export async function privateEncoding(o: {
  fileKey: Uint8Array;
  nonce: Uint8Array;
  k: number;
  n: number;
}): Promise<Encoding> {
  const { k, n } = o;
  const cipher = await payloadCipher(o);
  const secret = maskKey(o);
  const masks = Array.from({ length: n }, (_, fragment) =>
    fragmentKey({ maskKey: secret, k, fragment }),
  );
  const row = k * STRIPE_CHUNKS * CHUNK;

  async function seal(index: number, plain: Uint8Array, last: boolean): Promise<Uint8Array> {
    const payload = new Uint8Array(payloadLength(plain.length));
    const chunks = Math.ceil(plain.length / CHUNK);
    for (let i = 0, at = 0; i < chunks; i++) {
      const chunk = plain.subarray(i * CHUNK, (i + 1) * CHUNK);
      const number = index * k * STRIPE_CHUNKS + i;
      const sealed = await cipher.seal(number, chunk, last && i === chunks - 1);
      payload.set(sealed, at);
      at += sealed.length;
    }
    return payload;
  }

  async function* batches(source: AsyncIterable<Uint8Array>): AsyncGenerator<Batch> {
    let consumed = 0;
    let index = 0;
    for await (const { bytes, last } of rechunk(source, row)) {
      consumed += bytes.length;
      const payload = await seal(index, bytes, last);
      // A stripe's geometry follows from the payload up to its end: only the last one is cut.
      const stripe = layout({ length: index * k * UNIT + payload.length, k, n }).stripe(index);
      const data = splitStripe(stripe, k, payload);
      let parity: Promise<Uint8Array[]> | undefined;
      const unit = async (fragment: number) => {
        if (fragment < k) return data[fragment] as Uint8Array;
        parity ??= encodeStripe(data, n);
        return (await parity)[fragment - k] as Uint8Array;
      };
      yield {
        consumed,
        hash: await sha256(payload),
        fragment: async (fragment) =>
          applyMask({
            key: masks[fragment] as Uint8Array,
            offset: stripe.fragmentOffset,
            bytes: await unit(fragment),
          }),
      };
      index++;
    }
  }

  return {
    copies: false,
    fragmentLength: (bytes) => layout({ length: payloadLength(bytes), k, n }).fragmentLength,
    batches,
  };
}

/** A public object: every fragment is a copy. */
export function publicEncoding(): Encoding {
  async function* batches(source: AsyncIterable<Uint8Array>): AsyncGenerator<Batch> {
    let consumed = 0;
    for await (const { bytes } of rechunk(source, COPY_BATCH)) {
      consumed += bytes.length;
      yield { consumed, hash: await sha256(bytes), fragment: async () => bytes };
    }
  }
  return { copies: true, fragmentLength: (bytes) => bytes, batches };
}

/**
 * Cuts a stream into blocks of one size, the last one shorter. Each block is the receiver's own.
 *
 * @throws {HoldfastError} `EMPTY`
 */
export async function* rechunk(
  source: AsyncIterable<Uint8Array>,
  size: number,
): AsyncGenerator<{ bytes: Uint8Array; last: boolean }> {
  let block = new Uint8Array(size);
  let filled = 0;
  for await (const part of source) {
    for (let at = 0; at < part.length; ) {
      // Full only goes out when a byte follows: else it is the last one.
      if (filled === size) {
        yield { bytes: block, last: false };
        block = new Uint8Array(size);
        filled = 0;
      }
      const run = part.subarray(at, at + size - filled);
      block.set(run, filled);
      filled += run.length;
      at += run.length;
    }
  }
  if (filled === 0) {
    throw new HoldfastError("EMPTY", {
      message: "The source is empty: an object of 0 bytes cannot be stored.",
      fix: "Store at least one byte.",
    });
  }
  yield { bytes: block.subarray(0, filled), last: true };
}

async function sha256(bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>));
}
