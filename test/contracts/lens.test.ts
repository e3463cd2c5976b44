import { expect } from "chai";
import { keccak256, MaxUint256, ZeroAddress, ZeroHash } from "ethers";
import type { MarketLens } from "../../sdk/src/typechain/MarketLens.ts";
import { liveDeal, STAKE, startOf } from "./support/deals.ts";
import {
  ALLOWANCE,
  BOND,
  bondedMarket,
  enterPeriod,
  freshMarket,
  newOffer,
  newPiece,
  openDeal,
  openOffers,
  prove,
  registerProvider,
  type TestMarket,
} from "./support/market.ts";

const MANIFEST = "0x0102";
const TAG_MASK = 2n ** 78n - 1n;
const FREE_FLOOR = 4n ** 6n;

async function deployLens(net: TestMarket) {
  return (await net.ethers.deployContract("MarketLens")) as unknown as MarketLens;
}

async function withLens() {
  const net = await freshMarket();
  return { net, lens: await deployLens(net) };
}

/** All pages until the last, and how many there were. */
async function pages<T>(
  read: (cursor: bigint) => Promise<{ page: T[]; next: bigint }>,
): Promise<T[][]> {
  const all: T[][] = [];
  let cursor = 0n;
  do {
    const { page, next } = await read(cursor);
    all.push([...page]);
    cursor = next;
  } while (cursor !== 0n);
  return all;
}

describe("lens: deals", () => {
  it("reads many deals at once, as the market tells each, in the order asked for [LENS-1]", async () => {
    const { net, lens } = await withLens();
    await openDeal(net, { pieces: [newPiece(net), newPiece(net)] });
    await openDeal(net, { periods: 20 });
    const read = await lens.deals(net.market, [3n, 1n, 3n]);
    const told = await Promise.all([3n, 1n, 3n].map((id) => net.market.dealOf(id)));
    expect(read).to.deep.equal(told);
  });

  it("refuses a list with an unknown deal by the market's own error [LENS-1]", async () => {
    const { net, lens } = await withLens();
    const id = await openDeal(net);
    for (const read of [lens.deals, lens.holdings]) {
      await expect(read(net.market, [id, 9n]))
        .to.be.revertedWithCustomError(net.market, "DealUnknown")
        .withArgs(9n);
    }
  });

  it("tells what each deal holds and for whom; with balances and stake it is all the market has [LENS-1]", async () => {
    const net = await bondedMarket();
    const lens = await deployLens(net);
    await openDeal(net, { periods: 4 });
    const challenged = await liveDeal(net, "10");
    await net.market.connect(net.client).transferDeal(1n, net.stranger);
    await net.market.connect(net.client).challenge(challenged, 0n, ALLOWANCE);
    await enterPeriod(net, 5);
    await prove(net);
    await enterPeriod(net, 6);

    const [first, second] = await lens.holdings(net.market, [1n, challenged]);
    expect([first?.client, first?.payee]).to.deep.equal([
      net.stranger.address,
      net.beneficiary.address,
    ]);
    expect([first?.provider, first?.bond, second?.bond]).to.deep.equal([1n, 0n, BOND]);
    let total = (await net.market.providerOf(1n)).free;
    for (const account of [net.client, net.owner, net.beneficiary, net.stranger]) {
      total += await net.market.balanceOf(account);
    }
    for (const h of [first, second]) {
      if (!h) throw new Error("a holding is missing");
      total += h.earned + h.refund + h.compensation + h.unlocked + h.escrow + h.collateral + h.bond;
    }
    expect(total).to.equal(await net.token.balanceOf(net.market));
  });

  it("tells the tag of a manifest at the first deal of its object, and zero elsewhere [LENS-1]", async () => {
    const { net, lens } = await withLens();
    await openOffers(net, [await newOffer(net), await newOffer(net)], MANIFEST);
    expect(await lens.manifestTag(net.market, 1n)).to.equal(BigInt(keccak256(MANIFEST)) & TAG_MASK);
    expect(await lens.manifestTag(net.market, 2n)).to.equal(0n);
  });
});

