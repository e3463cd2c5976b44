import { expect } from "chai";
import {
  concat,
  dataSlice,
  decodeRlp,
  encodeRlp,
  keccak256,
  type RlpStructuredDataish,
} from "ethers";
import { encode, freshBeacon, GAS, helpers, newSeed } from "./support/beacon.ts";
import { keepHash } from "./support/history.ts";

type Items = RlpStructuredDataish[];

const PARENT_HASH = 0;
const TIMESTAMP = 11;
const PREVRANDAO = 13;

/**
 * A seed block and its parent as another fork would encode them. The chain knows them by these encodings: their hash is in
 * its history.
 */
async function forked(header: (items: Items) => Items, parent = header) {
  const seed = await newSeed();
  const parentRlp = encodeRlp(parent(decodeRlp(seed.parent) as Items));
  const items = decodeRlp(seed.header) as Items;
  items[PARENT_HASH] = keccak256(parentRlp);
  const headerRlp = encodeRlp(header(items));
  await helpers.mine(300);
  await keepHash(helpers, seed.number, keccak256(headerRlp));
  return { ...seed, evidence: encode(headerRlp, parentRlp) };
}

const same = (items: Items) => items;

describe("PrevrandaoBeacon reads headers", () => {
  for (const [what, more] of [
    ["one item more", ["0x01"]],
    ["a list at the end", [["0x01", ["0x"]]]],
    ["twenty items more", Array(20).fill(keccak256("0x"))],
    ["1,000 bytes more in one item", [`0x${"ab".repeat(1_000)}`]],
  ] as [string, Items][]) {
    it(`with ${what} [SEED-3]`, async () => {
      const beacon = await freshBeacon();
      const { time, evidence, prevrandao } = await forked((items) => [...items, ...more]);
      await beacon.seed(time, evidence, GAS);
      expect(await beacon.seedAt(time)).to.equal(prevrandao);
    });
  }

  it("that end behind the last item it reads [SEED-3]", async () => {
    const beacon = await freshBeacon();
    const { time, evidence, prevrandao } = await forked(
      (items) => items.slice(0, PREVRANDAO + 1),
      (items) => items.slice(0, TIMESTAMP + 1),
    );
    await beacon.seed(time, evidence, GAS);
    expect(await beacon.seedAt(time)).to.equal(prevrandao);
  });

  it("whatever stands in items it does not read [SEED-3]", async () => {
    const beacon = await freshBeacon();
    const read = [PARENT_HASH, 8, TIMESTAMP, PREVRANDAO];
    const { time, evidence, prevrandao } = await forked((items) =>
      items.map((item, i) => (read.includes(i) ? item : ["0x", []])),
    );
    await beacon.seed(time, evidence, GAS);
    expect(await beacon.seedAt(time)).to.equal(prevrandao);
  });

  for (const [whose, header, parent, missing] of [
    ["without prevrandao", (i: Items) => i.slice(0, PREVRANDAO), same, PREVRANDAO],
    ["whose parent has no timestamp", same, (i: Items) => i.slice(0, TIMESTAMP), TIMESTAMP],
    ["of no items", () => [], same, 8],
  ] as const) {
    it(`but refuses one ${whose} [SEED-3]`, async () => {
      const beacon = await freshBeacon();
      const { time, evidence } = await forked(header, parent);
      await expect(beacon.seed(time, evidence, GAS))
        .to.be.revertedWithCustomError(beacon, "FieldNotPresentInBlockHeader")
        .withArgs(missing);
    });
  }

  for (const [what, malform] of [
    ["nothing", () => "0x"],
    ["a string in place of a list", (rlp) => encodeRlp(rlp)],
    ["a list without its last byte", (rlp) => dataSlice(rlp, 0, -1 + byteLength(rlp))],
    ["a byte behind the list", (rlp) => concat([rlp, "0x00"])],
    ["a length with a leading zero", (rlp) => concat(["0xfa0000", dataSlice(rlp, 1)])],
    ["a list for a timestamp", (rlp) => withTimestamp(rlp, ["0x01"])],
    ["a timestamp of 33 bytes", (rlp) => withTimestamp(rlp, `0x01${"00".repeat(32)}`)],
  ] as [string, (rlp: string) => string][]) {
    it(`but refuses ${what} as header or parent [SEED-3]`, async () => {
      const beacon = await freshBeacon();
      const seed = await newSeed();
      // The chain knows each by its hash, so that only the parser can refuse it.
      const parent = malform(seed.parent);
      const items = decodeRlp(seed.header) as Items;
      items[PARENT_HASH] = keccak256(parent);
      const child = encodeRlp(items);
      const header = malform(seed.header);
      await helpers.mine(300);
      for (const [first, second] of [
        [header, seed.parent],
        [child, parent],
      ] as const) {
        await keepHash(helpers, seed.number, keccak256(first));
        await expect(
          beacon.seed(seed.time, encode(first, second), GAS),
        ).to.be.revertedWithCustomError(beacon, "RLPInvalidEncoding");
      }
    });
  }
});

function withTimestamp(rlp: string, item: RlpStructuredDataish): string {
  return encodeRlp((decodeRlp(rlp) as Items).with(TIMESTAMP, item));
}

function byteLength(hex: string): number {
  return hex.length / 2 - 1;
}
