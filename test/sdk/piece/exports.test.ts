import { expect } from "chai";
import * as piece from "holdfast/piece";

describe("holdfast/piece", () => {
  it("exports these names and no others", () => {
    expect(Object.keys(piece).sort()).to.deep.equal([
      "carBlock",
      "carHasher",
      "decodeFileIndex",
      "encodeFileIndex",
      "fileBlock",
      "fileCar",
      "fileHasher",
      "leafCount",
      "parsePieceCid",
      "pieceCid",
      "pieceHasher",
      "proveLeaf",
      "treeHeight",
      "verifyLeaf",
    ]);
  });
});
