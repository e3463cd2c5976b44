import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { ProviderConfig } from "@holdfast/provider";
import { expect } from "chai";
import { computeAddress, Wallet } from "ethers";
import {
  offerDigest,
  parseSignedOffer,
  parseSignedQuote,
  recoverOfferSigner,
  recoverQuoteSigner,
  type SignedOffer,
} from "holdfast/market";
import { fileHasher } from "holdfast/piece";
import { type Bench, bench, type TestProvider } from "../support/provider.ts";
import {
  askOffer,
  begin,
  cidOf,
  create,
  forOpen,
  movedTo,
  patch,
  post,
  quote,
  type Reply,
  sample,
  upload,
} from "../support/uploader.ts";

describe("quotes and offers", () => {
  let world: Bench;
  let config: ProviderConfig;
  let provider: TestProvider;
  let client: string;
  const bytes = sample(50_000);

  before(async () => {
    world = await bench();
    client = world.net.signer.address;
    config = await world.provider();
    provider = await world.start(config);
    await world.approve();
  });
  after(() => world.stop());

  async function restarted(change: Partial<ProviderConfig> = {}): Promise<void> {
    await provider.stop();
    config = { ...config, ...change };
    provider = await world.start(config);
  }

  it("signs a quote and the offer that follows from it", async () => {
    const { deployment } = world.net;
    const operator = computeAddress(config.operatorKey ?? "");
    const reply = await post(`${provider.url}/v1/quotes`, {
      client,
      maxBytes: 60_000,
      periods: 35,
    });
    const quoted = parseSignedQuote(reply.body, provider.url);
    expect(recoverQuoteSigner(deployment, quoted)).to.equal(operator);

    const mine = await upload(provider.url, { client, bytes, periods: 35 });
    const signed = offerOf(await askOffer(mine, { client, bytes, periods: 35 }));
    expect(recoverOfferSigner(deployment, signed)).to.equal(operator);
    const { offer } = signed;
    expect(offer).to.include({ provider: config.provider, client, periods: 35, maxMisses: 1 });
    expect(offer.pieces).to.have.lengthOf(1);
    expect(offer.pieces[0]).to.include({ size: bytes.length, rate: 597n, contentCid: "0x" });
  });

  it("names what is wrong with a request", async () => {
    const mine = await upload(provider.url, { client, bytes });
    const body = await post(`${provider.url}/v1/quotes`, { client: "me", maxBytes: 1, periods: 1 });
    expect(body.status).to.equal(400);
    expect(body.body.detail).to.equal('"client" must be an address, got "me".');
    const term = await post(`${provider.url}/v1/quotes`, { client, maxBytes: 1, periods: 400 });
    expect(term.body).to.include({ code: "TERM_NOT_OFFERED", most: 366 });
    const format = await askOffer(mine, { client, bytes }, { format: "zip" });
    expect(format.body.detail).to.equal('"format" must be "raw" or "car", got "zip".');
    const token = await askOffer({ ...mine, token: "wrong" }, { client, bytes });
    expect(token.body.code).to.equal("TOKEN_INVALID");
  });

  it("refuses an offer for another piece, naming both [HTTP-1]", async () => {
    const mine = await upload(provider.url, { client, bytes });
    const expected = await cidOf(sample(50_000, 2));
    const reply = await askOffer(mine, { client, bytes }, { pieceCid: expected });
    expect(reply.status).to.equal(409);
    expect(reply.body).to.include({
      code: "PIECE_MISMATCH",
      expected,
      actual: await cidOf(bytes),
      fix: "Upload the bytes again; they changed on the way or at the source.",
    });
  });

  it("refuses an offer for another content, naming both, and signs the right one [HTTP-1]", async () => {
    const mine = await upload(provider.url, { client, bytes });
    const [actual, expected] = [await fileCid(bytes), await fileCid(sample(10))];
    const wrong = await askOffer(mine, { client, bytes }, { contentCid: expected });
    expect(wrong.status).to.equal(409);
    expect(wrong.body).to.include({ code: "CID_MISMATCH", expected, actual });
    const { offer } = offerOf(await askOffer(mine, { client, bytes }, { contentCid: actual }));
    expect(offer.pieces[0]?.contentCid).to.match(/^0x015512/);
  });

  it("refuses bytes that are not a CAR as one", async () => {
    const mine = await upload(provider.url, { client, bytes });
    const reply = await askOffer(mine, { client, bytes }, { format: "car" });
    expect(reply.status).to.equal(422);
    expect(reply.body.code).to.equal("CAR_INVALID");
  });

  it("refuses an offer before the last byte, and for others than quoted [HTTP-1]", async () => {
    const half = await begin(provider.url, { client, length: bytes.length });
    await patch(half, 0, bytes.subarray(0, 10));
    const incomplete = await askOffer(half, { client, bytes });
    expect(incomplete.body).to.include({ code: "UPLOAD_INCOMPLETE", offset: 10, length: 50_000 });

    const mine = await upload(provider.url, { client, bytes });
    const longer = await askOffer(mine, { client, bytes, periods: 11 });
    expect(longer.body).to.include({ code: "QUOTE_MISMATCH", expected: 10, actual: 11 });
    const stranger = (await world.net.newWallet()).address;
    const other = await askOffer(mine, { client: stranger, bytes });
    expect(other.body).to.include({ code: "QUOTE_MISMATCH", expected: client, actual: stranger });
    const small = await quote(provider.url, { client, maxBytes: 100 });
    const less = await askOffer(mine, { client, bytes }, { quote: small.id });
    expect(less.body).to.include({ code: "QUOTE_MISMATCH", expected: 100, actual: 50_000 });
    const none = await askOffer(mine, { client, bytes }, { quote: "0x00" });
    expect(none.body.code).to.equal("QUOTE_UNKNOWN");
  });

  it("gives the same offer again, and a fresh one in place of one that did not serve", async () => {
    const mine = await upload(provider.url, { client, bytes });
    const first = offerOf(await askOffer(mine, { client, bytes }));
    expect(offerOf(await askOffer(mine, { client, bytes }))).to.deep.equal(first);
    await restarted();
    const moved = movedTo(provider.url, mine);
    expect(offerOf(await askOffer(moved, { client, bytes }))).to.deep.equal(first);

    const replace = first.offer.nonce.toString();
    const fresh = offerOf(await askOffer(moved, { client, bytes }, { replace }));
    expect(fresh.offer.nonce > first.offer.nonce).to.equal(true);
    // Asked twice, as after a lost answer, it does not burn another nonce.
    expect(offerOf(await askOffer(moved, { client, bytes }, { replace }))).to.deep.equal(fresh);
  });

  it("never signs a nonce twice, across restarts and a crash before the signature [HTTP-1]", async () => {
    const nonces = new Set<bigint>();
    for (let i = 0; i < 3; i++) {
      const own = sample(1000, 100 + i);
      const mine = await upload(provider.url, { client, bytes: own });
      nonces.add(offerOf(await askOffer(mine, { client, bytes: own })).offer.nonce);
      await restarted();
    }
    expect(nonces.size).to.equal(3);

    const mine = await upload(provider.url, { client, bytes });
    const signed = offerOf(await askOffer(mine, { client, bytes }));
    await provider.stop();
    // As if the process had died between its line in the journal and the signature.
    const journal = new DatabaseSync(join(config.dataDir, "journal.sqlite"));
    const { nonce } = signed.offer;
    journal.prepare("update offers set signature = null where nonce = ?").run(nonce);
    journal.close();
    provider = await world.start(config);
    const again = offerOf(await askOffer(movedTo(provider.url, mine), { client, bytes }));
    expect(offerDigest(world.net.deployment, again.offer)).to.equal(
      offerDigest(world.net.deployment, signed.offer),
    );
  });

  it("starts behind used nonces when its journal is lost [HTTP-1]", async () => {
    const own = await world.provider();
    const first = await world.start(own);
    const mine = await upload(first.url, { client, bytes });
    const signed = offerOf(await askOffer(mine, { client, bytes }));
    await (await world.market.contract.open([forOpen(signed)], allowance, client, "0x")).wait();
    await first.stop();

    const second = await world.start({ ...own, dataDir: `${own.dataDir}-new` });
    const more = sample(2000, 9);
    const other = await upload(second.url, { client, bytes: more });
    const { offer } = offerOf(await askOffer(other, { client, bytes: more }));
    expect(offer.nonce).to.equal(256n);
  });

  it("refuses a fresh offer for bytes whose offer was opened", async () => {
    const own = sample(3000, 5);
    const mine = await upload(provider.url, { client, bytes: own });
    const signed = offerOf(await askOffer(mine, { client, bytes: own }));
    await (await world.market.contract.open([forOpen(signed)], allowance, client, "0x")).wait();
    const replace = signed.offer.nonce.toString();
    const reply = await askOffer(mine, { client, bytes: own }, { replace });
    expect(reply.status).to.equal(409);
    expect(reply.body).to.include({ code: "OFFER_USED", nonce: Number(signed.offer.nonce) });
  });

  it("keeps the price of a quote when the list price rises [HTTP-1]", async () => {
    const mine = await upload(provider.url, { client, bytes });
    const old = config.pricePerTiBPeriod;
    await restarted({ pricePerTiBPeriod: `${BigInt(old) * 10n}` });
    const { offer } = offerOf(await askOffer(movedTo(provider.url, mine), { client, bytes }));
    expect(offer.pieces[0]?.rate).to.equal(597n);

    const dearer = await upload(provider.url, { client, bytes });
    const next = offerOf(await askOffer(dearer, { client, bytes }));
    expect(next.offer.pieces[0]?.rate).to.equal(5961n);
    await restarted({ pricePerTiBPeriod: old });
  });

  it("refuses a piece that outgrows its classes", async () => {
    const reply = await post(`${provider.url}/v1/quotes`, {
      client,
      maxBytes: 2 ** 27,
      periods: 10,
    });
    expect(reply.status).to.equal(409);
    expect(reply.body).to.include({ code: "PROVIDER_FLOOR_TOO_LOW", size: 2 ** 27 });
  });

  it("signs no more than its free stake covers", async () => {
    const own = await world.start(await world.provider({ stake: 2n * 4n ** 11n + 100_000n }));
    for (const seed of [1, 2, 3]) {
      const piece = sample(1000, seed);
      const reply = await askOffer(await upload(own.url, { client, bytes: piece }), {
        client,
        bytes: piece,
      });
      if (seed < 3) expect(reply.status).to.equal(200);
      else {
        expect(reply.status).to.equal(503);
        expect(reply.body.code).to.equal("PROVIDER_STAKE_TOO_LOW");
      }
    }
  });

  it("opens nothing for a provider that its owner has stopped", async () => {
    const own = await world.provider();
    const running = await world.start(own);
    const mine = await upload(running.url, { client, bytes });
    const { contract } = world.market;
    const operator = new Wallet(own.operatorKey ?? "", world.net.signer.provider);
    await (await contract.connect(operator).stop(own.provider)).wait();
    const reply = await askOffer(mine, { client, bytes });
    expect(reply.status).to.equal(503);
    expect(reply.body.detail).to.equal(
      `Provider ${own.provider} opens no deals: its lock budget is 0.`,
    );
  });

  it("lets quotes expire by the chain's time, and the uploads behind them later [HTTP-5]", async () => {
    const stale = await quote(provider.url, { client, maxBytes: bytes.length });
    const mine = await upload(provider.url, { client, bytes });
    await world.net.advance(2);
    const id = mine.location.split("/").at(-1);
    const { why } = await provider.seen("upload-dropped", (entry) => entry.upload === id);
    expect(why).to.equal("no offer was asked for");
    const reply = await create(provider.url, { length: 10, quote: stale.id });
    expect(reply.status).to.equal(410);
    expect(reply.body).to.include({ code: "QUOTE_EXPIRED", expires: stale.expires });
    expect((await askOffer(mine, { client, bytes })).body.code).to.equal("UPLOAD_UNKNOWN");
  });

  function offerOf(reply: Reply): SignedOffer {
    if (reply.status !== 200) throw new Error(JSON.stringify(reply.body));
    return parseSignedOffer(reply.body, provider.url);
  }
});

const allowance = { kind: 0, data: "0x" };

async function fileCid(bytes: Uint8Array): Promise<string> {
  const hasher = fileHasher();
  await hasher.update(bytes);
  return (await hasher.digest()).cid;
}
