import { sha256 } from "@noble/hashes/sha2.js";
import { NODE } from "./size.ts";

/** Writes SHA-256 of each 64 bytes of `input` to 32 bytes of `output`. */
export type HashPairs = (input: Uint8Array, output: Uint8Array) => void;

let loading: Promise<HashPairs> | undefined;

/** The fastest engine of this host that passes its self-test; loaded once. */
export function loadHashPairs(): Promise<HashPairs> {
  loading ??= nativePairs().then((native) => native ?? wasmPairs());
  return loading;
}

/** SHA extensions of the processor, where there is a Node and a build for its platform. */
export async function nativePairs(): Promise<HashPairs | undefined> {
  if (typeof process === "undefined" || !process.versions?.node) return undefined;
  // A variable keeps bundlers for browsers from following the import into a native module.
  const name = "@chainsafe/hashtree";
  try {
    const { hashInto } = (await import(/* @vite-ignore */ name)) as { hashInto: HashPairs };
    return hashesRight(hashInto) ? hashInto : undefined;
  } catch {
    // An optional dependency that this platform has no build of: the portable engine does the same, slower.
    return undefined;
  }
}

/** WebAssembly, everywhere. */
export async function wasmPairs(): Promise<HashPairs> {
  const { hashInto } = await import("@chainsafe/as-sha256");
  return hashesRight(hashInto) ? hashInto : noblePairs;
}

/** Plain JavaScript, synchronous and always there: for single nodes, and to check the others. */
export function noblePairs(input: Uint8Array, output: Uint8Array): void {
  for (let i = 0; i < input.length / 64; i++) {
    output.set(sha256(input.subarray(i * 64, i * 64 + 64)), i * NODE);
  }
}

// Five pairs, so that both the vector path and the remainder of an engine are run.
function hashesRight(hashPairs: HashPairs): boolean {
  const input = Uint8Array.from({ length: 5 * 64 }, (_, i) => i * 7);
  const got = new Uint8Array(5 * NODE);
  const wanted = new Uint8Array(5 * NODE);
  hashPairs(input, got);
  noblePairs(input, wanted);
  return wanted.every((byte, i) => byte === got[i]);
}
