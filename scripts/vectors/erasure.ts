// Parity by the Rust crate reed-solomon-erasure, compiled to WebAssembly.
import { ReedSolomonErasure } from "@subspace/reed-solomon-erasure.wasm";
import { pattern } from "../../test/vectors/pattern.ts";
import { hex } from "./text.ts";

const codes = [
  { k: 1, n: 2, unit: 5 },
  { k: 1, n: 4, unit: 64 },
  { k: 2, n: 3, unit: 16 },
  { k: 4, n: 6, unit: 128 },
  { k: 20, n: 40, unit: 16 },
  { k: 29, n: 80, unit: 16 },
  { k: 200, n: 255, unit: 2 },
];

export async function erasureVectors() {
  return {
    comment:
      "Data units are the first k * unit bytes of the pattern of pattern.ts; parity is all n - k units in order.",
    codes: await Promise.all(
      codes.map(async (code) => ({ ...code, parity: hex(await parityOf(code)) })),
    ),
  };
}

/** The parity units of `data`, which has k units. */
export async function parityOf(o: { k: number; n: number; unit: number; data?: Uint8Array }) {
  const coder = await ReedSolomonErasure.fromCurrentDirectory();
  const shards = new Uint8Array(o.n * o.unit);
  shards.set(o.data ?? pattern(o.k * o.unit));
  const result = coder.encode(shards, o.k, o.n - o.k);
  if (result !== ReedSolomonErasure.RESULT_OK) throw new Error(`Reed-Solomon answered ${result}`);
  return shards.slice(o.k * o.unit);
}
