import { createHash } from "node:crypto";
import { expect } from "chai";
import {
  leafCount,
  type PieceDigest,
  pieceHasher,
  proveLeaf,
  treeHeight,
  verifyLeaf,
} from "holdfast/piece";
import { pattern } from "../../vectors/pattern.ts";
import vectors from "../../vectors/piece.json" with { type: "json" };
import { errorOf, fromHex, randomSource, readerOf, toHex } from "./support.ts";

describe("proveLeaf", () => {
  for (const v of vectors.proofs) {
    it(`gives the vector of leaf ${v.leaf} of ${v.size} bytes`, async () => {
      const piece = await pieceOf(pattern(v.size));
      expect(toHex(await piece.prove(v.leaf))).to.equal(v.proof);
    });
  }

  it("proves every leaf of small pieces", async () => {
    for (const size of [1, 31, 32, 64, 127, 128, 500, 1_017, 4_000]) {
      const piece = await pieceOf(pattern(size));
      for (let leaf = 0; leaf < leafCount(size); leaf++) {
        const proof = await piece.prove(leaf);
        expect(proof.length).to.equal(32 * (treeHeight(size) + 1));
        expect(verifyLeaf({ ...piece, leaf, proof }), `leaf ${leaf} of ${size}`).to.equal(true);
      }
    }
  });

  it("proves leaves on both sides of every sub-tree of a larger piece, and reads no more than one", async () => {
    const size = 4_500_000;
    const piece = await pieceOf(randomSource(2).bytes(size));
    const leaves = [0, 32_767, 32_768, 65_535, 65_536, 98_304, 131_072, leafCount(size) - 1];
    for (const leaf of leaves) {
      expect(
        verifyLeaf({ ...piece, leaf, proof: await piece.prove(leaf) }),
        `leaf ${leaf}`,
      ).to.equal(true);
    }
    expect(Math.max(...piece.reads)).to.equal(1_040_384);
  });

  it("refuses a leaf that holds no data, though the tree has it", async () => {
    const piece = await pieceOf(pattern(32));
    const error = await errorOf(() => piece.prove(2));
    expect(error.code).to.equal("ARGUMENT_INVALID");
    expect(error.message).to.equal("A piece of 32 bytes has leaves 0 to 1, got 2.");
    expect((await errorOf(() => piece.prove(-1))).code).to.equal("ARGUMENT_INVALID");
    expect((await errorOf(() => piece.prove(0.5))).code).to.equal("ARGUMENT_INVALID");
  });

  it("notices that the bytes have changed since they were hashed", async () => {
    const bytes = pattern(2_000_000);
    const piece = await pieceOf(bytes);
    bytes[1_999_999] = (bytes[1_999_999] as number) ^ 1;
    expect((await piece.prove(0)).length).to.equal(32 * 17);
    const error = await errorOf(() => piece.prove(leafCount(2_000_000) - 1));
    expect(error.code).to.equal("WRONG_BYTES");
    expect(error.message).to.contain(
      "Bytes 1040384 to 2000000 of the piece are not those that were hashed",
    );
  });

  it("notices that the file was cut", async () => {
    const piece = await pieceOf(pattern(1_000));
    const error = await errorOf(() =>
      proveLeaf({ ...piece, read: readerOf(pattern(999)), leaf: 0 }),
    );
    expect(error.message).to.contain("or 1 are missing");
  });
});

describe("verifyLeaf", () => {
  const [v] = vectors.proofs.filter(({ size }) => size === 1_000) as [
    (typeof vectors.proofs)[number],
  ];
  const good = { root: fromHex(v.root), size: v.size, leaf: v.leaf, proof: fromHex(v.proof) };

  it("accepts the vectors", () => {
    for (const { root, size, leaf, proof } of vectors.proofs) {
      expect(verifyLeaf({ root: fromHex(root), size, leaf, proof: fromHex(proof) })).to.equal(true);
    }
  });

  it("refuses a proof with any one bit flipped", () => {
    for (let bit = 0; bit < good.proof.length * 8; bit += 13) {
      const proof = good.proof.slice();
      proof[bit >> 3] = (proof[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(verifyLeaf({ ...good, proof }), `bit ${bit}`).to.equal(false);
    }
  });

  it("refuses another leaf, another root, another size, a longer and a shorter proof", () => {
    expect(verifyLeaf({ ...good, leaf: good.leaf + 1 })).to.equal(false);
    expect(verifyLeaf({ ...good, root: new Uint8Array(32) })).to.equal(false);
    expect(verifyLeaf({ ...good, root: good.root.subarray(0, 31) })).to.equal(false);
    expect(verifyLeaf({ ...good, size: 2 * v.size })).to.equal(false);
    expect(verifyLeaf({ ...good, proof: good.proof.subarray(0, -32) })).to.equal(false);
    expect(
      verifyLeaf({ ...good, proof: new Uint8Array([...good.proof, ...new Uint8Array(32)]) }),
    ).to.equal(false);
  });

  it("refuses leaves of zero padding, which are in the tree but hold no data", async () => {
    // The whole tree of 32 bytes: leaves 2 and 3 are zeros with a valid path.
    const piece = await pieceOf(pattern(32));
    const own = await piece.prove(0);
    const left = own.subarray(0, 64);
    const zeros = new Uint8Array(64);
    const proof = new Uint8Array([...zeros, ...parent(left)]);
    expect(verifyLeaf({ ...piece, size: 100, leaf: 2, proof })).to.equal(true);
    expect(verifyLeaf({ ...piece, size: 32, leaf: 2, proof })).to.equal(false);
  });
});

function parent(pair: Uint8Array): Uint8Array {
  const hash = createHash("sha256").update(pair).digest();
  hash[31] = (hash[31] as number) & 0x3f;
  return hash;
}

async function pieceOf(bytes: Uint8Array) {
  const hasher = await pieceHasher();
  hasher.update(bytes);
  const digest: PieceDigest = hasher.digest();
  const reads: number[] = [];
  const read = (offset: number, length: number) => {
    reads.push(length);
    return readerOf(bytes)(offset, length);
  };
  return { ...digest, reads, prove: (leaf: number) => proveLeaf({ ...digest, read, leaf }) };
}
