import { readFileSync } from "node:fs";
import { expect } from "chai";
import { AbiCoder, keccak256, toBeHex, ZeroAddress, zeroPadValue } from "ethers";
import {
  ALLOWANCE,
  enterPeriod,
  freshMarket,
  newOffer,
  newPiece,
  openDeal,
  openOffers,
  prove,
  sign,
  type TestMarket,
} from "./support/market.ts";
import { objectsOf } from "./support/stored.ts";

type Field = [name: string, bits: number, value: string];
type Word = { readonly fields: Field[]; readonly word: string };
const vectors = JSON.parse(
  readFileSync(new URL("../vectors/storage.json", import.meta.url), "utf8"),
) as { deal: Word; offer: Word; provider: Word };

/** Places of the mappings in the contract's storage; what is packed behind them is the specification. */
const DEALS = 4;
const OFFERS = 5;
const PROVIDERS = 6;
const LISTS = 7;
const PROVEN = 8;
const NONCES = 9;
const OWN_OBJECTS = 10;
const RECEIVED_OBJECTS = 11;
const CLIENTS = 12;
const PAYEES = 13;
const CHALLENGES = 14;
const CONSENTS = 15;
const KEEPS_BALANCE = 16;
const PUBLISHED = 17;
/** Place of a deal's flags in the slot of its terms. */
const FLAGS = 239n;

const coder = AbiCoder.defaultAbiCoder();
const entry = (key: bigint | string, slot: number | bigint) =>
  BigInt(
    keccak256(
      coder.encode([typeof key === "string" ? "address" : "uint256", "uint256"], [key, slot]),
    ),
  );

async function read(net: TestMarket, slot: bigint): Promise<string> {
  return net.ethers.provider.getStorage(net.market, zeroPadValue(toBeHex(slot), 32));
}

/** First field in the lowest bits; the widths fill the word. */
function pack(fields: Field[]): string {
  let offset = 0n;
  let word = 0n;
  for (const [, bits, value] of fields) {
    word |= BigInt(value) << offset;
    offset += BigInt(bits);
  }
  expect(offset).to.equal(256n);
  return zeroPadValue(toBeHex(word), 32);
}

async function opened() {
  const net = await freshMarket();
  const pieces = [newPiece(net), newPiece(net, 5_000)];
  const offer = await newOffer(net, { pieces, firstPeriod: 4, maxMisses: 2 });
  const manifest = "0x010203";
  await net.market
    .connect(net.client)
    .open([await sign(net, offer)], ALLOWANCE, ZeroAddress, manifest);
  return { net, pieces, manifest };
}

