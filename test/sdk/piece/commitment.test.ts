import { expect } from "chai";
import fc from "fast-check";
import { create } from "fr32-sha2-256-trunc254-padded-binary-tree-multihash";
import {
  leafCount,
  type PieceDigest,
  parsePieceCid,
  pieceCid,
  pieceHasher,
  treeHeight,
} from "holdfast/piece";
import { pieceHasherOver } from "../../../sdk/src/piece/hasher.ts";
import { nativePairs, noblePairs, wasmPairs } from "../../../sdk/src/piece/pairs.ts";
import { pattern } from "../../vectors/pattern.ts";
import vectors from "../../vectors/piece.json" with { type: "json" };
import { cut, errorOf, randomSource, toHex } from "./support.ts";

const random = randomSource(1);
const data = random.bytes(3_000_000);

/** Small ones, those at the edges of padding, sub-trees and heights, and 60 others up to 3 MB. */
const sizes = [
  ...Array.from({ length: 100 }, (_, i) => 3 * i + 1),
  ...Array.from({ length: 14 }, (_, i) => 127 * 2 ** i).flatMap((n) => [n - 1, n, n + 1]),
  ...[1, 2, 3, 7, 100, 2_047, 2_048, 2_049].map((j) => 508 * j),
  ...Array.from({ length: 60 }, () => 1 + random.below(data.length)),
];

describe("pieceHasher", () => {
  for (const v of vectors.pieces) {
    it(`gives the vector of ${v.size} bytes`, async () => {
      const digest = await digestOf(pattern(v.size));
      expect({ root: toHex(digest.root), cid: pieceCid(digest) }).to.deep.equal({
        root: v.root,
        cid: v.cid,
      });
    });
  }

  it(`agrees with the reference on ${sizes.length} sizes, written whole or in portions, on each engine`, async function () {
    this.timeout(60_000);
    const native = await nativePairs();
    const engines = [await wasmPairs(), native ?? noblePairs];
    for (const [i, size] of sizes.entries()) {
      const bytes = data.subarray(0, size);
      const wanted = referenceCid(bytes);
      // Each engine on every size; the portions change from size to size.
      for (const [e, engine] of engines.entries()) {
        const hasher = pieceHasherOver(engine);
        const whole = (i + e) % 2 === 0;
        for (const part of whole ? [bytes] : cut(bytes, 1 + random.below(size), 1, 4_096))
          hasher.update(part);
        expect(pieceCid(hasher.digest()), `${size} bytes, engine ${e}`).to.equal(wanted);
      }
    }
  });

  it("lets a digest be taken on the way", async () => {
    const hasher = await pieceHasher();
    hasher.update(data.subarray(0, 1_500_000));
    const half = pieceCid(hasher.digest());
    hasher.update(data.subarray(1_500_000));
    expect(half).to.equal(referenceCid(data.subarray(0, 1_500_000)));
    expect(pieceCid(hasher.digest())).to.equal(referenceCid(data));
  });

  it("keeps one root for each 1,040,384 bytes", async () => {
    const digest = await digestOf(data);
    const first = await digestOf(data.subarray(0, 1_040_384));
    expect(digest.subtrees.length).to.equal(3 * 32);
    expect(toHex(digest.subtrees.subarray(0, 32))).to.equal(toHex(first.root));
  });

  it("refuses a piece of no bytes", async () => {
    const hasher = await pieceHasher();
    const error = await errorOf(() => hasher.digest());
    expect(error.code).to.equal("EMPTY");
    expect(error.message).to.equal("A piece of 0 bytes cannot be stored or proven.");
  });
});

describe("leafCount and treeHeight", () => {
  it("count 254 data bits a leaf and never less than four leaves a tree", () => {
    const at = (size: number) => [leafCount(size), treeHeight(size)];
    expect([1, 31, 32, 127, 128, 254, 255].map(at)).to.deep.equal([
      [1, 2],
      [1, 2],
      [2, 2],
      [4, 2],
      [5, 3],
      [8, 3],
      [9, 4],
    ]);
    expect(at(2 ** 35)).to.deep.equal([1_082_196_485, 31]);
    expect(at(2 ** 44 - 1)).to.deep.equal([554_084_599_825, 40]);
  });

  it("refuse sizes that no piece has", async () => {
    expect((await errorOf(() => leafCount(0))).code).to.equal("EMPTY");
    for (const size of [-1, 1.5, Number.NaN, 2 ** 44]) {
      expect((await errorOf(() => treeHeight(size))).code, String(size)).to.equal(
        "ARGUMENT_INVALID",
      );
    }
  });
});

