import { FR32_IN, fr32Pad } from "./fr32.ts";
import { type HashPairs, noblePairs } from "./pairs.ts";
import { leafCount, MAX_PIECE_SIZE, NODE, SUBTREE_HEIGHT, treeHeight } from "./size.ts";

/** Nodes of each height over nothing but zeros: what stands for the part of a tree that has no data. */
const zeros: Uint8Array[] = [new Uint8Array(NODE)];
for (let height = 1; height < treeHeight(MAX_PIECE_SIZE); height++) {
  const below = zeros[height - 1] as Uint8Array;
  zeros.push(nextRow(noblePairs, concat(below, below)));
}

/** The data-bearing leaves of raw bytes. */
export function leavesOf(bytes: Uint8Array): Uint8Array {
  const input = new Uint8Array(Math.ceil(bytes.length / FR32_IN) * FR32_IN);
  input.set(bytes);
  return fr32Pad(input).subarray(0, leafCount(bytes.length) * NODE);
}

/** All rows from `base`, which stands at `level`, to `height`; rows end with their last node over data. */
export function treeRows(
  hashPairs: HashPairs,
  base: Uint8Array,
  level: number,
  height: number,
): Uint8Array[] {
  const rows = [base];
  for (let row = base, at = level; at < height; at++) {
    const whole = row.length % (2 * NODE) === 0 ? row : concat(row, zeroNode(at));
    row = nextRow(hashPairs, whole);
    rows.push(row);
  }
  return rows;
}

/** The root over a row of sub-tree roots, of a piece of `size` bytes. */
export function rootOf(hashPairs: HashPairs, subtrees: Uint8Array, size: number): Uint8Array {
  const rows = treeRows(hashPairs, subtrees, SUBTREE_HEIGHT, treeHeight(size));
  return rows[rows.length - 1] as Uint8Array;
}

/** Node `index` of a row, or the zero node of its height when no data is below it. */
export function nodeAt(row: Uint8Array, index: number, height: number): Uint8Array {
  const offset = index * NODE;
  return offset < row.length ? row.subarray(offset, offset + NODE) : zeroNode(height);
}

/** The node above two others: SHA-256 with the top two bits of the last byte cleared (254 bits). */
export function parentOf(left: Uint8Array, right: Uint8Array): Uint8Array {
  return nextRow(noblePairs, concat(left, right));
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}

function zeroNode(height: number): Uint8Array {
  return zeros[height] as Uint8Array;
}

function nextRow(hashPairs: HashPairs, row: Uint8Array): Uint8Array {
  const next = new Uint8Array(row.length / 2);
  hashPairs(row, next);
  for (let last = NODE - 1; last < next.length; last += NODE) {
    next[last] = (next[last] as number) & 0x3f;
  }
  return next;
}
