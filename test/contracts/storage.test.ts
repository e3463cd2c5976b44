import { readFileSync } from "node:fs";
import { expect } from "chai";
import { AbiCoder, keccak256, toBeHex, ZeroAddress, zeroPadValue } from "ethers";
import {
  ALLOWANCE,
  enterPeriod,
  freshMarket,
  newOffer,
  newPiece,
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
const OWN_OBJECTS = 10;

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

  it("keeps a deal in two slots: its root, and all that proving and counting need", async () => {
    const { net, pieces } = await opened();
    await enterPeriod(net, 4);
    await prove(net);
    await enterPeriod(net, 6);
    await net.market.settle([2n]);
    const slot = entry(2n, DEALS);
    expect(await read(net, slot)).to.equal(pieces[1]?.root);
    expect(await read(net, slot + 1n)).to.equal(vectors.deal.word);
  });

  it("keeps what an offer's deals share in one slot, at the first of them", async () => {
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

  it("keeps all that opening writes of a provider in one slot", async () => {
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

  it("packs eight ids of a list and four objects of an owner into a slot", async () => {
    const { net } = await opened();
    expect(await read(net, entry(1n, LISTS))).to.equal(zeroPadValue(toBeHex((2n << 32n) | 1n), 32));
    const objects = await objectsOf(net, net.client);
    const array = BigInt(
      keccak256(zeroPadValue(toBeHex(entry(net.client.address, OWN_OBJECTS)), 32)),
    );
    expect(await read(net, array)).to.equal(zeroPadValue(toBeHex(objects[0] as bigint), 32));
  });
});
