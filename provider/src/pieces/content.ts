import {
  type CarIndex,
  carBlock,
  carHasher,
  decodeFileIndex,
  fileBlock,
  fileCar,
  type ReadAt,
} from "holdfast/piece";
import { CID } from "multiformats/cid";
import type { Bytes } from "../bytes/bytes.ts";

import { hasCode } from "../log.ts";
import { Problem } from "../problem.ts";
import type { PieceKey } from "./pieces.ts";

/** A piece as a DAG: how to get its blocks, or all of it, out of the bytes. */
export type ContentIndex = {
  /** Root of the DAG. */
  readonly cid: string;
  block(read: ReadAt, cid: string): Promise<Uint8Array | undefined>;
  car(read: ReadAt): AsyncIterable<Uint8Array>;
};

const SLICE = 256 * 1024;

/** Any spelling of a CID as the journal has it. @throws Problem CID_INVALID */
export function blockName(cid: string): string {
  try {
    return CID.parse(cid).toV1().toString();
  } catch (cause) {
    throw new Problem({
      status: 400,
      code: "CID_INVALID",
      detail: `"${cid.slice(0, 100)}" is not a CID.`,
      fix: "Pass a CID as `ipfs add` prints it.",
      cause,
    });
  }
}

/** The piece as a file of the pinned profile. */
export async function readFileIndex(
  bytes: Bytes,
  root: string,
  size: number,
): Promise<ContentIndex> {
  const index = decodeFileIndex(await bytes.readSide(root, size, "index"));
  return {
    cid: index.cid,
    block: (read, cid) => fileBlock(index, read, cid),
    car: (read) => fileCar(index, read),
  };
}

/** The piece as a CAR, whose bytes are the DAG in transport form already. */
export async function readCarIndex(
  bytes: Bytes,
  root: string,
  size: number,
): Promise<ContentIndex> {
  const index = decodeCarIndex(await bytes.readSide(root, size, "car"));
  return {
    cid: index.cid,
    block: (read, cid) => carBlock(index, read, cid),
    car: (read) => inSlices(read, index.size),
  };
}

/**
 * Reads a piece as a CAR, in slices.
 * @throws Problem CAR_INVALID with the byte at which it is not a canonical one
 */
export async function indexCar(read: ReadAt, size: number): Promise<CarIndex> {
  const hasher = carHasher();
  try {
    for (let offset = 0; offset < size; offset += SLICE) {
      await hasher.update(await read(offset, Math.min(SLICE, size - offset)));
    }
    return await hasher.digest();
  } catch (cause) {
    if (!hasCode(cause, "CAR_INVALID")) throw cause;
    const { message, fix } = cause;
    throw new Problem({ status: 422, code: "CAR_INVALID", detail: message, fix, cause });
  }
}

/** Kept as JSON: the root, the size, and a few dozen bytes for each block. */
export async function writeCarIndex(
  bytes: Bytes,
  { root, size }: PieceKey,
  index: CarIndex,
): Promise<void> {
  const blocks = [...index.blocks.values()];
  const lines = blocks.map(({ cid, offset, length }) => [cid.toString(), offset, length]);
  const text = JSON.stringify({ cid: index.cid, size, blocks: lines });
  await bytes.writeSide(root, size, "car", Buffer.from(text));
}

type StoredCar = {
  cid: string;
  size: number;
  blocks: [cid: string, offset: number, length: number][];
};

function decodeCarIndex(data: Uint8Array): CarIndex {
  const stored = JSON.parse(Buffer.from(data).toString("utf8")) as StoredCar;
  const blocks = stored.blocks.map(([text, offset, length]) => {
    const cid = CID.parse(text);
    return [cid.toV1().toString(), { cid, offset, length }] as const;
  });
  return { cid: stored.cid, size: stored.size, blocks: new Map(blocks) };
}

async function* inSlices(read: ReadAt, size: number): AsyncIterable<Uint8Array> {
  for (let offset = 0; offset < size; offset += SLICE) {
    yield await read(offset, Math.min(SLICE, size - offset));
  }
}
