import { CarWriter } from "@ipld/car";
import * as dagPb from "@ipld/dag-pb";
import { MemoryBlockstore } from "blockstore-core";
import { expect } from "chai";
import { type CarIndex, carBlock, carHasher, fileCar, fileHasher } from "holdfast/piece";
import { importBytes, importer } from "ipfs-unixfs-importer";
import { pattern } from "../../vectors/pattern.ts";
import { cut, errorOf, readerOf } from "./support.ts";

const MiB = 2 ** 20;
type Cid = Parameters<CarWriter["put"]>[0]["cid"];
type Block = { readonly cid: Cid; readonly bytes: Uint8Array };

describe("carHasher", () => {
  let blocks: Block[];
  let car: Uint8Array;

  before(async () => {
    blocks = await directory();
    car = await writeCar([(blocks[0] as Block).cid], blocks);
  });

  it("indexes a directory with files that share blocks, in portions of any size", async () => {
    for (const size of [car.length, 65_536, 10_007]) {
      const index = await hashed(car, size);
      expect({ cid: index.cid, size: index.size }).to.deep.equal({
        cid: String(blocks[0]?.cid),
        size: car.length,
      });
      expect([...index.blocks.keys()]).to.deep.equal(blocks.map(({ cid }) => String(cid)));
    }
  });

  it("takes the smallest CAR byte by byte", async () => {
    const leaf = blocks.at(-1) as Block;
    const small = await writeCar([leaf.cid], [leaf]);
    expect((await hashed(small, 1)).cid).to.equal(String(leaf.cid));
  });

  it("accepts what fileCar writes", async () => {
    const bytes = new Uint8Array(3 * MiB).fill(1, 0, MiB);
    const hasher = fileHasher();
    await hasher.update(bytes);
    const file = await hasher.digest();
    const parts = [];
    for await (const part of fileCar(file, readerOf(bytes))) parts.push(part);
    const index = await hashed(new Uint8Array(Buffer.concat(parts)), 100_000);
    expect(index.cid).to.equal(file.cid);
    expect(index.blocks.size).to.equal(3);
  });

  it("refuses blocks in another order", async () => {
    const [first, second, third, ...others] = blocks as [Block, Block, Block];
    await refuses([first, third, second, ...others], /block \S+ where \S+ comes/, third.cid);
  });

  it("refuses a missing block", async () => {
    await refuses(blocks.toSpliced(3, 1), /block \S+ where \S+ comes/);
    await refuses(blocks.slice(0, -1), /the file ends where block \S+ comes/);
  });

  it("refuses a block that was there before", async () => {
    await refuses([...blocks, blocks[2] as Block], /a block after the end of the DAG/);
  });

  it("refuses wrong bytes in a block and names the byte at which it starts", async () => {
    const last = blocks.at(-1) as Block;
    const bad = car.slice();
    bad[bad.length - 1] = (bad[bad.length - 1] as number) ^ 1;
    const start = car.length - (last.bytes.length + 36 + 2);
    const error = await errorOf(() => hashed(bad, 4_096));
    expect(error.code).to.equal("CAR_INVALID");
    expect(error.message).to.equal(
      `The CAR is not canonical at byte ${start}: wrong bytes in block ${last.cid}.`,
    );
  });

  it("refuses a file that ends inside a block, a header or nothing", async () => {
    const reason = async (bytes: Uint8Array) => (await errorOf(() => hashed(bytes, 5_000))).message;
    expect(await reason(car.subarray(0, -1))).to.match(/the file ends \d+ bytes into a block\.$/);
    expect(await reason(car.subarray(0, 20))).to.match(/the file ends 20 bytes into the header\.$/);
    expect(await reason(car.subarray(0, 0))).to.match(/the file ends 0 bytes into the header\.$/);
  });

  it("refuses a header with two roots, none, or of version 2", async () => {
    const [a, b] = blocks as [Block, Block];
    const twoRoots = await writeCar([a.cid, b.cid], blocks);
    expect((await errorOf(() => hashed(twoRoots))).message).to.contain("2 roots in place of one");
    const noRoot = await writeCar([], []);
    expect((await errorOf(() => hashed(noRoot))).message).to.contain("0 roots in place of one");
    const pragma = new Uint8Array([
      10,
      0xa1,
      103,
      ...Buffer.from("version"),
      2,
      ...new Uint8Array(80),
    ]);
    expect((await errorOf(() => hashed(pragma))).message).to.contain("no CARv1 header");
  });

  it("refuses a header that spells the same in another way", async () => {
    const version = [0x67, ...Buffer.from("version"), 1];
    const roots = [0x65, ...Buffer.from("roots"), 0x81, 0xd8, 0x2a, 0x58, 37, 0];
    const header = [58, 0xa2, ...version, ...roots, ...(blocks[0] as Block).cid.bytes];
    const bad = new Uint8Array([...header, ...car.subarray(header.length)]);
    const error = await errorOf(() => hashed(bad));
    expect(error.message).to.contain("not canonical at byte 0: the header is not plain DAG-CBOR");
  });

  it("refuses lengths that are idle, empty or beyond any block", async () => {
    const header = car.subarray(0, 59);
    const followedBy = (...bytes: number[]) =>
      errorOf(() => hashed(new Uint8Array([...header, ...bytes])));
    expect((await followedBy(0x81, 0x00)).message).to.contain(
      "at byte 59: no length (Invalid varint: not minimally encoded)",
    );
    expect((await followedBy(0x00)).message).to.contain("at byte 59: a section of no bytes");
    expect((await followedBy(0xff, 0xff, 0xff, 0x7f)).message).to.contain(
      "at byte 59: a section of 268435455 bytes",
    );
    expect((await followedBy(...new Uint8Array(12).fill(0xff))).message).to.contain(
      "at byte 59: no length (",
    );
  });

  it("refuses codecs and hashes that it cannot follow, by name", async () => {
    const leaf = (blocks.at(-1) as Block).cid;
    const cbor = remade(leaf, { codec: 0x71 });
    const blake = remade(leaf, { hash: 0x1e });
    for (const [cid, reason] of [
      [cbor, "codec 0x71"],
      [blake, "hash 0x1e"],
    ] as const) {
      const bad = await writeCar([cid], []);
      expect((await errorOf(() => hashed(bad))).message).to.contain(reason);
    }
  });

  it("refuses a dag-pb block that is none", async () => {
    const bytes = Uint8Array.of(255, 255, 255);
    const cid = remade(await rawCid(bytes), { codec: 0x70 });
    const bad = await writeCar([cid], [{ cid, bytes }]);
    expect((await errorOf(() => hashed(bad))).message).to.contain(`block ${cid} is not dag-pb`);
  });

  async function refuses(wrong: Block[], reason: RegExp, at?: Cid) {
    const bad = await writeCar([(blocks[0] as Block).cid], wrong);
    const error = await errorOf(() => hashed(bad, 9_999));
    expect(error.code).to.equal("CAR_INVALID");
    expect(error.message).to.match(reason);
    if (at) expect(error.message).to.contain(String(at));
  }
});

