export { type CarEntry, type CarHasher, type CarIndex, carBlock, carHasher } from "./piece/car.ts";
export { parsePieceCid, pieceCid } from "./piece/cid.ts";
export {
  decodeFileIndex,
  encodeFileIndex,
  type FileHasher,
  type FileIndex,
  fileBlock,
  fileCar,
  fileHasher,
} from "./piece/file.ts";
export { type PieceDigest, type PieceHasher, pieceHasher } from "./piece/hasher.ts";
export { proveLeaf, type ReadAt, verifyLeaf } from "./piece/proof.ts";
export { leafCount, treeHeight } from "./piece/size.ts";