describe("lens: providers", () => {
  it("tells what the current period draws from and may still lock, touched or not [LENS-1]", async () => {
    const { net, lens } = await withLens();
    const maxLock = 1_000_000n;
    await net.market
      .connect(net.owner)
      .configure(1n, net.operator, net.beneficiary, maxLock, "http://127.0.0.1:1");
    await enterPeriod(net, 2);
    await openDeal(net);
    const touched = await lens.providerNow(net.market, 1n);
    expect(touched.id).to.equal(1n);
    expect([touched.record.frozen, touched.record.budgetLeft]).to.deep.equal([0n, 966_000n]);
    expect(touched.record).to.deep.equal(await net.market.providerOf(1n));

    await enterPeriod(net, 3);
    const { record } = await lens.providerNow(net.market, 1n);
    const { touchedAt, frozen, budgetLeft } = record;
    expect([touchedAt, frozen, budgetLeft]).to.deep.equal([3n, 1n, maxLock]);
    expect(record.free).to.equal(STAKE - 34_000n);
  });

  it("refuses an unknown provider by the market's own error [LENS-1]", async () => {
    const { net, lens } = await withLens();
    for (const read of [
      () => lens.providerNow(net.market, 2n),
      () => lens.dealsOfProvider(net.market, 2n, 0, 1),
    ]) {
      await expect(read())
        .to.be.revertedWithCustomError(net.market, "ProviderUnknown")
        .withArgs(2n);
    }
  });

  it("pages through providers, newest first, unmoved by those that register meanwhile [LENS-1]", async () => {
    const { net, lens } = await withLens();
    for (let i = 0; i < 4; i++) await registerProvider(net, 1n);
    const first = await lens.providers(net.market, 0, 2);
    await registerProvider(net, 1n);
    const second = await lens.providers(net.market, first.next, 2);
    const third = await lens.providers(net.market, second.next, 2);
    const ids = [first, second, third].map(({ page }) => page.map(({ id }) => id));
    expect(ids).to.deep.equal([[5n, 4n], [3n, 2n], [1n]]);
    expect([first.next, second.next, third.next]).to.deep.equal([3n, 1n, 0n]);
    expect(third.page[0]?.record.floor).to.equal(FREE_FLOOR);
  });

  it("pages through a provider's list from its last entry, whatever the pages' size [LENS-1]", async () => {
    const { net, lens } = await withLens();
    await openDeal(net, { pieces: Array.from({ length: 19 }, () => newPiece(net)) });
    const newest = Array.from({ length: 19 }, (_, i) => BigInt(19 - i));
    for (const limit of [1n, 7n, 8n, 9n, 19n, 1_000n, MaxUint256]) {
      const all = await pages((cursor) => lens.dealsOfProvider(net.market, 1n, cursor, limit));
      expect(all.flat()).to.deep.equal(newest);
      const full = limit > 19n ? 19n : limit;
      expect(all).to.have.length(Number((19n + full - 1n) / full));
    }
  });

  it("leaves out what was delisted [LENS-1]", async () => {
    const { net, lens } = await withLens();
    const pieces = [newPiece(net), newPiece(net), newPiece(net)];
    await openDeal(net, { pieces, firstPeriod: 9 });
    await net.market.connect(net.client).cancel(1n);
    await net.helpers.time.increaseTo(await startOf(net, 2));
    await net.market.connect(net.stranger).delist(1n, [0]);
    const { page, next } = await lens.dealsOfProvider(net.market, 1n, 0, 10);
    expect([page, next]).to.deep.equal([[2n, 3n], 0n]);
  });
});

