import { createWriter, headerLength } from "@ipld/car/buffer-writer";
import { varint } from "multiformats";
import type { CID } from "multiformats/cid";
import { HoldfastError } from "../errors.ts";

/** The largest block that IPFS nodes exchange. */
const MAX_BLOCK = 2 ** 21;
const MAX_SECTION = MAX_BLOCK + 128;
const MAX_VARINT = 9;

/** The first section of a CARv1: `{ roots: [root], version: 1 }` in DAG-CBOR. */
export function carHeader(root: CID): Uint8Array {
  const roots = [root];
  const headerSize = headerLength({ roots });
  return createWriter(new ArrayBuffer(headerSize), { roots, headerSize }).close();
}

/** A block as a CAR holds it: length, CID, bytes. */
export function carSection(cid: CID, bytes: Uint8Array): Uint8Array {
  const length = cid.bytes.length + bytes.length;
  const lead = varint.encodingLength(length);
  const section = new Uint8Array(lead + length);
  varint.encodeTo(length, section);
  section.set(cid.bytes, lead);
  section.set(bytes, lead + cid.bytes.length);
  return section;
}

/** A length-prefixed part of a CAR; `bytes` are valid until the next is taken. */
export type Section = {
  readonly offset: number;
  /** All of it, of which the first `lead` bytes are the length. */
  readonly bytes: Uint8Array;
  readonly lead: number;
};

export type SectionSplitter = {
  push(bytes: Uint8Array): Generator<Section>;
  /** Bytes of a section that has begun and not ended, and where it began. */
  rest(): { offset: number; length: number };
};

/** Cuts a CAR into its sections, in the memory of one. */
export function sectionSplitter(): SectionSplitter {
  const buffer = new Uint8Array(MAX_SECTION + MAX_VARINT);
  let filled = 0;
  let offset = 0;

  function* push(bytes: Uint8Array): Generator<Section> {
    for (let taken = 0; taken < bytes.length; ) {
      const part = bytes.subarray(taken, taken + buffer.length - filled);
      buffer.set(part, filled);
      filled += part.length;
      taken += part.length;
      yield* whole();
    }
  }

  function* whole(): Generator<Section> {
    let start = 0;
    for (;;) {
      const prefix = readLength(buffer.subarray(start, filled), offset);
      const end = prefix ? start + prefix.lead + prefix.length : Number.POSITIVE_INFINITY;
      if (!prefix || end > filled) break;
      const section = { offset, bytes: buffer.subarray(start, end), lead: prefix.lead };
      offset += end - start;
      start = end;
      yield section;
    }
    buffer.copyWithin(0, start, filled);
    filled -= start;
  }

  return { push, rest: () => ({ offset, length: filled }) };
}

export function carInvalid(offset: number, what: string, cause?: unknown): HoldfastError {
  return new HoldfastError("CAR_INVALID", {
    message: `The CAR is not canonical at byte ${offset}: ${what}.`,
    fix: "Write it with `ipfs dag export`, or store the file itself as a raw piece.",
    cause,
  });
}

/** The length prefix at the start of `bytes`, undefined while it is incomplete. */
function readLength(
  bytes: Uint8Array,
  offset: number,
): { length: number; lead: number } | undefined {
  if (bytes.length < MAX_VARINT && bytes.every((byte) => byte >= 0x80)) return undefined;
  const [length, lead] = decodeVarint(bytes.subarray(0, MAX_VARINT), offset);
  if (length === 0) throw carInvalid(offset, "a section of no bytes");
  if (length > MAX_SECTION) {
    throw carInvalid(offset, `a section of ${length} bytes, of which IPFS nodes take ${MAX_BLOCK}`);
  }
  return { length, lead };
}

function decodeVarint(bytes: Uint8Array, offset: number): [number, number] {
  try {
    return varint.decode(bytes);
  } catch (cause) {
    throw carInvalid(offset, `no length (${(cause as Error).message})`, cause);
  }
}
