import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { memoryState } from "holdfast";
import { fileState } from "../../sdk/src/state/files.ts";
import { privateEncoding, publicEncoding, rechunk } from "../../sdk/src/store/encode.ts";
import { journal, loadRecord, type StoreRecord } from "../../sdk/src/store/record.ts";
import { openSource, type Source } from "../../sdk/src/store/source.ts";
import { rejection, sample } from "./support/world.ts";

const directory = mkdtempSync(join(tmpdir(), "holdfast-source-"));
after(() => rmSync(directory, { recursive: true, force: true }));

async function read(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of bytes) parts.push(part);
  return Buffer.concat(parts);
}

describe("openSource", () => {
  const bytes = sample(5000);
  const path = join(directory, "file.bin");
  before(() => writeFileSync(path, bytes));

  const open = (source: Source) => openSource(source as Exclude<Source, { cid: string }>);

  it("reads bytes, a Blob and a path as often as needed", async () => {
    for (const source of [bytes, new Blob([new Uint8Array(bytes)]), { path }]) {
      const opened = await open(source);
      expect(opened.size).to.equal(5000);
      expect((await read(opened.open())).equals(bytes)).to.equal(true);
      expect((await read(opened.open())).equals(bytes)).to.equal(true);
    }
  });

  it("knows the name of a path, and name and type of a File", async () => {
    expect((await open({ path })).name).to.equal("file.bin");
    const file = new File(["x"], "x.txt", { type: "text/plain" });
    expect(await open(file)).to.include({ name: "x.txt", type: "text/plain" });
  });

  it("reads a stream once", async () => {
    const opened = await open(new Blob([new Uint8Array(bytes)]).stream());
    expect(opened.size).to.equal(undefined);
    expect((await read(opened.open())).equals(bytes)).to.equal(true);
    expect(() => opened.open())
      .to.throw("a stream can be read once")
      .with.property("code", "SOURCE_READ_ONCE");
  });

  it("names a file that is not there", async () => {
    const error = await rejection(open({ path: join(directory, "missing") }));
    expect(error).to.have.property("code", "SOURCE_NOT_FOUND");
    expect(error.message).to.include(join(directory, "missing"));
  });

  it("refuses a directory, and what is no source", async () => {
    expect(await rejection(open({ path: directory }))).to.have.property("code", "ARGUMENT_INVALID");
    expect(await rejection(open({} as Source))).to.have.property("code", "ARGUMENT_INVALID");
  });
});

describe("rechunk", () => {
  async function* parts(...lengths: number[]) {
    for (const length of lengths) yield sample(length);
  }
  const cut = async (size: number, ...lengths: number[]) => {
    const found: [number, boolean][] = [];
    for await (const { bytes, last } of rechunk(parts(...lengths), size))
      found.push([bytes.length, last]);
    return found;
  };

  it("marks the last block, also when it is full", async () => {
    expect(await cut(4, 3, 3, 2)).to.deep.equal([
      [4, false],
      [4, true],
    ]);
    expect(await cut(4, 9)).to.deep.equal([
      [4, false],
      [4, false],
      [1, true],
    ]);
  });

  it("refuses a source of nothing", async () => {
    expect(await rejection(cut(4, 0, 0))).to.have.property("code", "EMPTY");
  });
});

describe("encodings", () => {
  const key = { fileKey: sample(16), nonce: sample(16, 1) };

  it("give the same batches for the same source, in whatever parts it comes [RETRY-1]", async () => {
    const encoding = await privateEncoding({ ...key, k: 2, n: 3 });
    const bytes = sample(3_000_000);
    async function* parts(size: number) {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
    }
    const batches = async (size: number) => {
      const found: string[] = [];
      for await (const batch of encoding.batches(parts(size))) {
        const fragments = await Promise.all([0, 1, 2].map((i) => batch.fragment(i)));
        found.push(Buffer.concat([batch.hash, ...fragments]).toString("base64"));
      }
      return found;
    };
    const once = await batches(bytes.length);
    expect(once).to.have.length(2);
    expect(await batches(65_537)).to.deep.equal(once);
  });

  it("know the length of a fragment before a byte is read", async () => {
    for (const length of [1, 100, 131_072, 2_097_152, 2_097_153]) {
      const encoding = await privateEncoding({ ...key, k: 2, n: 3 });
      let total = 0;
      for await (const batch of encoding.batches(new Blob([sample(length)]).stream())) {
        total += (await batch.fragment(2)).length;
      }
      expect(total).to.equal(encoding.fragmentLength(length));
    }
  });

  it("give the bytes themselves for public objects", async () => {
    const bytes = sample(100);
    const { batches } = publicEncoding();
    for await (const batch of batches(new Blob([bytes]).stream())) {
      expect(await batch.fragment(2)).to.deep.equal(bytes);
    }
  });
});

describe("journal", () => {
  const record = { version: 1, complete: false, fragments: [] as unknown } as StoreRecord;

  it("keeps a record with its amounts", async () => {
    const state = memoryState();
    const spares = [{ price: 2n ** 80n }] as unknown as StoreRecord["spares"];
    await journal(state, "a", { ...record, spares }).save();
    expect(await loadRecord(state, "a")).to.deep.equal({ ...record, spares });
    expect(await loadRecord(state, "b")).to.equal(undefined);
  });

  it("refuses a part that has changed, also after a restart [RETRY-1]", async () => {
    const state = memoryState();
    await journal(state, "a", record).checkpoint(70, sample(32));
    const again = journal(state, "a", record);
    await again.checkpoint(70, sample(32));
    expect(await rejection(again.checkpoint(70, sample(32, 1)))).to.include({
      code: "SOURCE_CHANGED",
      message:
        "The source is not the one that was stored in part under this key: part 70 is another.",
    });
  });

  it("refuses more parts than a source had when it was read to its end", async () => {
    const kept = journal(memoryState(), "a", { ...record, complete: true });
    expect(await rejection(kept.checkpoint(0, sample(32)))).to.have.property(
      "code",
      "SOURCE_CHANGED",
    );
  });

  it("refuses a record of a later version", async () => {
    const state = memoryState();
    await state.set("store/a", JSON.stringify({ version: 2 }));
    expect(await rejection(loadRecord(state, "a"))).to.have.property("code", "ARGUMENT_INVALID");
  });
});

describe("fileState", () => {
  it("keeps values in files that only the user can read, and forgets them", async () => {
    const place = join(directory, "state");
    const state = fileState(place);
    expect(await state.get("a/../b")).to.equal(undefined);
    await state.set("a/../b", "1");
    await state.set("a/../b", "2");
    expect(await fileState(place).get("a/../b")).to.equal("2");
    const [file = ""] = readdirSync(place);
    expect(readdirSync(place)).to.have.length(1);
    expect(statSync(join(place, file)).mode & 0o777).to.equal(0o600);
    await state.delete("a/../b");
    await state.delete("a/../b");
    expect(readdirSync(place)).to.have.length(0);
  });
});
