import { HoldfastError } from "../errors.ts";

/** Bytes of a leaf and of a node of the piece tree. */
export const NODE = 32;
/** The largest piece of the protocol, in raw bytes. */
export const MAX_PIECE_SIZE = 2 ** 44 - 1;
/** Levels of a sub-tree whose root is kept: 1 MiB of padded data, which is what one proof reads. */
export const SUBTREE_HEIGHT = 15;
export const SUBTREE_LEAVES = 2 ** SUBTREE_HEIGHT;
/** Raw bytes below one sub-tree: fr32 turns 127 bytes into 128. */
export const SUBTREE_BYTES = (SUBTREE_LEAVES * 127) / 4;

/** @throws HoldfastError EMPTY, ARGUMENT_INVALID */
export function checkSize(size: number): void {
  if (size === 0) {
    throw new HoldfastError("EMPTY", {
      message: "A piece of 0 bytes cannot be stored or proven.",
      fix: "Store at least one byte.",
    });
  }
  if (!Number.isSafeInteger(size) || size < 0 || size > MAX_PIECE_SIZE) {
    throw new HoldfastError("ARGUMENT_INVALID", {
      message: `A piece has 1 to ${MAX_PIECE_SIZE} bytes, got ${size}.`,
      fix: "Split larger data into several pieces.",
    });
  }
}

/**
 * Leaves of 32 bytes that hold data once `size` raw bytes are padded (254 data bits a leaf).
 * @throws HoldfastError EMPTY, ARGUMENT_INVALID
 * @example leafCount(127) // 4
 */
export function leafCount(size: number): number {
  checkSize(size);
  return Math.ceil((4 * size) / 127);
}

/**
 * Levels between a leaf and the root of a piece of `size` raw bytes: the nodes of a proof, without its leaf.
 * @throws HoldfastError EMPTY, ARGUMENT_INVALID
 * @example treeHeight(1_000_000) // 15
 */
export function treeHeight(size: number): number {
  const leaves = leafCount(size);
  let height = 2;
  while (2 ** height < leaves) height++;
  return height;
}
