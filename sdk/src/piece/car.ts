import { bytesReader, readHeader } from "@ipld/car/decoder";
import * as dagPb from "@ipld/dag-pb";
import { CID } from "multiformats/cid";
import * as raw from "multiformats/codecs/raw";
import { HoldfastError } from "../errors.ts";
import { blockKey, isBlock, readBlock } from "./block.ts";
import { carHeader, carInvalid, type Section, sectionSplitter } from "./carbytes.ts";
import { equalBytes, type ReadAt } from "./proof.ts";
import { SHA2_256 } from "./unixfs.ts";

/** Where the bytes of a block lie in a CAR. */
export type CarEntry = { readonly cid: CID; readonly offset: number; readonly length: number };

/** What makes a CAR file readable by block. */
export type CarIndex = {
  /** The root, as the header spells it. */
  readonly cid: string;
  /** Bytes of the CAR. */
  readonly size: number;
  readonly blocks: ReadonlyMap<string, CarEntry>;
};

/** Await `update` before the next one. After an error a hasher is of no further use. */
export type CarHasher = {
  update(bytes: Uint8Array): Promise<void>;
  digest(): Promise<CarIndex>;
};

/**
 * Checks a CAR while its bytes pass by: one root, depth first, each block once where it is first seen, all of them,
 * nothing else, every hash right. Both functions throw HoldfastError CAR_INVALID with the byte at which it is not so.
 * @example
 * const hasher = carHasher();
 * for await (const bytes of upload) await hasher.update(bytes);
 * const index = await hasher.digest();
 */
export function carHasher(): CarHasher {
  const sections = sectionSplitter();
  const blocks = new Map<string, CarEntry>();
  // The next block last. CIDs here own their bytes; those in a section are overwritten by the next one.
  const wanted: CID[] = [];
  let root: CID | undefined;

  const takeBlock = async (section: Section) => {
    const next = nextBlock(wanted, blocks);
    if (!next) throw carInvalid(section.offset, "a block after the end of the DAG");
    const [cid, bytes] = splitBlock(section);
    if (!cid.equals(next)) throw carInvalid(section.offset, `block ${cid} where ${next} comes`);
    if (!(await isBlock(cid, bytes)))
      throw carInvalid(section.offset, `wrong bytes in block ${cid}`);
    wanted.pop();
    wanted.push(...linksOf(cid, bytes, section.offset).reverse());
    const offset = section.offset + section.bytes.length - bytes.length;
    blocks.set(blockKey(next), { cid: next, offset, length: bytes.length });
  };

  const update = async (bytes: Uint8Array) => {
    for (const section of sections.push(bytes)) {
      if (root) {
        await takeBlock(section);
      } else {
        root = await rootOf(section);
        wanted.push(root);
      }
    }
  };

  const digest = async () => {
    const rest = sections.rest();
    if (!root || rest.length > 0) {
      throw carInvalid(
        rest.offset,
        `the file ends ${rest.length} bytes into ${root ? "a block" : "the header"}`,
      );
    }
    const next = nextBlock(wanted, blocks);
    if (next) throw carInvalid(rest.offset, `the file ends where block ${next} comes`);
    return { cid: root.toString(), size: rest.offset, blocks };
  };

  return { update, digest };
}

/**
 * A block of a CAR, undefined when `cid` is not in it.
 * @throws HoldfastError CID_INVALID, WRONG_BYTES when the CAR has changed since it was hashed
 * @example const block = await carBlock(index, read, index.cid);
 */
export async function carBlock(
  index: CarIndex,
  read: ReadAt,
  cid: string,
): Promise<Uint8Array | undefined> {
  const entry = index.blocks.get(blockKey(cid));
  return entry && readBlock(read, entry);
}

/** Drops what was seen already from the end of `wanted`; the block that must come now. */
function nextBlock(wanted: CID[], seen: ReadonlyMap<string, CarEntry>): CID | undefined {
  while (wanted.length > 0 && seen.has(blockKey(wanted[wanted.length - 1] as CID))) wanted.pop();
  return wanted[wanted.length - 1];
}

async function rootOf({ bytes }: Section): Promise<CID> {
  const roots = await readRoots(bytes);
  const [root, ...more] = roots;
  if (!root || more.length > 0) throw carInvalid(0, `${roots.length} roots in place of one`);
  if (!equalBytes(carHeader(root), bytes)) throw carInvalid(0, "the header is not plain DAG-CBOR");
  return checkCid(root, 0);
}

async function readRoots(header: Uint8Array): Promise<readonly CID[]> {
  try {
    return ((await readHeader(bytesReader(header.slice()), 1)) as { roots: CID[] }).roots;
  } catch (cause) {
    throw carInvalid(0, `no CARv1 header (${(cause as Error).message})`, cause);
  }
}

function splitBlock({ bytes, lead, offset }: Section): [CID, Uint8Array] {
  try {
    return CID.decodeFirst(bytes.subarray(lead));
  } catch (cause) {
    throw carInvalid(offset, `no CID (${(cause as Error).message})`, cause);
  }
}

function linksOf(cid: CID, bytes: Uint8Array, offset: number): CID[] {
  if (cid.code === raw.code) return [];
  try {
    return dagPb.decode(bytes.slice()).Links.map((link) => checkCid(link.Hash as CID, offset));
  } catch (cause) {
    if (HoldfastError.is(cause)) throw cause;
    throw carInvalid(offset, `block ${cid} is not dag-pb (${(cause as Error).message})`, cause);
  }
}

function checkCid(cid: CID, offset: number): CID {
  if (cid.code !== raw.code && cid.code !== dagPb.code) {
    throw carInvalid(
      offset,
      `${cid} has codec 0x${cid.code.toString(16)}; raw and dag-pb are known here`,
    );
  }
  if (cid.multihash.code !== SHA2_256) {
    throw carInvalid(
      offset,
      `${cid} has hash 0x${cid.multihash.code.toString(16)}; SHA-256 is known here`,
    );
  }
  return cid;
}
