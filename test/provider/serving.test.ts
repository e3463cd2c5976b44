import { expect } from "chai";
import { id as keccakOfText } from "ethers";
import { parseProviderInfo } from "holdfast/market";
import {
  type FileIndex,
  fileBlock,
  fileCar,
  fileHasher,
  parsePieceCid,
  type ReadAt,
  verifyLeaf,
} from "holdfast/piece";
import { type Bench, bench, type TestProvider } from "../support/provider.ts";
import { askOffer, call, cidOf, sample, upload } from "../support/uploader.ts";

const TERMS = "We keep your bytes.";

describe("serving", () => {
  let world: Bench;
  let provider: TestProvider;
  let client: string;
  let cid: string;
  let index: FileIndex;
  const bytes = sample(2_500_000);
  const read: ReadAt = async (offset, length) => bytes.slice(offset, offset + length);

  before(async () => {
    world = await bench();
    client = world.net.signer.address;
    provider = await world.start(await world.provider({ terms: TERMS, abuseContact: "abuse@x.y" }));
    // Served from the moment it is acknowledged: no offer, no deal.
    await upload(provider.url, { client, bytes });
    cid = await cidOf(bytes);
    const hasher = fileHasher();
    await hasher.update(bytes);
    index = await hasher.digest();
  });
  after(() => world.stop());

  const get = (path: string, headers: Record<string, string> = {}, method = "GET") =>
    fetch(`${provider.url}${path}`, { headers, method });

  it("introduces itself, with the hash of terms that it serves", async () => {
    const { body } = await call(`${provider.url}/v1/info`);
    const info = parseProviderInfo(body, provider.url);
    expect(info).to.include({
      chainId: 31337,
      maxPeriods: 366,
      notice: 30,
      abuseContact: "abuse@x.y",
    });
    expect(info.providers).to.deep.equal([{ id: 1, floor: 4n ** 11n }]);
    expect(info.termsHash).to.equal(keccakOfText(TERMS));
    expect(await (await get(`/terms/${info.termsHash}`)).text()).to.equal(TERMS);
    expect((await get(`/terms/${keccakOfText("other")}`)).status).to.equal(404);
  });

  it("answers unknown paths and methods with a problem [HTTP-4]", async () => {
    const unknown = await call(`${provider.url}/v2`);
    expect(unknown.status).to.equal(404);
    expect(unknown.body).to.include({ code: "NOT_FOUND", detail: "There is nothing at /v2." });
    expect(unknown.headers.get("Content-Type")).to.equal("application/problem+json");
    expect(unknown.body.fix).to.be.a("string").with.length.above(10);
    const method = await call(`${provider.url}/v1/info`, { method: "POST" });
    expect(method.status).to.equal(405);
    expect(method.headers.get("Allow")).to.equal("GET");
    const path = await call(`${provider.url}/v1/pieces/%ff`);
    expect(path.status).to.equal(400);
  });

  it("serves a piece whole and in ranges, though nobody has paid yet [HTTP-3]", async () => {
    const whole = await get(`/v1/pieces/${cid}`);
    expect(whole.status).to.equal(200);
    expect(whole.headers.get("Accept-Ranges")).to.equal("bytes");
    expect(new Uint8Array(await whole.arrayBuffer())).to.deep.equal(bytes);

    for (const [range, start, end] of [
      ["bytes=0-0", 0, 1],
      ["bytes=1000-70000", 1000, 70_001],
      ["bytes=2499999-", 2_499_999, 2_500_000],
      ["bytes=-5", 2_499_995, 2_500_000],
      ["bytes=2499990-9999999", 2_499_990, 2_500_000],
    ] as const) {
      const part = await get(`/v1/pieces/${cid}`, { Range: range });
      expect(part.status, range).to.equal(206);
      expect(part.headers.get("Content-Range")).to.equal(`bytes ${start}-${end - 1}/2500000`);
      expect(new Uint8Array(await part.arrayBuffer())).to.deep.equal(bytes.subarray(start, end));
    }
  });

  it("refuses a range that is not there", async () => {
    for (const range of ["bytes=2500000-", "bytes=9-3", "bytes=0-1,5-6", "bytes=-", "bytes=x-y"]) {
      const reply = await call(`${provider.url}/v1/pieces/${cid}`, { headers: { Range: range } });
      expect(reply.status, range).to.equal(416);
      expect(reply.headers.get("Content-Range")).to.equal("bytes */2500000");
      expect(reply.body).to.include({ code: "RANGE_INVALID", size: 2_500_000 });
    }
  });

  it("answers HEAD, and 304 to who has it already", async () => {
    const head = await get(`/v1/pieces/${cid}`, {}, "HEAD");
    expect(head.headers.get("Content-Length")).to.equal("2500000");
    expect(head.headers.get("Cache-Control")).to.contain("immutable");
    const etag = head.headers.get("ETag") ?? "";
    expect((await get(`/v1/pieces/${cid}`, { "If-None-Match": etag })).status).to.equal(304);
  });

  it("says which pieces it does not hold, and which names are none", async () => {
    const other = await cidOf(sample(10));
    const unknown = await call(`${provider.url}/v1/pieces/${other}`);
    expect(unknown.status).to.equal(404);
    expect(unknown.body).to.include({
      code: "PIECE_UNKNOWN",
      detail: `This provider does not hold piece ${other}.`,
    });
    const wrong = await call(`${provider.url}/v1/pieces/${index.cid}`);
    expect(wrong.body.code).to.equal("CID_INVALID");
  });

  it("proves any leaf", async () => {
    const { root, size } = parsePieceCid(cid);
    for (const leaf of [0, 32_767, 32_768, 78_740]) {
      const { body } = await call(`${provider.url}/v1/pieces/${cid}/proof?leaf=${leaf}`);
      const proof = Buffer.from(String(body.proof).slice(2), "hex");
      expect(verifyLeaf({ root, size, leaf, proof }), String(leaf)).to.equal(true);
    }
    for (const leaf of ["78741", "-1", "x", ""]) {
      const reply = await call(`${provider.url}/v1/pieces/${cid}/proof?leaf=${leaf}`);
      expect(reply.status).to.equal(400);
      expect(reply.body.detail).to.equal(
        `"leaf" must be a whole number from 0 to 78740, got "${leaf}".`,
      );
    }
  });

  it("is a trustless gateway over raw blocks", async () => {
    for (const [key] of index.nodes) {
      const reply = await get(`/ipfs/${key}?format=raw`);
      expect(reply.headers.get("Content-Type")).to.equal("application/vnd.ipld.raw");
      expect(reply.headers.get("X-Content-Type-Options")).to.equal("nosniff");
      expect(new Uint8Array(await reply.arrayBuffer())).to.deep.equal(
        await fileBlock(index, read, key),
      );
    }
    const accepted = await get(`/ipfs/${index.cid}`, { Accept: "application/vnd.ipld.raw" });
    expect(accepted.status).to.equal(200);
  });

  it("is a trustless gateway over CARs", async () => {
    const reply = await get(`/ipfs/${index.cid}?format=car`);
    expect(reply.headers.get("Content-Type")).to.equal(
      "application/vnd.ipld.car; version=1; order=dfs; dups=n",
    );
    expect(Buffer.from(await reply.arrayBuffer()).equals(await carOf(index, read))).to.equal(true);
  });

  it("refuses blocks of others, other formats, and CARs of inner blocks", async () => {
    const hasher = fileHasher();
    await hasher.update(sample(5));
    const { cid: foreign } = await hasher.digest();
    expect((await call(`${provider.url}/ipfs/${foreign}?format=raw`)).body.code).to.equal(
      "CID_UNKNOWN",
    );
    expect((await call(`${provider.url}/ipfs/nonsense?format=raw`)).body.code).to.equal(
      "CID_INVALID",
    );
    expect((await call(`${provider.url}/ipfs/${index.cid}`)).status).to.equal(400);
    const [, leaf = ""] = [...index.nodes.keys()];
    const inner = await call(`${provider.url}/ipfs/${leaf}?format=car`);
    expect(inner.body.code).to.equal("CID_NOT_ROOT");
  });

  it("serves what is inside of a CAR piece, and goes on serving it as a file", async () => {
    const source = sample(1_200_000, 7);
    const hasher = fileHasher();
    await hasher.update(source);
    const inside = await hasher.digest();
    const car = await carOf(inside, async (at, length) => source.slice(at, at + length));
    const mine = await upload(provider.url, { client, bytes: car });
    const offer = await askOffer(
      mine,
      { client, bytes: car },
      { format: "car", contentCid: inside.cid },
    );
    expect(offer.status).to.equal(200);

    const whole = await get(`/ipfs/${inside.cid}?format=car`);
    expect(Buffer.from(await whole.arrayBuffer()).equals(car)).to.equal(true);
    const block = await get(`/ipfs/${inside.cid}?format=raw`);
    expect(block.status).to.equal(200);
    const asFile = fileHasher();
    await asFile.update(car);
    const { cid: outside } = await asFile.digest();
    expect((await get(`/ipfs/${outside}?format=raw`)).status).to.equal(200);
  });
});

async function carOf(index: FileIndex, read: ReadAt): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of fileCar(index, read)) parts.push(part);
  return Buffer.concat(parts);
}
