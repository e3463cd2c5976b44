import { HoldfastError } from "../errors.ts";
import { loadHashPairs } from "./pairs.ts";
import {
  leafCount,
  NODE,
  SUBTREE_BYTES,
  SUBTREE_HEIGHT,
  SUBTREE_LEAVES,
  treeHeight,
} from "./size.ts";
import { leavesOf, nodeAt, parentOf, treeRows } from "./tree.ts";

/** Reads `length` bytes at `offset` of something with random access; all of them or an error. */
export type ReadAt = (offset: number, length: number) => Promise<Uint8Array>;

/**
 * The proof of one leaf: 32 bytes of leaf, then its siblings upward. Reads about 1 MB around the leaf.
 * @throws HoldfastError ARGUMENT_INVALID for a leaf without data, WRONG_BYTES when what was read is not what was hashed
 * @example const proof = await proveLeaf({ read, size, subtrees, leaf: 0 });
 */
export async function proveLeaf(o: {
  read: ReadAt;
  size: number;
  subtrees: Uint8Array;
  leaf: number;
}): Promise<Uint8Array> {
  const leaves = leafCount(o.size);
  if (!isIndex(o.leaf, leaves)) {
    throw new HoldfastError("ARGUMENT_INVALID", {
      message: `A piece of ${o.size} bytes has leaves 0 to ${leaves - 1}, got ${o.leaf}.`,
      fix: "Choose a leaf below leafCount(size).",
    });
  }
  const height = treeHeight(o.size);
  const subtree = Math.floor(o.leaf / SUBTREE_LEAVES);
  const lower = await subtreeRows(o, subtree, Math.min(height, SUBTREE_HEIGHT));
  const upper = treeRows(await loadHashPairs(), o.subtrees, SUBTREE_HEIGHT, height);

  const proof = new Uint8Array(NODE * (height + 1));
  const put = (at: number, node: Uint8Array) => proof.set(node, at * NODE);
  put(0, nodeAt(lower[0] as Uint8Array, o.leaf % SUBTREE_LEAVES, 0));
  for (let level = 0; level < height; level++) {
    const row = level < SUBTREE_HEIGHT ? lower[level] : upper[level - SUBTREE_HEIGHT];
    const index = Math.floor(
      (level < SUBTREE_HEIGHT ? o.leaf % SUBTREE_LEAVES : o.leaf) / 2 ** level,
    );
    put(level + 1, nodeAt(row as Uint8Array, sibling(index), level));
  }
  return proof;
}

/**
 * True when `proof` shows leaf `leaf` of the piece with this root and raw size: the rule of the contract.
 * @example verifyLeaf({ root, size, leaf: 0, proof }) // true
 */
export function verifyLeaf(o: {
  root: Uint8Array;
  size: number;
  leaf: number;
  proof: Uint8Array;
}): boolean {
  const height = treeHeight(o.size);
  if (!isIndex(o.leaf, leafCount(o.size)) || o.proof.length !== NODE * (height + 1)) return false;
  let node = nodeAt(o.proof, 0, 0);
  for (let level = 0; level < height; level++) {
    const other = nodeAt(o.proof, level + 1, level);
    const right = Math.floor(o.leaf / 2 ** level) % 2 === 1;
    node = right ? parentOf(other, node) : parentOf(node, other);
  }
  return equalBytes(node, o.root);
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

async function subtreeRows(
  o: { read: ReadAt; size: number; subtrees: Uint8Array },
  subtree: number,
  height: number,
): Promise<Uint8Array[]> {
  const offset = subtree * SUBTREE_BYTES;
  const length = Math.min(SUBTREE_BYTES, o.size - offset);
  const bytes = await o.read(offset, length);
  if (bytes.length === length) {
    const rows = treeRows(await loadHashPairs(), leavesOf(bytes), 0, height);
    const wanted = o.subtrees.subarray(subtree * NODE, (subtree + 1) * NODE);
    if (equalBytes(rows[height] as Uint8Array, wanted)) return rows;
  }
  throw new HoldfastError("WRONG_BYTES", {
    message: `Bytes ${offset} to ${offset + length} of the piece are not those that were hashed: they changed or ${length - bytes.length} are missing.`,
    fix: "Fetch these bytes again from another holder of the piece.",
  });
}

function isIndex(leaf: number, leaves: number): boolean {
  return Number.isInteger(leaf) && leaf >= 0 && leaf < leaves;
}

function sibling(index: number): number {
  return index % 2 === 0 ? index + 1 : index - 1;
}
