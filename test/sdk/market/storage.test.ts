import { expect } from "chai";
import { Wallet, ZeroAddress, ZeroHash, zeroPadValue } from "ethers";
import {
  listOf,
  manifestTagOf,
  nonceWord,
  type Offer,
  objectsOf,
  openerOf,
  type Piece,
  signOffer,
} from "holdfast/market";
import { manifestTag } from "../../../sdk/src/object/manifest.ts";
import { type Bench, bench } from "../../support/provider.ts";
import { forOpen } from "../../support/uploader.ts";

const DEALS = 19;
const UNKNOWN = 99;
const manifest = Uint8Array.of(1, 2, 3);

describe("The raw storage of a market", function () {
  this.timeout(60_000);
  let world: Bench;
  let provider: number;
  let operator: Wallet;
  let client: string;
  let other: Wallet;
  let nonce = 0n;

  const ids = (first: number, last: number) =>
    Array.from({ length: last - first + 1 }, (_, i) => BigInt(first + i));

  const piece = (i: number): Piece => ({
    root: zeroPadValue(Uint8Array.of(i + 1, 0), 32),
    size: 1_000,
    rate: 1_000n,
    slashFactor: 4_200,
    contentCid: "0x",
  });

  /** Opens one offer with so many pieces as the client. */
  async function open({ pieces = 1, owner = ZeroAddress, listed = true } = {}): Promise<void> {
    const { market, net } = world;
    const offer: Offer = {
      provider,
      client,
      firstPeriod: 0,
      periods: 10,
      maxMisses: 1,
      notice: 3,
      termsHash: ZeroHash,
      expiry: 2 ** 40,
      nonce: nonce++,
      pieces: Array.from({ length: pieces }, (_, i) => piece(i)),
    };
    const signed = await signOffer(operator, net.deployment, offer);
    const bytes = listed ? manifest : new Uint8Array();
    const payment = { kind: 0, data: "0x" };
    await (await market.contract.open([forOpen(signed)], payment, owner, bytes)).wait();
  }

  before(async () => {
    world = await bench();
    await world.approve();
    const config = await world.provider();
    provider = config.provider;
    operator = new Wallet(String(config.operatorKey));
    client = world.net.signer.address;
    other = await world.net.newWallet();
    // One offer of 19 deals; five own objects more, and one that another account gets.
    await open({ pieces: DEALS });
    for (let i = 0; i < 5; i++) await open();
    await open({ owner: other.address });
    await open({ listed: false });
  });
  after(() => world?.stop());

  it("has a provider's list, whole and in pages that cut through slots", async () => {
    const list = (from: number, limit: number) => listOf(world.market, provider, { from, limit });
    expect(await listOf(world.market, provider)).to.deep.equal(ids(1, DEALS + 7));
    expect(await list(7, 3)).to.deep.equal(ids(8, 10));
    expect(await list(8, 8)).to.deep.equal(ids(9, 16));
    expect(await list(DEALS, 100)).to.deep.equal(ids(DEALS + 1, DEALS + 7));
    expect(await list(DEALS + 7, 100)).to.deep.equal([]);
    expect(await list(UNKNOWN, 1)).to.deep.equal([]);
    expect(await list(0, 0)).to.deep.equal([]);
    expect(await listOf(world.market, UNKNOWN)).to.deep.equal([]);
  });

  it("has an owner's own objects, newest first, with the block of each", async () => {
    const { total, objects } = await objectsOf(world.market, client);
    expect(total).to.equal(6);
    expect(objects.map(({ firstDeal }) => firstDeal)).to.deep.equal([...ids(20, 24).reverse(), 1n]);
    expect(objects.map(({ index }) => index)).to.deep.equal([5, 4, 3, 2, 1, 0]);
    const { contract } = world.market;
    for (const { firstDeal, block, received } of objects) {
      const events = await contract.queryFilter(
        contract.filters.Stored(client, firstDeal),
        block,
        block,
      );
      expect(events).to.have.length(1);
      expect(received).to.equal(false);
    }
  });

  it("has them in pages, and those received apart", async () => {
    const page = await objectsOf(world.market, client, { limit: 4 });
    expect(page.objects.map(({ index }) => index)).to.deep.equal([5, 4, 3, 2]);
    const [, , , after] = page.objects;
    if (!after) throw new Error("the page is short");
    const rest = await objectsOf(world.market, client, { limit: 4, after });
    expect(rest).to.include({ total: 6 });
    expect(rest.objects.map(({ firstDeal }) => firstDeal)).to.deep.equal([20n, 1n]);
    expect(await world.market.objectsOf(client, { limit: 4, after })).to.deep.equal(rest.objects);

    const received = await objectsOf(world.market, other.address, { received: true });
    expect(received.objects).to.have.length(1);
    expect(received.objects[0]).to.include({ firstDeal: 25n, received: true });
    expect(await objectsOf(world.market, other.address)).to.deep.equal({ total: 0, objects: [] });
  });

  it("has a bit for each nonce that was used", async () => {
    expect(await nonceWord(world.market, provider, 0n)).to.equal((1n << nonce) - 1n);
    expect(await nonceWord(world.market, provider, 1n)).to.equal(0n);
    nonce = 2n * 256n + 5n;
    await open({ listed: false });
    expect(await nonceWord(world.market, provider, 2n)).to.equal(1n << 5n);
  });

  it("has the tag of a manifest at the first deal of its object alone", async () => {
    expect(await manifestTagOf(world.market, 1n)).to.equal(manifestTag(manifest));
    expect(await manifestTagOf(world.market, 25n)).to.equal(manifestTag(manifest));
    // The second deal of an offer, the first of one without a manifest, and none at all.
    for (const deal of [2n, 26n, 999n])
      expect(await manifestTagOf(world.market, deal)).to.equal(0n);
  });

  it("has who opened a deal, also when another is the client by now", async () => {
    const { market } = world;
    await (await market.contract.transferDeal(3n, other.address)).wait();
    expect((await market.deal(3n)).client).to.equal(other.address);
    expect(await openerOf(market, 3n)).to.equal(client);
    expect(await openerOf(market, BigInt(DEALS))).to.equal(client);
    expect(await openerOf(market, 999n)).to.equal(ZeroAddress);
  });
});
