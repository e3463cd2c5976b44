import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";

const BLOCK = 16;
const KEY = 32;

/**
 * The key from which the masks of all fragments of an object follow. Without masks any k providers could rebuild the
 * fragment of another that has thrown it away.
 */
export function maskKey(o: { fileKey: Uint8Array; nonce: Uint8Array }): Uint8Array {
  return hkdf(sha256, o.fileKey, o.nonce, utf8ToBytes("holdfast/mask/v1"), KEY);
}

/** The key of one fragment's mask: what a repairer gets, which reveals neither the other masks nor the plaintext. */
export function fragmentKey(o: { maskKey: Uint8Array; k: number; fragment: number }): Uint8Array {
  const info = concatBytes(
    utf8ToBytes("holdfast/mask/v1/fragment"),
    Uint8Array.of(o.k, o.fragment),
  );
  return hkdf(sha256, o.maskKey, undefined, info, KEY);
}

/** Puts the mask on bytes of a fragment that start at `offset`, or takes it off. */
export async function applyMask(o: {
  key: Uint8Array;
  offset: number;
  bytes: Uint8Array;
}): Promise<Uint8Array> {
  const key = await crypto.subtle.importKey("raw", own(o.key), "AES-CTR", false, ["encrypt"]);
  const skip = o.offset % BLOCK;
  const counter = new Uint8Array(BLOCK);
  new DataView(counter.buffer).setBigUint64(8, BigInt((o.offset - skip) / BLOCK));
  const input = new Uint8Array(skip + o.bytes.length);
  input.set(o.bytes, skip);
  const output = await crypto.subtle.encrypt({ name: "AES-CTR", counter, length: 128 }, key, input);
  return new Uint8Array(output, skip);
}

/** WebCrypto takes no view of shared memory. */
function own(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}
