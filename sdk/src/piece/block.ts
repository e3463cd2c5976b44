import { CID } from "multiformats/cid";
import { sha256 } from "multiformats/hashes/sha2";
import { HoldfastError } from "../errors.ts";
import { equalBytes, type ReadAt } from "./proof.ts";

/** The key under which blocks are found: version 0 and 1 in base 32, 36 or 58 lead to one. */
export function blockKey(cid: string | CID): string {
  if (typeof cid !== "string") return cid.toV1().toString();
  try {
    return CID.parse(cid).toV1().toString();
  } catch (cause) {
    throw new HoldfastError("CID_INVALID", {
      message: `"${cid}" is not a CID: ${(cause as Error).message}.`,
      fix: "Pass a CID as `ipfs add` prints it.",
      cause,
    });
  }
}

/** True when the SHA-256 of `bytes` is the one in `cid`. */
export async function isBlock(cid: CID, bytes: Uint8Array): Promise<boolean> {
  const { digest } = await sha256.digest(bytes);
  return equalBytes(digest, cid.multihash.digest);
}

/** Reads a block and checks it: a gateway must not pass on what a disk has damaged. */
export async function readBlock(
  read: ReadAt,
  block: { cid: CID; offset: number; length: number },
): Promise<Uint8Array> {
  const bytes = await read(block.offset, block.length);
  if (await isBlock(block.cid, bytes)) return bytes;
  throw new HoldfastError("WRONG_BYTES", {
    message: `Bytes ${block.offset} to ${block.offset + block.length} of the piece are not block ${block.cid}.`,
    fix: "Fetch these bytes again from another holder of the piece.",
  });
}
