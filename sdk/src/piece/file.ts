import { sha256 } from "multiformats/hashes/sha2";
import { HoldfastError } from "../errors.ts";
import { blockKey, readBlock } from "./block.ts";
import { carHeader, carSection } from "./carbytes.ts";
import type { ReadAt } from "./proof.ts";
import { checkSize, MAX_PIECE_SIZE } from "./size.ts";
import { buildDag, type DagNode, DIGEST, LEAF_SIZE } from "./unixfs.ts";

/** What makes a flat file an IPFS DAG: the digests of its leaves, from which the rest follows. */
export type FileIndex = {
  /** Root CID in profile unixfs-v1-2025. */
  readonly cid: string;
  readonly size: number;
  /** SHA-256 of each MiB, 32 bytes each. */
  readonly leaves: Uint8Array;
  readonly root: DagNode;
  /** The distinct blocks by CID; of equal leaves the first. */
  readonly nodes: ReadonlyMap<string, DagNode>;
};

/** Await `update`, so that the memory stays constant. */
export type FileHasher = {
  update(bytes: Uint8Array): Promise<void>;
  digest(): Promise<FileIndex>;
};

/**
 * Finds the CID of a file from its bytes, in order and in portions of any size, and all that is needed to serve its
 * blocks later. `digest` ends the hasher and throws HoldfastError EMPTY when there was no byte.
 * @example
 * const hasher = fileHasher();
 * for await (const bytes of file.stream()) await hasher.update(bytes);
 * console.log((await hasher.digest()).cid);
 */
export function fileHasher(): FileHasher {
  const digests: Promise<Uint8Array>[] = [];
  let leaf = new Uint8Array(LEAF_SIZE);
  let filled = 0;
  let size = 0;

  const closeLeaf = () => {
    digests.push(digestOf(leaf.subarray(0, filled)));
    leaf = new Uint8Array(LEAF_SIZE);
    filled = 0;
  };

  const update = async (bytes: Uint8Array) => {
    const before = digests.length;
    for (let taken = 0; taken < bytes.length; ) {
      const part = bytes.subarray(taken, taken + LEAF_SIZE - filled);
      leaf.set(part, filled);
      filled += part.length;
      taken += part.length;
      if (filled === LEAF_SIZE) closeLeaf();
    }
    size += bytes.length;
    await Promise.all(digests.slice(before));
  };

  const digest = async () => {
    checkSize(size);
    if (filled > 0) closeLeaf();
    const leaves = new Uint8Array(digests.length * DIGEST);
    (await Promise.all(digests)).forEach((hash, i) => {
      leaves.set(hash, i * DIGEST);
    });
    return fileIndex(leaves, size);
  };

  return { update, digest };
}

/**
 * Any block of the file's DAG, undefined when `cid` is not one of it.
 * @throws HoldfastError CID_INVALID, WRONG_BYTES when the file has changed since it was hashed
 * @example const block = await fileBlock(index, read, index.cid);
 */
export async function fileBlock(
  index: FileIndex,
  read: ReadAt,
  cid: string,
): Promise<Uint8Array | undefined> {
  const node = index.nodes.get(blockKey(cid));
  return node && blockOf(node, read);
}

/**
 * The file as a CARv1: depth first, each block when first seen, as `ipfs dag export` writes it.
 * @throws HoldfastError WRONG_BYTES when the file has changed since it was hashed
 * @example for await (const bytes of fileCar(index, read)) response.write(bytes);
 */
export async function* fileCar(index: FileIndex, read: ReadAt): AsyncGenerator<Uint8Array> {
  yield carHeader(index.root.cid);
  // The map was filled in that very order.
  for (const node of index.nodes.values()) yield carSection(node.cid, await blockOf(node, read));
}

const VERSION = 1;
const LEAD = 9;

/**
 * The index as bytes, 32 for each MiB of the file: version, size, digests of the leaves.
 * @example await writeFile("piece.index", encodeFileIndex(index));
 */
export function encodeFileIndex(index: FileIndex): Uint8Array {
  const bytes = new Uint8Array(LEAD + index.leaves.length);
  bytes[0] = VERSION;
  new DataView(bytes.buffer).setBigUint64(1, BigInt(index.size));
  bytes.set(index.leaves, LEAD);
  return bytes;
}

/**
 * The index from bytes of encodeFileIndex. Compare its `cid` with the one you expect.
 * @throws HoldfastError WRONG_BYTES
 * @example const index = decodeFileIndex(await readFile("piece.index"));
 */
export function decodeFileIndex(bytes: Uint8Array): FileIndex {
  const leaves = bytes.slice(LEAD);
  if (bytes[0] === VERSION && leaves.length > 0) {
    const size = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(1));
    const count = Math.ceil(size / LEAF_SIZE);
    if (size <= MAX_PIECE_SIZE && leaves.length === count * DIGEST) return fileIndex(leaves, size);
  }
  throw new HoldfastError("WRONG_BYTES", {
    message: `${bytes.length} bytes starting with ${bytes[0]} are not a file index of version ${VERSION}.`,
    fix: "Hash the file again with fileHasher: an index holds nothing that the file does not.",
  });
}

function fileIndex(leaves: Uint8Array, size: number): FileIndex {
  const root = buildDag(leaves, size);
  const nodes = new Map<string, DagNode>();
  collect(root, nodes);
  return { cid: root.cid.toString(), size, leaves, root, nodes };
}

function collect(node: DagNode, nodes: Map<string, DagNode>): void {
  const key = blockKey(node.cid);
  if (nodes.has(key)) return;
  nodes.set(key, node);
  for (const child of node.inner?.children ?? []) collect(child, nodes);
}

async function blockOf(node: DagNode, read: ReadAt): Promise<Uint8Array> {
  if (node.inner) return node.inner.bytes;
  return readBlock(read, { cid: node.cid, offset: node.offset, length: node.size });
}

async function digestOf(bytes: Uint8Array): Promise<Uint8Array> {
  return (await sha256.digest(bytes)).digest;
}