describe("storage", () => {
  it("has vectors that follow from their fields", () => {
    for (const { fields, word } of Object.values(vectors).filter(
      (value) => typeof value === "object",
    )) {
      expect(pack(fields)).to.equal(word);
    }
  });

  it("keeps a deal in two slots: its root, and all that proving and counting need [READ-1]", async () => {
    const { net, pieces } = await opened();
    await enterPeriod(net, 4);
    await prove(net);
    await enterPeriod(net, 6);
    await net.market.settle([2n]);
    const slot = entry(2n, DEALS);
    expect(await read(net, slot)).to.equal(pieces[1]?.root);
    expect(await read(net, slot + 1n)).to.equal(vectors.deal.word);
  });

  it("keeps what an offer's deals share in one slot, at the first of them [READ-1]", async () => {
    const { net, manifest } = await opened();
    const tag = BigInt(keccak256(manifest)) & (2n ** 78n - 1n);
    const fields = vectors.offer.fields.map(
      ([name, bits, value]): Field =>
        name === "client"
          ? [name, bits, net.client.address]
          : name === "manifestTag"
            ? [name, bits, String(tag)]
            : [name, bits, value],
    );
    expect(await read(net, entry(1n, OFFERS))).to.equal(pack(fields));
    expect(BigInt(await read(net, entry(2n, OFFERS)))).to.equal(0n);
  });

  it("lets neighbours of a call share that slot when misses and notice are the same [READ-1]", async () => {
    const net = await freshMarket();
    const terms = [{}, {}, { notice: 4 }, { notice: 4 }, { notice: 4, maxMisses: 2 }, {}];
    const offers = await Promise.all(terms.map((changes) => newOffer(net, changes)));
    await openOffers(net, offers, "0x010203");
    const tags = await Promise.all([1n, 3n].map((id) => read(net, entry(id, OFFERS))));
    expect(tags.map((word) => BigInt(word) >> 178n)).to.deep.equal([
      BigInt(keccak256("0x010203")) & (2n ** 78n - 1n),
      0n,
    ]);
    for (const [i, { notice, maxMisses }] of offers.entries()) {
      const id = BigInt(i + 1);
      const own = BigInt(await read(net, entry(id, OFFERS))) !== 0n;
      expect([id, own]).to.deep.equal([id, [1n, 3n, 5n, 6n].includes(id)]);
      const deal = await net.market.dealOf(id);
      expect([deal.client, deal.notice, deal.maxMisses]).to.deep.equal([
        net.client.address,
        BigInt(notice),
        BigInt(maxMisses),
      ]);
    }
  });

  it("keeps all that opening writes of a provider in one slot [READ-1]", async () => {
    const { net } = await opened();
    const record = await net.market.providerOf(1n);
    const values: Record<string, bigint> = {
      count: record.listed,
      frozen: record.frozen,
      touchedAt: record.touchedAt,
      free: record.free,
      budgetLeft: record.budgetLeft,
    };
    const fields = vectors.provider.fields.map(
      ([name, bits]): Field => [name, bits, String(values[name])],
    );
    expect(await read(net, entry(1n, PROVIDERS))).to.equal(pack(fields));
  });

  it("packs eight ids of a list and four objects of an owner into a slot [READ-1]", async () => {
    const { net } = await opened();
    expect(await read(net, entry(1n, LISTS))).to.equal(zeroPadValue(toBeHex((2n << 32n) | 1n), 32));
    const objects = await objectsOf(net, net.client);
    const array = BigInt(
      keccak256(zeroPadValue(toBeHex(entry(net.client.address, OWN_OBJECTS)), 32)),
    );
    expect(await read(net, array)).to.equal(zeroPadValue(toBeHex(objects[0] as bigint), 32));
  });

  it("keeps what others stored for an owner in an array of its own, packed alike [READ-1]", async () => {
    const net = await freshMarket();
    const { blockNumber } = await openOffers(net, [await newOffer(net)], "0x01", net.owner.address);
    const slot = entry(net.owner.address, RECEIVED_OBJECTS);
    expect(BigInt(await read(net, slot))).to.equal(1n);
    expect(BigInt(await read(net, BigInt(keccak256(toBeHex(slot, 32)))))).to.equal(
      (1n << 32n) | BigInt(blockNumber as number),
    );
  });

  it("keeps the history of a provider and the nonces it has used in bitmaps, 256 a word [READ-1]", async () => {
    const net = await freshMarket();
    await openDeal(net, { firstPeriod: 258, nonce: 515n });
    await enterPeriod(net, 258);
    await prove(net);
    expect(BigInt(await read(net, entry(1n, entry(1n, PROVEN))))).to.equal(1n << 2n);
    expect(await net.market.provenWord(1n, 1n)).to.equal(1n << 2n);
    expect(BigInt(await read(net, entry(2n, entry(1n, NONCES))))).to.equal(1n << 3n);
  });

  it("keeps a new client, a payee and a challenge in slots of their own, where a flag says so [READ-1]", async () => {
    const net = await freshMarket();
    const { market, client, owner, stranger } = net;
    const id = await openDeal(net);
    await enterPeriod(net, 2);
    const flags = async () => (BigInt(await read(net, entry(id, DEALS) + 1n)) >> FLAGS) & 0b11111n;
    expect(await flags()).to.equal(0b00000n);
    await market.connect(client).transferDeal(id, stranger);
    expect(await flags()).to.equal(0b10000n);
    expect(BigInt(await read(net, entry(id, CLIENTS)))).to.equal(BigInt(stranger.address));
    await market.connect(owner).assignPayee(id, client);
    expect(await flags()).to.equal(0b11000n);
    expect(BigInt(await read(net, entry(id, PAYEES)))).to.equal(BigInt(client.address));
    await market.connect(stranger).challenge(id, 5, ALLOWANCE);
    expect(await flags()).to.equal(0b11100n);
    expect(BigInt(await read(net, entry(id, CHALLENGES)))).to.equal((2n << 64n) | 5n);
    await market.connect(owner).abandon(id);
    expect(await flags()).to.equal(0b11011n);
    expect(BigInt(await read(net, entry(id, CHALLENGES)))).to.equal(0n);
  });

  it("keeps void consents, kept balances and published hashes by account [READ-1]", async () => {
    const net = await freshMarket();
    const { market, client } = net;
    const id = await openDeal(net);
    await market.connect(client).voidConsents(2n, 0b101n);
    await market.connect(client).keepBalance(true);
    await market.connect(client).publish(id, "0x0102");
    const account = client.address;
    expect(BigInt(await read(net, entry(2n, entry(account, CONSENTS))))).to.equal(0b101n);
    expect(BigInt(await read(net, entry(account, KEEPS_BALANCE)))).to.equal(1n);
    expect(await read(net, entry(id, entry(account, PUBLISHED)))).to.equal(keccak256("0x0102"));
  });

  it("is open to contracts as it is: many slots in one call [READ-1]", async () => {
    const { net } = await opened();
    const slots = [entry(1n, DEALS), entry(1n, DEALS) + 1n, entry(9n, DEALS)];
    const values = await net.market.extsload(slots.map((slot) => toBeHex(slot, 32)));
    expect([...values]).to.deep.equal(await Promise.all(slots.map((slot) => read(net, slot))));
    expect(await net.market.extsload([])).to.have.length(0);
  });
});
