import { type HashPairs, loadHashPairs } from "./pairs.ts";
import { checkSize, NODE, SUBTREE_BYTES, SUBTREE_HEIGHT, treeHeight } from "./size.ts";
import { leavesOf, rootOf, treeRows } from "./tree.ts";

/** The commitment to a piece: root of its tree, raw size, and the row of sub-tree roots that proofs are made from. */
export type PieceDigest = {
  readonly root: Uint8Array;
  readonly size: number;
  /** Roots of the sub-trees over 1,040,384 raw bytes each, 32 bytes a root. */
  readonly subtrees: Uint8Array;
};

/** `digest` may be called at any time and does not end the hasher. */
export type PieceHasher = {
  update(bytes: Uint8Array): void;
  digest(): PieceDigest;
};

/**
 * Hashes the bytes of a piece, in order and in portions of any size, in constant memory and 32 bytes per MiB.
 * `digest` throws HoldfastError EMPTY when there was no byte.
 * @example
 * const hasher = await pieceHasher();
 * hasher.update(bytes);
 * console.log(pieceCid(hasher.digest()));
 */
export async function pieceHasher(): Promise<PieceHasher> {
  return pieceHasherOver(await loadHashPairs());
}

/** The same over a given engine. */
export function pieceHasherOver(hashPairs: HashPairs): PieceHasher {
  const block = new Uint8Array(SUBTREE_BYTES);
  let filled = 0;
  let roots = new Uint8Array(64 * NODE);
  let count = 0;

  const rootOfBlock = (height: number) => {
    const rows = treeRows(hashPairs, leavesOf(block.subarray(0, filled)), 0, height);
    return rows[height] as Uint8Array;
  };

  const keep = (root: Uint8Array) => {
    if (count * NODE === roots.length) {
      const larger = new Uint8Array(2 * roots.length);
      larger.set(roots);
      roots = larger;
    }
    roots.set(root, count * NODE);
    count++;
  };

  const update = (bytes: Uint8Array) => {
    for (let taken = 0; taken < bytes.length; ) {
      const part = bytes.subarray(taken, taken + SUBTREE_BYTES - filled);
      block.set(part, filled);
      filled += part.length;
      taken += part.length;
      if (filled < SUBTREE_BYTES) continue;
      keep(rootOfBlock(SUBTREE_HEIGHT));
      filled = 0;
    }
  };

  const digest = (): PieceDigest => {
    const size = count * SUBTREE_BYTES + filled;
    checkSize(size);
    const subtrees = new Uint8Array((count + (filled > 0 ? 1 : 0)) * NODE);
    subtrees.set(roots.subarray(0, count * NODE));
    // A piece that fits into one sub-tree ends at its own height.
    if (filled > 0) {
      subtrees.set(rootOfBlock(Math.min(treeHeight(size), SUBTREE_HEIGHT)), count * NODE);
    }
    return { root: rootOf(hashPairs, subtrees, size).slice(), size, subtrees };
  };

  return { update, digest };
}
