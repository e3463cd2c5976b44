import { createHash } from "node:crypto";
import { expect } from "chai";
import {
  decodeFileIndex,
  encodeFileIndex,
  type FileIndex,
  fileBlock,
  fileCar,
  fileHasher,
} from "holdfast/piece";
import { pattern } from "../../vectors/pattern.ts";
import vectors from "../../vectors/unixfs.json" with { type: "json" };
import { cut, errorOf, readerOf } from "./support.ts";

const MiB = 2 ** 20;
const zeros = new Uint8Array(MiB);

describe("fileHasher", () => {
  for (const v of vectors.files) {
    it(`gives the vector of ${v.size} bytes of ${v.fill}, and its CAR`, async function () {
      this.timeout(20_000);
      const index = await indexOf(v);
      expect({ cid: index.cid, size: index.size }).to.deep.equal({ cid: v.cid, size: v.size });

      const read = v.fill === "zeros" ? readZeros : readerOf(pattern(v.size));
      const hash = createHash("sha256");
      let carSize = 0;
      for await (const bytes of fileCar(index, read)) {
        hash.update(bytes);
        carSize += bytes.length;
      }
      expect({ carSize, carSha256: hash.digest("hex") }).to.deep.equal({
        carSize: v.carSize,
        carSha256: v.carSha256,
      });
    });
  }

  it("gives one CID for any portions, awaited or not", async () => {
    const bytes = pattern(3 * MiB + 5);
    const [first, ...others] = await Promise.all(
      [[MiB], [65_536], [MiB + 1], [7, 1_000_000], [4 * MiB]].map(async (sizes) => {
        const hasher = fileHasher();
        const updates = [...cut(bytes, ...sizes)].map((part) => hasher.update(part));
        const { cid } = await hasher.digest();
        await Promise.all(updates);
        return cid;
      }),
    );
    expect(new Set(others)).to.deep.equal(new Set([first]));
  });

  it("refuses a file of no bytes", async () => {
    expect((await errorOf(() => fileHasher().digest())).code).to.equal("EMPTY");
  });
});

describe("fileBlock", () => {
  const bytes = pattern(3 * MiB + 5);
  const read = readerOf(bytes);

  it("finds every block by its CID, and each hashes to it", async () => {
    const index = await hashed(bytes);
    expect(index.nodes.size).to.equal(5);
    for (const [cid, node] of index.nodes) {
      const block = (await fileBlock(index, read, cid)) as Uint8Array;
      expect(createHash("sha256").update(block).digest()).to.deep.equal(
        Buffer.from(node.cid.multihash.digest),
      );
    }
  });

  it("knows a block by any spelling of its CID", async () => {
    const index = await hashed(bytes);
    const block = await fileBlock(index, read, index.cid);
    expect(await fileBlock(index, read, index.root.cid.toV0().toString())).to.deep.equal(block);
  });

  it("has nothing to say of other blocks", async () => {
    const other = await hashed(pattern(9));
    expect(await fileBlock(await hashed(bytes), read, other.cid)).to.equal(undefined);
  });

  it("refuses what is no CID", async () => {
    const index = await hashed(bytes);
    const error = await errorOf(() => fileBlock(index, read, "nonsense"));
    expect(error.code).to.equal("CID_INVALID");
    expect(error.message).to.contain('"nonsense" is not a CID');
  });

  it("does not pass on bytes that have changed", async () => {
    const index = await hashed(bytes);
    const changed = readerOf(pattern(3 * MiB + 5).fill(0, 5, 6));
    const leaf = [...index.nodes.keys()][1] as string;
    const error = await errorOf(() => fileBlock(index, changed, leaf));
    expect(error.code).to.equal("WRONG_BYTES");
    expect(error.message).to.equal(`Bytes 0 to 1048576 of the piece are not block ${leaf}.`);
    expect(error.code).to.equal((await errorOf(async () => drain(fileCar(index, changed)))).code);
  });
});

describe("encodeFileIndex", () => {
  it("keeps all of an index in 32 bytes a MiB", async () => {
    const index = await hashed(pattern(2 * MiB + 1));
    const bytes = encodeFileIndex(index);
    expect(bytes.length).to.equal(9 + 3 * 32);
    expect(decodeFileIndex(bytes)).to.deep.equal(index);
  });

  it("refuses bytes that are no index", async () => {
    const good = encodeFileIndex(await hashed(pattern(2 * MiB + 1)));
    const longer = new Uint8Array([...good, ...new Uint8Array(32)]);
    const versioned = Uint8Array.from(good, (byte, i) => (i === 0 ? 2 : byte));
    const huge = Uint8Array.from(good, (byte, i) => (i === 1 ? 255 : byte));
    for (const bad of [
      new Uint8Array(),
      good.subarray(0, 9),
      good.subarray(0, -1),
      longer,
      versioned,
      huge,
    ]) {
      expect((await errorOf(() => decodeFileIndex(bad))).code).to.equal("WRONG_BYTES");
    }
  });
});

async function hashed(bytes: Uint8Array): Promise<FileIndex> {
  const hasher = fileHasher();
  await hasher.update(bytes);
  return hasher.digest();
}

async function indexOf(v: { size: number; fill: string }): Promise<FileIndex> {
  if (v.fill === "pattern") return hashed(pattern(v.size));
  const hasher = fileHasher();
  for (let left = v.size; left > 0; left -= MiB) await hasher.update(zeros.subarray(0, left));
  return hasher.digest();
}

async function readZeros(_offset: number, length: number): Promise<Uint8Array> {
  return zeros.subarray(0, length);
}

async function drain(parts: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of parts);
}
