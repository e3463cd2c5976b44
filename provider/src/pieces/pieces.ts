import { getBytes } from "ethers";
import {
  encodeFileIndex,
  parsePieceCid,
  pieceCid,
  proveLeaf,
  type ReadAt,
  verifyLeaf,
} from "holdfast/piece";
import type { Bytes } from "../bytes/bytes.ts";
import type { Journal, PieceRecord, UploadRecord } from "../journal/journal.ts";
import { hasCode } from "../log.ts";
import { Problem } from "../problem.ts";
import { serial } from "../serial.ts";
import { recent } from "./cache.ts";
import {
  type ContentIndex,
  indexCar,
  readCarIndex,
  readFileIndex,
  writeCarIndex,
} from "./content.ts";
import { type PieceStream, type PieceStreamDigest, pieceStream } from "./stream.ts";

export type { PieceStream } from "./stream.ts";

/** Names a piece: the hex of its root, and its raw size. */
export type PieceKey = { readonly root: string; readonly size: number };

/** Thrown when what the disk has is not what was received; nothing was sent anywhere. */
export class PieceCorruptError extends Error {
  override readonly name = "PieceCorruptError";
}

export type Pieces = {
  stream(): Promise<PieceStream>;
  /** Makes a complete upload a piece: bytes, what serving and proving need beside them, journal, in this order. */
  keep(upload: string, stream: PieceStream): Promise<PieceRecord>;
  ofUpload(upload: UploadRecord): Promise<PieceRecord>;
  /** The piece by its PieceCID. */
  byCid(cid: string): Promise<PieceRecord>;
  cid(piece: PieceKey): string;
  /** The CID of what the piece holds; from now on its blocks are found when it is a CAR. */
  contentCid(piece: PieceRecord, format: "raw" | "car"): Promise<string>;
  reader(piece: PieceKey): ReadAt;
  /** What the piece can be read as: a file, and maybe a CAR. */
  contents(piece: PieceRecord): Promise<ContentIndex[]>;
  /** @throws PieceCorruptError when the bytes on disk do not lead to the root */
  prove(piece: PieceKey, leaf: number): Promise<Uint8Array>;
  /** Removes pieces that neither an upload nor a deal needs. */
  removeOrphans(): Promise<PieceRecord[]>;
};

const KEPT = 64;
const SLICE = 1024 * 1024;

