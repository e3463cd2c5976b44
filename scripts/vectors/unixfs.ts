// CIDs by ipfs-unixfs-importer; CARs of its blocks by @ipld/car, in the order that `ipfs dag export` writes.
import { createHash } from "node:crypto";
import { CarWriter } from "@ipld/car";
import * as dagPb from "@ipld/dag-pb";
import { MemoryBlockstore } from "blockstore-core";
import { importBytes } from "ipfs-unixfs-importer";
import { pattern } from "../../test/vectors/pattern.ts";

type Cid = Awaited<ReturnType<typeof importBytes>>["cid"];

const MiB = 2 ** 20;
const cases = [
  { size: 1, fill: "pattern" },
  { size: 65_536, fill: "pattern" },
  { size: MiB - 1, fill: "pattern" },
  { size: MiB, fill: "pattern" },
  { size: MiB + 1, fill: "pattern" },
  { size: 3 * MiB, fill: "pattern" },
  { size: 10 * MiB + 12_345, fill: "pattern" },
  { size: 5 * MiB + 7, fill: "zeros" },
  { size: 1_024 * MiB, fill: "zeros" },
  { size: 1_024 * MiB + 1, fill: "zeros" },
] as const;

export async function unixfsVectors() {
  const files = [];
  for (const { size, fill } of cases) {
    const store = new MemoryBlockstore();
    const { cid } = await importBytes(content(size, fill), store, { profile: "unixfs-v1-2025" });
    const car = await exportCar(cid, store);
    const carSha256 = createHash("sha256").update(car).digest("hex");
    files.push({ size, fill, cid: cid.toString(), carSize: car.length, carSha256 });
  }
  return { comment: "Profile unixfs-v1-2025, over the pattern of pattern.ts or zeros.", files };
}

async function* content(size: number, fill: "pattern" | "zeros") {
  const whole = fill === "pattern" ? pattern(size) : new Uint8Array(MiB);
  for (let at = 0; at < size; at += MiB) {
    const length = Math.min(MiB, size - at);
    const from = fill === "pattern" ? at : 0;
    yield whole.subarray(from, from + length);
  }
}

async function exportCar(root: Cid, store: MemoryBlockstore): Promise<Buffer> {
  const { writer, out } = CarWriter.create([root]);
  const writing = (async () => {
    const seen = new Set<string>();
    const stack = [root];
    for (let cid = stack.pop(); cid; cid = stack.pop()) {
      if (seen.has(cid.toString())) continue;
      seen.add(cid.toString());
      const bytes = await blockOf(store, cid);
      await writer.put({ cid, bytes });
      if (cid.code !== dagPb.code) continue;
      stack.push(
        ...dagPb
          .decode(bytes)
          .Links.map((link) => link.Hash as Cid)
          .reverse(),
      );
    }
    await writer.close();
  })();
  const parts = [];
  for await (const part of out) parts.push(part);
  await writing;
  return Buffer.concat(parts);
}

async function blockOf(store: MemoryBlockstore, cid: Cid): Promise<Uint8Array> {
  const parts = [];
  for await (const part of store.get(cid)) parts.push(part);
  return Buffer.concat(parts);
}