describe("carBlock", () => {
  it("finds every block, none other, and none that has changed", async () => {
    const blocks = await directory();
    const car = await writeCar([(blocks[0] as Block).cid], blocks);
    const index = await hashed(car);
    for (const { cid, bytes } of blocks) {
      expect(await carBlock(index, readerOf(car), String(cid))).to.deep.equal(bytes);
    }
    const other = String(await rawCid(Uint8Array.of(1, 2)));
    expect(await carBlock(index, readerOf(car), other)).to.equal(undefined);
    const error = await errorOf(() => carBlock(index, readerOf(car.slice().fill(0)), index.cid));
    expect(error.code).to.equal("WRONG_BYTES");
  });
});

async function hashed(car: Uint8Array, portion = 1_000_000): Promise<CarIndex> {
  const hasher = carHasher();
  for (const part of cut(car, portion)) await hasher.update(part);
  return hasher.digest();
}

/** The blocks of a directory in the order of `ipfs dag export`: two of its files are equal, one repeats a leaf. */
async function directory(): Promise<Block[]> {
  const store = new MemoryBlockstore();
  const files = [
    { path: "d/a.bin", content: pattern(2 * MiB + 9) },
    { path: "d/b/again.bin", content: pattern(2 * MiB + 9) },
    { path: "d/b/zeros.bin", content: new Uint8Array(3 * MiB) },
    {
      path: "d/z.txt",
      content: Buffer.from(
        "last of all, and longer than one hundred and twenty-eight bytes. ".repeat(3),
      ),
    },
  ];
  let root: Cid | undefined;
  for await (const entry of importer(files, store, { profile: "unixfs-v1-2025" }))
    root = entry.cid as Cid;

  const blocks = new Map<string, Block>();
  const visit = async (cid: Cid) => {
    if (blocks.has(String(cid))) return;
    const parts = [];
    for await (const part of store.get(cid)) parts.push(part);
    const bytes = new Uint8Array(Buffer.concat(parts));
    blocks.set(String(cid), { cid, bytes });
    if (cid.code !== dagPb.code) return;
    for (const link of dagPb.decode(bytes).Links) await visit(link.Hash as Cid);
  };
  await visit(root as Cid);
  return [...blocks.values()];
}

async function writeCar(roots: Cid[], blocks: Block[]): Promise<Uint8Array> {
  const { writer, out } = CarWriter.create(roots);
  const writing = (async () => {
    for (const block of blocks) await writer.put(block);
    await writer.close();
  })();
  const parts = [];
  for await (const part of out) parts.push(part);
  await writing;
  return new Uint8Array(Buffer.concat(parts));
}

async function rawCid(bytes: Uint8Array): Promise<Cid> {
  const { cid } = await importBytes(bytes, new MemoryBlockstore(), { profile: "unixfs-v1-2025" });
  return cid as Cid;
}

/** The same CID with another codec or hash code. */
function remade(cid: Cid, o: { codec?: number; hash?: number }): Cid {
  const bytes = cid.bytes.slice();
  bytes[1] = o.codec ?? (bytes[1] as number);
  bytes[2] = o.hash ?? (bytes[2] as number);
  return (cid.constructor as unknown as { decode(bytes: Uint8Array): Cid }).decode(bytes);
}