export function pieces({ journal, bytes }: { journal: Journal; bytes: Bytes }): Pieces {
  const reader = ({ root }: PieceKey): ReadAt => {
    return (offset, length) => bytes.read(root, offset, length);
  };
  const trees = recent(KEPT, (key) => {
    return orRebuilt(key, () => bytes.readSide(...parts(key), "tree"));
  });
  const files = recent(KEPT, (key) => orRebuilt(key, () => readFileIndex(bytes, ...parts(key))));
  const cars = recent(KEPT, (key) => readCarIndex(bytes, ...parts(key)));

  /** What is kept beside a piece follows from its bytes: when it is gone, the bytes are hashed once more. */
  async function orRebuilt<T>(key: string, readIt: () => Promise<T>): Promise<T> {
    try {
      return await readIt();
    } catch (error) {
      if (!hasCode(error, "ENOENT")) throw error;
    }
    const [root, size] = parts(key);
    const stream = await pieceStream();
    while (stream.offset < size) {
      const chunk = await bytes.read(root, stream.offset, Math.min(SLICE, size - stream.offset));
      if (chunk.length === 0) break;
      await stream.update(chunk);
    }
    const digest = await stream.digest();
    if (hexOf(digest) !== root) throw new PieceCorruptError(`its bytes hash to ${hexOf(digest)}`);
    await writeSides(digest);
    return readIt();
  }

  async function writeSides({ commitment, file }: PieceStreamDigest): Promise<void> {
    const root = hexOf({ commitment });
    await bytes.writeSide(root, commitment.size, "tree", commitment.subtrees);
    await bytes.writeSide(root, commitment.size, "index", encodeFileIndex(file));
  }

  // Keeping and removing take turns: the same piece may arrive again while its last deal ends.
  const exclusive = serial();

  async function keep(upload: string, stream: PieceStream): Promise<PieceRecord> {
    const digest = await stream.digest();
    await writeSides(digest);
    const { size } = digest.commitment;
    const { file } = digest;
    const root = hexOf(digest);
    await bytes.commit(upload, root, size);
    const piece = { root, size, fileCid: file.cid, carCid: undefined };
    await journal.completeUpload(upload, piece, file.nodes.keys());
    return piece;
  }

  async function remove(piece: PieceRecord): Promise<void> {
    await journal.removePiece(piece.root, piece.size);
    await bytes.removeSides(piece.root, piece.size);
    for (const cache of [trees, files, cars]) cache.drop(keyOf(piece));
    const others = await journal.piecesOfRoot(piece.root);
    if (others.length === 0) await bytes.remove(piece.root);
  }

  return {
    stream: pieceStream,
    reader,
    cid,

    keep: (upload, stream) => exclusive(() => keep(upload, stream)),

    async ofUpload({ root, length }) {
      const piece = await journal.piece(root ?? "", length ?? 0);
      return piece ?? missing(`${root}-${length}`);
    },

    async byCid(text) {
      const { root, size } = parse(text);
      const piece = await journal.piece(Buffer.from(root).toString("hex"), size);
      if (piece === undefined) throw unknown(text);
      return piece;
    },

    async contentCid(piece, format) {
      if (format === "raw") return piece.fileCid;
      if (piece.carCid !== undefined) return piece.carCid;
      const index = await indexCar(reader(piece), piece.size);
      await writeCarIndex(bytes, piece, index);
      await journal.setCar(piece.root, piece.size, index.cid, index.blocks.keys());
      return index.cid;
    },

    async contents(piece) {
      const file = await files.get(keyOf(piece));
      return piece.carCid === undefined ? [file] : [await cars.get(keyOf(piece)), file];
    },

    async prove(piece, leaf) {
      const { size } = piece;
      try {
        const subtrees = await trees.get(keyOf(piece));
        const proof = await proveLeaf({ read: reader(piece), size, subtrees, leaf });
        const root = getBytes(`0x${piece.root}`);
        if (verifyLeaf({ root, size, leaf, proof })) return proof;
      } catch (cause) {
        if (hasCode(cause, "ARGUMENT_INVALID")) throw cause;
        throw new PieceCorruptError(`leaf ${leaf} cannot be proven`, { cause });
      }
      throw new PieceCorruptError(`leaf ${leaf} does not lead to the root ${piece.root}`);
    },

    removeOrphans: () =>
      exclusive(async () => {
        const orphans = await journal.orphans();
        for (const piece of orphans) await remove(piece);
        return orphans;
      }),
  };
}

function cid({ root, size }: PieceKey): string {
  return pieceCid({ root: getBytes(`0x${root}`), size });
}

function hexOf({ commitment }: Pick<PieceStreamDigest, "commitment">): string {
  return Buffer.from(commitment.root).toString("hex");
}

function keyOf({ root, size }: PieceKey): string {
  return `${root}-${size}`;
}

function parts(key: string): [root: string, size: number] {
  const [root = "", size = ""] = key.split("-");
  return [root, Number(size)];
}

function parse(text: string): { root: Uint8Array; size: number } {
  try {
    return parsePieceCid(text);
  } catch (cause) {
    if (!hasCode(cause, "CID_INVALID")) throw cause;
    const { message, fix } = cause;
    throw new Problem({ status: 400, code: "CID_INVALID", detail: message, fix, cause });
  }
}

function unknown(text: string): Problem {
  return new Problem({
    status: 404,
    code: "PIECE_UNKNOWN",
    detail: `This provider does not hold piece ${text}.`,
    fix: "Ask the provider of the deal; the market's state names it.",
  });
}

function missing(key: string): never {
  throw new Error(`the journal does not know piece ${key}`);
}
