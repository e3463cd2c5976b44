import { createHash } from "node:crypto";
import { concat, hexlify } from "ethers";

/**
 * The piece commitment written the slow and obvious way, bit by bit and whole in memory: a second source for the
 * contract tests, independent of the SDK's fast one.
 */
export interface TestPiece {
  readonly root: string;
  readonly size: bigint;
  readonly leaves: number;
  /** The leaf, then its siblings upward, as the market wants it. */
  path(leaf: number): string;
}

const NODE = 32;

export function testPiece(bytes: Uint8Array): TestPiece {
  const leaves = Math.ceil((4 * bytes.length) / 127);
  const height = Math.max(2, Math.ceil(Math.log2(leaves)));
  const rows = [fr32(bytes, 2 ** height)];
  for (let row = rows[0] as Uint8Array[]; row.length > 1; rows.push(row)) {
    row = Array.from({ length: row.length / 2 }, (_, i) =>
      node(row[2 * i] as Uint8Array, row[2 * i + 1] as Uint8Array),
    );
  }
  return {
    root: hexlify(rows[height]?.[0] as Uint8Array),
    size: BigInt(bytes.length),
    leaves,
    path(leaf) {
      const path = [rows[0]?.[leaf] as Uint8Array];
      for (let level = 0; level < height; level++) {
        path.push(rows[level]?.[(leaf >> level) ^ 1] as Uint8Array);
      }
      return concat(path);
    },
  };
}

/** A full tree of `height` levels whose leaves are all the same, so that a path into many GiB costs nothing to make. */
export function uniformPiece(height: number): TestPiece {
  const levels = [testBytes(NODE - 1, height)];
  levels[0] = Uint8Array.from([...(levels[0] as Uint8Array), 1]);
  for (let level = 0; level < height; level++) {
    levels.push(node(levels[level] as Uint8Array, levels[level] as Uint8Array));
  }
  return {
    root: hexlify(levels[height] as Uint8Array),
    size: (2n ** BigInt(height) * 127n) / 4n,
    leaves: 2 ** height,
    path: () => concat([levels[0] as Uint8Array, ...levels.slice(0, height)]),
  };
}

/** Deterministic bytes, so that a failing test fails again. */
export function testBytes(size: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let i = 0, block = 0; i < size; i += NODE, block++) {
    const digest = createHash("sha256").update(`${seed}/${block}`).digest();
    bytes.set(digest.subarray(0, Math.min(NODE, size - i)), i);
  }
  return bytes;
}

/** Two zero bits after every 254 bits, least significant bit first. */
function fr32(bytes: Uint8Array, leaves: number): Uint8Array[] {
  const padded = Array.from({ length: leaves }, () => new Uint8Array(NODE));
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    if ((((bytes[bit >> 3] as number) >> (bit & 7)) & 1) === 0) continue;
    const leaf = padded[Math.floor(bit / 254)] as Uint8Array;
    const at = bit % 254;
    leaf[at >> 3] = (leaf[at >> 3] as number) | (1 << (at & 7));
  }
  return padded;
}

function node(left: Uint8Array, right: Uint8Array): Uint8Array {
  const digest = new Uint8Array(createHash("sha256").update(left).update(right).digest());
  digest[NODE - 1] = (digest[NODE - 1] as number) & 0x3f;
  return digest;
}
