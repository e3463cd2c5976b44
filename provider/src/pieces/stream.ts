import { type FileIndex, fileHasher, type PieceDigest, pieceHasher } from "holdfast/piece";

/** Hashes a piece while its bytes pass by: the commitment and, as a file of the pinned profile, its DAG. */
export type PieceStream = {
  readonly offset: number;
  update(chunk: Uint8Array): Promise<void>;
  digest(): Promise<PieceStreamDigest>;
};

export type PieceStreamDigest = { readonly commitment: PieceDigest; readonly file: FileIndex };

/** The most that is hashed before other work gets a turn. */
const SLICE = 256 * 1024;

export async function pieceStream(): Promise<PieceStream> {
  const piece = await pieceHasher();
  const file = fileHasher();
  let offset = 0;

  return {
    get offset() {
      return offset;
    },
    async update(chunk) {
      for (let start = 0; start < chunk.length; start += SLICE) {
        const slice = chunk.subarray(start, start + SLICE);
        if (start > 0) await turn();
        piece.update(slice);
        await file.update(slice);
      }
      offset += chunk.length;
    },
    digest: async () => ({ commitment: piece.digest(), file: await file.digest() }),
  };
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
