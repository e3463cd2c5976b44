import * as dagPb from "@ipld/dag-pb";
import { sha256 } from "@noble/hashes/sha2.js";
import { UnixFS } from "ipfs-unixfs";
import { CID } from "multiformats/cid";
import * as raw from "multiformats/codecs/raw";
import * as digest from "multiformats/hashes/digest";

/** Profile `unixfs-v1-2025` (IPIP-499): CIDv1, SHA-256, raw leaves of 1 MiB, 1,024 links a node, balanced. */
export const LEAF_SIZE = 2 ** 20;
const MAX_LINKS = 1024;
export const SHA2_256 = 0x12;
export const DIGEST = 32;

/** A block of a file's DAG: a leaf, or with `inner` a node above others. */
export type DagNode = {
  readonly cid: CID;
  /** The bytes of the file below this node. */
  readonly offset: number;
  readonly size: number;
  readonly inner?: { readonly bytes: Uint8Array; readonly children: readonly DagNode[] };
};

// Links carry the size of the DAG below them, inner nodes included.
type Built = DagNode & { readonly dagSize: number };

/** The DAG over the SHA-256 digests of a file's leaves. The root of a file of one leaf is that leaf. */
export function buildDag(leaves: Uint8Array, size: number): DagNode {
  let row = leafRow(leaves, size);
  while (row.length > 1) row = parentRow(row);
  return row[0] as Built;
}

function leafRow(leaves: Uint8Array, size: number): Built[] {
  return Array.from({ length: leaves.length / DIGEST }, (_, i) => {
    const offset = i * LEAF_SIZE;
    const length = Math.min(LEAF_SIZE, size - offset);
    const cid = cidOf(raw.code, leaves.slice(i * DIGEST, (i + 1) * DIGEST));
    return { cid, offset, size: length, dagSize: length };
  });
}

// A last group of one gets a node of its own too, as in Kubo and ipfs-unixfs-importer.
function parentRow(row: Built[]): Built[] {
  return Array.from({ length: Math.ceil(row.length / MAX_LINKS) }, (_, i) =>
    parentOf(row.slice(i * MAX_LINKS, (i + 1) * MAX_LINKS)),
  );
}

function parentOf(children: Built[]): Built {
  const file = new UnixFS({ type: "file", blockSizes: children.map(({ size }) => BigInt(size)) });
  const links = children.map(({ cid, dagSize }) => ({ Name: "", Hash: cid, Tsize: dagSize }));
  const bytes = dagPb.encode({ Data: file.marshal(), Links: links });
  return {
    cid: cidOf(dagPb.code, sha256(bytes)),
    offset: (children[0] as Built).offset,
    size: sum(children.map(({ size }) => size)),
    dagSize: bytes.length + sum(children.map(({ dagSize }) => dagSize)),
    inner: { bytes, children },
  };
}

function cidOf(codec: number, hash: Uint8Array): CID {
  return CID.createV1(codec, digest.create(SHA2_256, hash));
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
