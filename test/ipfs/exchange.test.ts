import { type Devnet, devnet } from "@holdfast/devnet";
import { expect } from "chai";
import { connect, memoryState } from "holdfast";
import { fileBlock, fileCar, fileHasher, type ReadAt } from "holdfast/piece";
import { sample } from "../support/uploader.ts";
import { type KuboRepo, needsKubo, newRepo } from "./support/kubo.ts";
import { collect, download, equal } from "./support/reading.ts";

const MiB = 1 << 20;
const RAW = "bafkrei";

describe("What Holdfast makes and Kubo takes", function () {
  this.timeout(60_000);
  const repos: KuboRepo[] = [];

  before(function () {
    needsKubo(this);
  });
  after(() => {
    for (const repo of repos) repo.remove();
  });

  const fresh = async () => {
    const repo = await newRepo();
    repos.push(repo);
    return repo;
  };

  for (const size of [1, MiB, MiB + 1, 5 * MiB]) {
    it(`is a CAR of a file of ${size} bytes, byte for byte as \`ipfs dag export\` writes it`, async () => {
      const bytes = sample(size, size);
      const { index, read } = await indexed(bytes);
      const car = await collect(fileCar(index, read));
      await expectCar(await fresh(), car, { cid: index.cid, bytes });
    });
  }

  it("is a CAR of a file whose parts repeat, with each block once", async () => {
    const bytes = new Uint8Array(6 * MiB).fill(7, 2 * MiB, 4 * MiB);
    const { index, read } = await indexed(bytes);
    const car = await collect(fileCar(index, read));
    expect(car.length).to.be.below(3 * MiB);
    await expectCar(await fresh(), car, { cid: index.cid, bytes });
  });

  describe("from a provider's gateway", () => {
    const bytes = sample(5 * MiB, 5);
    let net: Devnet;
    let gateway: string;
    let cid: string;

    before(async () => {
      net = await devnet({ providers: 1, floors: [4n ** 11n], deals: 10 });
      const hold = await connect({
        signer: net.signer,
        network: net.deployment,
        state: memoryState(),
      });
      const object = await hold.store(bytes, { public: true, n: 1 });
      cid = object.cid ?? "";
      gateway = `${object.report.providers[0]?.url}/ipfs`;
    });
    after(() => net?.stop());

    it("is the same CAR", async () => {
      const car = await download(`${gateway}/${cid}?format=car`);
      await expectCar(await fresh(), car, { cid, bytes });
    });

    it("are blocks that `ipfs block put` gives the same CIDs, of which Kubo puts the file together", async () => {
      const repo = await fresh();
      const { index, read } = await indexed(bytes);
      expect(index.nodes.size).to.equal(6);
      for (const name of index.nodes.keys()) {
        const block = await download(`${gateway}/${name}?format=raw`);
        expect(equal(block, (await fileBlock(index, read, name)) ?? new Uint8Array())).to.equal(
          true,
        );
        const codec = name.startsWith(RAW) ? "raw" : "dag-pb";
        expect(await repo.ipfs(["block", "put", `--cid-codec=${codec}`], block)).to.equal(name);
      }
      expect(equal(await repo.bytes(["cat", "--progress=false", cid]), bytes)).to.equal(true);
    });
  });
});

/** Imports a CAR into an empty repository and gets out what went in: the root, the file, the CAR. */
async function expectCar(
  repo: KuboRepo,
  car: Uint8Array,
  o: { cid: string; bytes: Uint8Array },
): Promise<void> {
  const imported = JSON.parse(await repo.ipfs(["dag", "import", "--enc=json"], car));
  expect(imported.Root).to.deep.equal({ Cid: { "/": o.cid }, PinErrorMsg: "" });
  expect(equal(await repo.bytes(["cat", "--progress=false", o.cid]), o.bytes)).to.equal(true);
  const exported = await repo.bytes(["dag", "export", "--progress=false", o.cid]);
  expect(equal(exported, car)).to.equal(true);
}

async function indexed(bytes: Uint8Array) {
  const hasher = fileHasher();
  await hasher.update(bytes);
  const read: ReadAt = async (offset, length) => bytes.subarray(offset, offset + length);
  return { index: await hasher.digest(), read };
}
