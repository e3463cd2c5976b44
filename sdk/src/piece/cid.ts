import { varint } from "multiformats";
import { CID } from "multiformats/cid";
import * as raw from "multiformats/codecs/raw";
import * as digest from "multiformats/hashes/digest";
import { HoldfastError } from "../errors.ts";
import { checkSize, NODE, treeHeight } from "./size.ts";

/** Multihash code of fr32-sha256-trunc254-padbintree (FRC-0069). */
const PIECE_MULTIHASH = 0x1011;

/**
 * The PieceCID v2 (FRC-0069) of a root and a raw size, `bafkzcib...`.
 * @throws HoldfastError EMPTY, ARGUMENT_INVALID
 * @example pieceCid(hasher.digest())
 */
export function pieceCid(piece: { root: Uint8Array; size: number }): string {
  checkSize(piece.size);
  if (!isRoot(piece.root)) {
    throw new HoldfastError("ARGUMENT_INVALID", {
      message: `A piece root has ${NODE} bytes of which the top two bits of the last are 0, got ${piece.root.length} bytes ending in ${piece.root.at(-1)}.`,
      fix: "Pass the root that pieceHasher returned.",
    });
  }
  const height = treeHeight(piece.size);
  const padding = paddedSize(height) - piece.size;
  const lead = varint.encodingLength(padding);
  const bytes = new Uint8Array(lead + 1 + NODE);
  varint.encodeTo(padding, bytes);
  bytes[lead] = height;
  bytes.set(piece.root, lead + 1);
  return CID.createV1(raw.code, digest.create(PIECE_MULTIHASH, bytes)).toString();
}

/**
 * Root and raw size of a PieceCID v2.
 * @throws HoldfastError CID_INVALID when `cid` is anything else, or not in its shortest form
 * @example const { root, size } = parsePieceCid("bafkzcib...");
 */
export function parsePieceCid(cid: string): { root: Uint8Array; size: number } {
  let piece: { root: Uint8Array; size: number };
  try {
    piece = decode(CID.parse(cid));
    // One piece, one name: other bases, overlong numbers and too much padding all fail here.
    if (pieceCid(piece) === cid) return piece;
  } catch (cause) {
    throw invalid(cid, cause);
  }
  throw invalid(cid, `the same piece is ${pieceCid(piece)}`);
}

function decode(cid: CID): { root: Uint8Array; size: number } {
  const { code, digest: bytes } = cid.multihash;
  if (cid.version !== 1 || cid.code !== raw.code || code !== PIECE_MULTIHASH) {
    throw new Error(`version ${cid.version}, codec ${cid.code}, multihash ${code}`);
  }
  const [padding, lead] = varint.decode(bytes);
  const height = bytes[lead] ?? 0;
  return { root: bytes.slice(lead + 1), size: paddedSize(height) - padding };
}

function isRoot(root: Uint8Array): boolean {
  return root.length === NODE && ((root[NODE - 1] as number) & 0xc0) === 0;
}

/** Raw bytes of a full tree: a leaf holds 127 / 4 of them. */
function paddedSize(height: number): number {
  return 127 * 2 ** (height - 2);
}

function invalid(cid: string, cause: unknown): HoldfastError {
  return new HoldfastError("CID_INVALID", {
    message: `"${cid}" is not a PieceCID v2: ${cause instanceof Error ? cause.message : cause}.`,
    fix: "Pass the PieceCID that a quote, an offer or pieceCid gave: it starts with bafkzcib.",
    cause,
  });
}