describe("parsePieceCid", () => {
  it("takes back what pieceCid wrote", () => {
    for (const v of vectors.pieces) {
      const { root, size } = parsePieceCid(v.cid);
      expect({ root: toHex(root), size }).to.deep.equal({ root: v.root, size: v.size });
    }
  });

  it("takes back any root and any size up to the largest", () => {
    const root = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => {
      bytes[31] = (bytes[31] as number) & 0x3f;
      return bytes;
    });
    const size = fc.oneof(
      fc.integer({ min: 1, max: 2 ** 31 - 1 }),
      fc.maxSafeInteger().map((n) => 1 + (Math.abs(n) % (2 ** 44 - 1))),
    );
    fc.assert(
      fc.property(root, size, (root, size) => {
        expect(parsePieceCid(pieceCid({ root, size }))).to.deep.equal({ root, size });
      }),
      { seed: 1 },
    );
  });

  const { cid } = vectors.pieces[0] as { cid: string };
  const bad: Record<string, string> = {
    "an empty string": "",
    "something that is no CID": "hello",
    "the CID of a file": "bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy",
    "a PieceCID of version 1": "baga6ea4seaqao7s73y24kcutaosvacpdjgfe5pw76ooefnyqw4ynr3d2y6x2mpq",
    "another base": `f${Buffer.from("01559120220100", "hex").toString("hex")}`,
    "a cut CID": cid.slice(0, -2),
    "upper case": cid.toUpperCase(),
    "more padding than its size needs": handMade({ padding: 127, height: 3 }),
    "a height that its root cannot have": handMade({ padding: 0, height: 60 }),
    "no data at all": handMade({ padding: 127, height: 2 }),
    "an idle zero in its padding": handMade({ padding: 1, height: 2, overlong: true }),
    "a root with its top bits set": handMade({ padding: 0, height: 2, last: 0xff }),
    "a short root": handMade({ padding: 0, height: 2, rootLength: 31 }),
  };
  for (const [what, text] of Object.entries(bad)) {
    it(`refuses ${what}`, async () => {
      const error = await errorOf(() => parsePieceCid(text));
      expect(error.code).to.equal("CID_INVALID");
      expect(error.message).to.contain(`"${text}" is not a PieceCID v2: `);
    });
  }
});

describe("pieceCid", () => {
  it("refuses a root that no tree has", async () => {
    const root = new Uint8Array(32).fill(255);
    const error = await errorOf(() => pieceCid({ root, size: 127 }));
    expect(error.message).to.equal(
      "A piece root has 32 bytes of which the top two bits of the last are 0, got 32 bytes ending in 255.",
    );
    expect((await errorOf(() => pieceCid({ root: root.subarray(1), size: 127 }))).code).to.equal(
      "ARGUMENT_INVALID",
    );
  });
});

async function digestOf(bytes: Uint8Array): Promise<PieceDigest> {
  const hasher = await pieceHasher();
  hasher.update(bytes);
  return hasher.digest();
}

/** The PieceCID by the reference. */
function referenceCid(bytes: Uint8Array): string {
  const hasher = create();
  hasher.write(bytes);
  const multihash = new Uint8Array(hasher.multihashByteLength());
  hasher.digestInto(multihash, 0, true);
  hasher.free();
  return base32Cid(multihash);
}

function handMade(o: {
  padding: number;
  height: number;
  overlong?: boolean;
  last?: number;
  rootLength?: number;
}) {
  const root = new Uint8Array(o.rootLength ?? 32);
  if (o.last) root[root.length - 1] = o.last;
  const padding = o.overlong ? [o.padding | 0x80, 0] : [o.padding];
  const digest = [...padding, o.height, ...root];
  return base32Cid(Uint8Array.from([0x91, 0x20, digest.length, ...digest]));
}

function base32Cid(multihash: Uint8Array): string {
  const bits = [1, 0x55, ...multihash].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  const letters = (bits.match(/.{1,5}/g) ?? []).map(
    (group) => "abcdefghijklmnopqrstuvwxyz234567"[Number.parseInt(group.padEnd(5, "0"), 2)],
  );
  return `b${letters.join("")}`;
}