describe("lens: objects", () => {
  async function listed(net: TestMarket, count: number) {
    for (let i = 0; i < count; i++) await openOffers(net, [await newOffer(net)], MANIFEST);
  }

  it("finds nothing for an account without objects, in one page [LENS-1]", async () => {
    const { net, lens } = await withLens();
    const { page, next } = await lens.objects(net.market, net.stranger, false, 0, 10);
    expect([page.length, next]).to.deep.equal([0, 0n]);
  });

  it("pages through an owner's objects, newest first, whatever the pages' size [LENS-1]", async () => {
    const { net, lens } = await withLens();
    await listed(net, 9);
    for (const limit of [1n, 3n, 4n, 5n, 9n, 100n]) {
      const all = await pages((cursor) =>
        lens.objects(net.market, net.client, false, cursor, limit),
      );
      expect(all.flat().map((o) => o.firstDeal)).to.deep.equal(
        Array.from({ length: 9 }, (_, i) => BigInt(9 - i)),
      );
    }
  });

  it("tells block, manifest tag and the hash of what was published since [LENS-1]", async () => {
    const { net, lens } = await withLens();
    const opened = await openOffers(net, [await newOffer(net)], MANIFEST);
    const published = await net.market.connect(net.client).publish(1n, "0x09");
    const { page } = await lens.objects(net.market, net.client, false, 0, 10);
    expect(page.map((o) => [o.firstDeal, o.blockNumber])).to.deep.equal([
      [1n, BigInt(published.blockNumber as number)],
      [1n, BigInt(opened.blockNumber as number)],
    ]);
    for (const object of page) {
      expect(object.manifestTag).to.equal(BigInt(keccak256(MANIFEST)) & TAG_MASK);
      expect(object.publishedHash).to.equal(keccak256("0x09"));
    }
  });

  it("keeps own and received objects apart [LENS-1]", async () => {
    const { net, lens } = await withLens();
    await openOffers(net, [await newOffer(net)], MANIFEST, net.stranger.address);
    const read = async (received: boolean) =>
      (await lens.objects(net.market, net.stranger, received, 0, 10)).page;
    expect(await read(false)).to.have.length(0);
    expect((await read(true)).map((o) => [o.firstDeal, o.publishedHash])).to.deep.equal([
      [1n, ZeroHash],
    ]);
  });

  it("refuses pages of nothing and cursors behind the newest entry [LENS-1]", async () => {
    const { net, lens } = await withLens();
    await listed(net, 1);
    await expect(lens.objects(net.market, net.client, false, 0, 0)).to.be.revertedWithCustomError(
      lens,
      "LimitZero",
    );
    await expect(lens.objects(net.market, net.client, false, 2, 1))
      .to.be.revertedWithCustomError(lens, "CursorInvalid")
      .withArgs(2n, 1n);
  });
});

describe("lens: large lists", () => {
  const gasLimit = 16_777_216n;

  it("reads a thousand of ten thousand objects, and a full list of 8,192 deals, within a transaction's gas [LENS-1]", async () => {
    const { net, lens } = await withLens();
    const { market, helpers } = net;
    const at = (key: string, slot: number) =>
      keccak256(
        net.ethers.AbiCoder.defaultAbiCoder().encode(
          [key.length === 42 ? "address" : "uint256", "uint256"],
          [key, slot],
        ),
      );
    const address = await market.getAddress();
    const length = at(net.stranger.address, 10);
    await helpers.setStorageAt(address, length, 10_000);
    const last = BigInt(keccak256(length)) + 2_499n;
    await helpers.setStorageAt(address, last, (77n << 224n) | (5n << 192n));
    const { page, next } = await lens.objects(market, net.stranger, false, 0, 1_000, { gasLimit });
    expect([page.length, next]).to.deep.equal([1_000, 9_000n]);
    expect([page[0]?.firstDeal, page[0]?.blockNumber]).to.deep.equal([77n, 5n]);

    const hot = at("0x01", 6);
    const word = BigInt(await net.ethers.provider.getStorage(address, hot));
    await helpers.setStorageAt(address, hot, ((word >> 16n) << 16n) | 8_192n);
    await helpers.setStorageAt(address, BigInt(at("0x01", 7)) + 1_023n, 9n << 224n);
    const list = await lens.dealsOfProvider(market, 1n, 0, 8_192, { gasLimit });
    expect([list.page.length, list.page[0], list.next]).to.deep.equal([8_192, 9n, 0n]);
  });
});

describe("lens: nonces and consents", () => {
  it("tells used and void nonces of a provider, alone and by the word [LENS-1]", async () => {
    const { net, lens } = await withLens();
    await openDeal(net, { nonce: 256n * 3n + 5n });
    await net.market.connect(net.operator).voidNonces(1n, 3n, 1n << 255n);
    expect(await lens.nonceWord(net.market, 1n, 3n)).to.equal((1n << 255n) | (1n << 5n));
    const used = [773n, 1_023n, 772n, 5n].map((nonce) => lens.nonceUsed(net.market, 1n, nonce));
    expect(await Promise.all(used)).to.deep.equal([true, true, false, false]);
    expect(await lens.nonceUsed(net.market, 2n, 773n)).to.equal(false);
  });

  it("tells used and void consents of a signer [LENS-1]", async () => {
    const { net, lens } = await withLens();
    await net.market.connect(net.client).voidConsents(1n, 2n);
    expect(await lens.consentUsed(net.market, net.client, 257n)).to.equal(true);
    expect(await lens.consentUsed(net.market, net.client, 256n)).to.equal(false);
    expect(await lens.consentUsed(net.market, net.stranger, 257n)).to.equal(false);
    expect(await lens.consentUsed(net.market, ZeroAddress, 1n)).to.equal(false);
  });
});
