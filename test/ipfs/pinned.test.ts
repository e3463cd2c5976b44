import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Devnet, devnet } from "@holdfast/devnet";
import { expect } from "chai";
import { getBytes, type Wallet } from "ethers";
import { connect, type Holdfast, HoldfastError, memoryState, type StoredObject } from "holdfast";
import { type Deal, type Market, market } from "holdfast/market";
import { pieceCid } from "holdfast/piece";
import { tokensIn } from "../e2e/support/money.ts";
import { sample } from "../support/uploader.ts";
import { clients } from "./support/clients.ts";
import { type KuboNode, needsKubo, startKubo } from "./support/kubo.ts";
import { collect, download, equal } from "./support/reading.ts";

const MiB = 1 << 20;
const sizes = [1, MiB, MiB + 1, 5 * MiB];
const terms = { periods: 10, public: true };
const scheme = { raw: 2, car: 3 };

describe("With a real Kubo", function () {
  this.timeout(60_000);
  let net: Devnet;
  let chain: Market;
  let kubo: KuboNode;

  before(async function () {
    needsKubo(this);
    kubo = await startKubo();
    net = await devnet({ providers: 3, floors: [4n ** 11n], deals: 100 });
    chain = market(net.deployment, net.signer);
  });
  after(async () => {
    await net?.stop();
    await kubo?.stop();
  });

  for (const [index, [name, createClient]] of clients.entries()) {
    describe(`behind ${name}`, () => {
      // Nothing that one client has stored may help the other.
      const bytesOf = (size: number) => sample(size, 1 + 1000 * index);
      let wallet: Wallet;
      let client: ReturnType<typeof createClient>;
      let hold: Holdfast;
      const objects = new Map<number, StoredObject>();
      const large = () => objects.get(5 * MiB) as StoredObject & { cid: string };

      before(async () => {
        wallet = await net.newWallet();
        client = createClient(kubo.url);
        hold = await connected({ ipfs: client });
      });

      const connected = (o: { ipfs?: typeof client }) =>
        connect({ signer: wallet, network: net.deployment, state: memoryState(), ...o });

      for (const size of sizes) {
        it(`stores ${size} bytes under the CID of \`ipfs add\`, pays, and pins them there`, async () => {
          const bytes = bytesOf(size);
          const cid = await kubo.ipfs(["add", "--quieter", "--only-hash"], bytes);
          expect(await pinned(cid)).to.equal(false);
          const [before, held] = [await tokens(wallet.address), await tokens(chain)];

          const object = await hold.store(bytes, terms);

          expect(object.cid).to.equal(cid);
          expect(await pinned(cid)).to.equal(true);
          expect(await tokens(wallet.address)).to.equal(before - object.cost);
          expect(await tokens(chain)).to.equal(held + object.cost);
          expect(object.deals).to.have.length(3);
          expect(await schemeOf(object)).to.equal(scheme.raw);
          objects.set(size, object);
        });
      }

      it("sees the deals proven on the chain", async () => {
        await net.advance(2);
        for (const { id } of objects.values()) {
          const { deals } = await hold.status(id);
          // The second period is proven and not over yet: only closed ones count.
          expect(deals.map(({ proven, missed }) => [proven, missed])).to.deep.equal(
            Array(3).fill([1, 0]),
          );
        }
        const [{ provider }] = await dealsOf(large());
        const bits = await chain.contract.provenWord(provider, 0);
        expect((bits >> BigInt(await chain.period())) & 1n).to.equal(1n);
      });

      it("reads any part of the content from Kubo", async () => {
        const part = client.cat(large().cid, { offset: MiB - 3, length: MiB + 7 });
        const expected = bytesOf(5 * MiB).subarray(MiB - 3, 2 * MiB + 4);
        expect(equal(await collect(part), expected)).to.equal(true);
      });

      it("reads the content by its CID from the providers' gateways, without Kubo", async () => {
        const alone = await connected({});
        for (const [size, { cid = "" }] of objects) {
          const back = await alone.retrieve(cid);
          expect(back.size).to.equal(size);
          expect(equal(await back.bytes(), bytesOf(size)), `${size} bytes`).to.equal(true);
        }
      });

      it("stores a file by its CID that was pinned in Kubo before", async () => {
        const bytes = sample(3 * MiB + 5, 7 + index);
        const cid = await kubo.ipfs(["add", "--quieter"], bytes);
        const object = await hold.store({ cid }, terms);
        expect(object).to.include({ cid, size: bytes.length });
        expect(await schemeOf(object)).to.equal(scheme.raw);
        expect(equal(await pieceOf(object), bytes)).to.equal(true);
        expect(equal(await read(cid, {}), bytes)).to.equal(true);
      });

      it("stores a directory by its CID, as the CAR that `ipfs dag export` writes", async () => {
        const dir = join(kubo.dir, `site-${index}`);
        const page = sample(2 * MiB, 70 + index);
        mkdirSync(join(dir, "pages"), { recursive: true });
        writeFileSync(join(dir, "index.html"), `<h1>Site ${index}</h1>`);
        writeFileSync(join(dir, "pages", "one.bin"), page);
        // A second copy adds no block.
        writeFileSync(join(dir, "pages", "two.bin"), page);
        const cid = await kubo.ipfs(["add", "--quieter", "--recursive", dir]);

        const object = await hold.store({ cid }, terms);

        expect(object.cid).to.equal(cid);
        expect(await schemeOf(object)).to.equal(scheme.car);
        const car = await kubo.bytes(["dag", "export", "--progress=false", cid]);
        expect(equal(await pieceOf(object), car)).to.equal(true);
        const inside = await kubo.ipfs(["resolve", `/ipfs/${cid}/pages/two.bin`]);
        expect(equal(await read(inside.slice("/ipfs/".length), {}), page)).to.equal(true);
      });

      it("stores a file of another profile under its own CID, as a CAR", async () => {
        const bytes = sample(MiB + 99, 700 + index);
        const other = ["--cid-version=0", "--raw-leaves=false", "--chunker=size-262144"];
        const cid = await kubo.ipfs(["add", "--quieter", ...other], bytes);
        expect(cid).to.match(/^Qm/);

        const object = await hold.store({ cid }, terms);

        const modern = await kubo.ipfs(["cid", "base32", cid]);
        expect(object.cid).to.equal(modern);
        expect(await schemeOf(object)).to.equal(scheme.car);
        const car = await kubo.bytes(["dag", "export", "--progress=false", modern]);
        expect(equal(await pieceOf(object), car)).to.equal(true);
        expect(equal(await read(cid, {}), bytes)).to.equal(true);
      });

      it("says that Kubo does not have what is to be stored, and pays nothing", async () => {
        const cid = await kubo.ipfs(["add", "--quieter", "--only-hash"], sample(99, 7000 + index));
        const before = await tokens(wallet.address);
        const error = await hold.store({ cid }, terms).catch((thrown: unknown) => thrown);
        expect(HoldfastError.is(error, "IPFS_UNAVAILABLE"), String(error)).to.equal(true);
        expect(await tokens(wallet.address)).to.equal(before);
      });

      it("falls back to Kubo when every provider is gone", async () => {
        await Promise.all(net.providers.map((provider) => provider.kill()));
        try {
          expect(equal(await read(large().cid, { ipfs: client }), bytesOf(5 * MiB))).to.equal(true);
          const error = await read(large().cid, {}).catch((thrown: unknown) => thrown);
          expect(HoldfastError.is(error, "OBJECT_UNKNOWN"), String(error)).to.equal(true);
        } finally {
          await Promise.all(net.providers.map((provider) => provider.start()));
        }
      });

      async function read(cid: string, o: { ipfs?: typeof client }): Promise<Uint8Array> {
        return (await (await connected(o)).retrieve(cid)).bytes();
      }
    });
  }

  function tokens(of: string | Market): Promise<bigint> {
    return tokensIn(net, typeof of === "string" ? of : net.deployment.market);
  }

  async function pinned(cid: string): Promise<boolean> {
    const pins = await kubo.ipfs(["pin", "ls", "--type=recursive", "--quiet"]);
    return pins.split("\n").includes(cid);
  }

  async function dealsOf({ deals }: StoredObject): Promise<[Deal, ...Deal[]]> {
    return Promise.all(deals.map((id) => chain.deal(id))) as Promise<[Deal, ...Deal[]]>;
  }

  /** The piece as its first provider serves it. */
  async function pieceOf(object: StoredObject): Promise<Uint8Array> {
    const [{ root, size, provider }] = await dealsOf(object);
    const { url } = await chain.provider(provider);
    return download(`${url}/v1/pieces/${pieceCid({ root: getBytes(root), size })}`);
  }

  /** The scheme in the manifest on the chain, its second byte. */
  async function schemeOf({ deals: [first] }: StoredObject): Promise<number | undefined> {
    const [event] = await chain.contract.queryFilter(
      chain.contract.filters.Stored(undefined, first),
    );
    return getBytes(event?.args.manifest ?? "0x")[1];
  }
});
