// Commitments by the Rust library that Filecoin's JavaScript tools use; proofs by bit arithmetic on big integers.
import { createHash } from "node:crypto";
import { create } from "fr32-sha2-256-trunc254-padded-binary-tree-multihash";
import { pattern } from "../../test/vectors/pattern.ts";
import { base32, hex } from "./text.ts";

const sizes = [
  1, 31, 32, 63, 64, 65, 126, 127, 128, 254, 255, 508, 509, 1_016, 8_128, 8_129, 100_000, 520_192,
  1_040_383, 1_040_384, 1_040_385, 2_080_768, 2_080_769, 3_000_000,
];
const proofs = [
  { size: 1, leaves: [0] },
  { size: 64, leaves: [0, 2] },
  { size: 127, leaves: [0, 1, 2, 3] },
  { size: 128, leaves: [0, 3, 4] },
  { size: 1_000, leaves: [0, 17, 31] },
  { size: 1_040_385, leaves: [0, 32_767, 32_768] },
];

export function pieceVectors() {
  return {
    comment:
      "PieceCID v2 and proofs over the pattern of pattern.ts. A proof is a leaf and its siblings upward.",
    pieces: sizes.map((size) => ({ size, ...commitment(size) })),
    proofs: proofs.flatMap(({ size, leaves }) => proofsOf(size, leaves)),
  };
}

function commitment(size: number) {
  const hasher = create();
  hasher.write(pattern(size));
  const multihash = new Uint8Array(hasher.multihashByteLength());
  hasher.digestInto(multihash, 0, true);
  hasher.free();
  // CIDv1, raw codec, base32.
  const cid = `b${base32(Uint8Array.of(1, 0x55, ...multihash))}`;
  const height = multihash.at(-33) as number;
  return { height, root: hex(multihash.slice(-32)), cid };
}

function proofsOf(size: number, wanted: number[]) {
  const { root, height } = commitment(size);
  const rows = tree(size, height);
  if (hex(rows[height]?.[0] as Uint8Array) !== root) throw new Error(`Two roots at ${size} bytes`);
  return wanted.map((leaf) => {
    const siblings = rows
      .slice(0, height)
      .map((row, level) => row[Math.floor(leaf / 2 ** level) ^ 1]);
    const proof = Buffer.concat([rows[0]?.[leaf] as Uint8Array, ...(siblings as Uint8Array[])]);
    return { size, leaf, height, root, proof: hex(proof) };
  });
}

function tree(size: number, height: number): Uint8Array[][] {
  const data = Buffer.alloc(127 * 2 ** (height - 2));
  data.set(pattern(size));
  let row = Array.from({ length: data.length / 127 }, (_, i) =>
    data.subarray(i * 127, (i + 1) * 127),
  ).flatMap(pad);
  const rows = [row];
  while (row.length > 1) {
    row = Array.from({ length: row.length / 2 }, (_, i) => parent(row[2 * i], row[2 * i + 1]));
    rows.push(row);
  }
  return rows;
}

/** 127 bytes are four numbers of 254 bits, the first in the lowest bits. */
function pad(bytes: Uint8Array): Uint8Array[] {
  const number = BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`);
  return [0n, 254n, 508n, 762n].map((shift) => {
    const element = BigInt.asUintN(254, number >> shift);
    return Buffer.from(element.toString(16).padStart(64, "0"), "hex").reverse();
  });
}

function parent(left: Uint8Array | undefined, right: Uint8Array | undefined): Uint8Array {
  const hash = createHash("sha256")
    .update(left as Uint8Array)
    .update(right as Uint8Array)
    .digest();
  hash[31] = (hash[31] as number) & 0x3f;
  return hash;
}
