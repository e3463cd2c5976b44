import { CID } from "multiformats/cid";
import { HoldfastError } from "../errors.ts";

/** A CID in the one form that is compared and stored: version 1. */
export function normalizeCid(cid: string): string {
  return parse(cid).toV1().toString();
}

/** The bytes of a CID as an offer carries them; none for private data. */
export function cidBytes(cid: string | undefined): Uint8Array {
  return cid === undefined ? new Uint8Array() : parse(cid).bytes;
}

function parse(cid: string): CID {
  try {
    return CID.parse(cid);
  } catch (cause) {
    throw new HoldfastError("CID_INVALID", {
      message: `"${cid}" is not a CID: ${(cause as Error).message}.`,
      fix: "Pass a CID, as `ipfs add` prints it.",
      cause,
    });
  }
}
