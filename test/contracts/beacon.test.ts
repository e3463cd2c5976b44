import { expect } from "chai";
import { decodeRlp, encodeRlp, keccak256, toBeHex } from "ethers";
import {
  encode,
  ethers,
  freshBeacon,
  GAS,
  headerOf,
  helpers,
  mineAt,
  newSeed,
  shown,
} from "./support/beacon.ts";

const GAS_OF_DEPLOYMENT = { gasLimit: 3_000_000 };

describe("PrevrandaoBeacon", () => {
  it("says which seed is missing when there is no evidence [SEED-5]", async () => {
    const beacon = await freshBeacon();
    const { time } = await newSeed();
    await expect(beacon.seed(time, "0x", GAS))
      .to.be.revertedWithCustomError(beacon, "SeedMissing")
      .withArgs(time);
  });

  it("refuses evidence that is not two byte strings [SEED-5]", async () => {
    const beacon = await freshBeacon();
    const { time, evidence } = await newSeed();
    for (const bad of ["0xff", evidence.slice(0, -64), `0x${evidence.slice(66)}`]) {
      await expect(beacon.seed(time, bad, GAS)).to.be.revert(ethers);
      expect(await beacon.seedAt(time)).to.equal(0n);
    }
  });

  it("captures prevrandao of the first block at or after the time [SEED-1]", async () => {
    const beacon = await freshBeacon();
    const { time, evidence, prevrandao } = await newSeed();
    const latest = await ethers.provider.send("eth_getBlockByNumber", ["latest", false]);
    expect(BigInt(latest.mixHash)).to.equal(prevrandao);
    await expect(beacon.seed(time, evidence, GAS))
      .to.emit(beacon, "SeedCaptured")
      .withArgs(time, prevrandao);
    expect(await beacon.seedAt(time)).to.equal(prevrandao);
  });

  it("captures at a cost of at most 250,000 gas [SEED-1]", async () => {
    const beacon = await freshBeacon();
    const { time, evidence } = await newSeed();
    const receipt = await (await beacon.seed(time, evidence, GAS)).wait();
    expect(receipt?.gasUsed).to.be.below(250_000n);
  });

  it("never changes a captured seed, whatever the evidence [SEED-2]", async () => {
    const beacon = await freshBeacon();
    const { time, evidence } = await newSeed();
    await beacon.seed(time, evidence, GAS);
    const stored = await beacon.seedAt(time);
    const later = await newSeed();
    for (const other of [later.evidence, evidence, "0xff", "0x"]) {
      await expect(beacon.seed(time, other, GAS)).to.not.emit(beacon, "SeedCaptured");
    }
    expect(await beacon.seedAt(time)).to.equal(stored);
  });

  it("refuses a block that is not the first, and one before the time [SEED-1]", async () => {
    const beacon = await freshBeacon();
    const { time, evidence } = await newSeed();
    await mineAt(time + 6);
    // The headers are real; they are just not those of the first block at or after this time.
    for (const other of [time - 20, time + 6]) {
      await expect(beacon.seed(other, evidence, GAS))
        .to.be.revertedWithCustomError(beacon, "NotFirstBlock")
        .withArgs(other, time - 10, time + 5);
    }
    const second = await shown(time + 6);
    await expect(beacon.seed(time, second.evidence, GAS))
      .to.be.revertedWithCustomError(beacon, "NotFirstBlock")
      .withArgs(time, time + 5, time + 6);
  });

  it("takes a block exactly at the time, and refuses the one after it [SEED-1]", async () => {
    const beacon = await freshBeacon();
    const time = (await helpers.time.latest()) + 10;
    await mineAt(time);
    await mineAt(time + 5);
    await expect(beacon.seed(time, (await shown(time + 1)).evidence, GAS))
      .to.be.revertedWithCustomError(beacon, "NotFirstBlock")
      .withArgs(time, time, time + 5);
    const first = await shown(time);
    await beacon.seed(time, first.evidence, GAS);
    expect(await beacon.seedAt(time)).to.equal(first.prevrandao);
  });

  it("refuses all but the first of the blocks that share a timestamp [SEED-1]", async () => {
    const beacon = await freshBeacon();
    const time = (await helpers.time.latest()) + 10;
    for (let i = 0; i < 4; i++) await mineAt(time);
    const first = await shown(time);
    const headers = [first.header];
    for (let i = 1n; i < 4n; i++) headers.push(await headerOf(first.number + i));
    for (const [i, header] of headers.slice(1).entries()) {
      await expect(beacon.seed(time, encode(header, headers[i] as string), GAS))
        .to.be.revertedWithCustomError(beacon, "NotFirstBlock")
        .withArgs(time, time, time);
    }
    await beacon.seed(time, first.evidence, GAS);
    expect(await beacon.seedAt(time)).to.equal(first.prevrandao);
  });

  it("refuses a header whose prevrandao was changed [SEED-1]", async () => {
    const beacon = await freshBeacon();
    const { time, header, parent, number } = await newSeed();
    const items = decodeRlp(header) as string[];
    items[13] = keccak256("0x01");
    const forged = encodeRlp(items);
    await expect(beacon.seed(time, encode(forged, parent), GAS))
      .to.be.revertedWithCustomError(beacon, "HeaderUnknown")
      .withArgs(number, keccak256(forged));
  });

  it("refuses a header of a block that is not there yet [SEED-1]", async () => {
    const beacon = await freshBeacon();
    const { time, header, parent, number } = await newSeed();
    const items = decodeRlp(header) as string[];
    for (const ahead of [1n, 2n, 1_000n]) {
      items[8] = toBeHex(number + ahead);
      const forged = encodeRlp(items);
      await expect(beacon.seed(time, encode(forged, parent), GAS))
        .to.be.revertedWithCustomError(beacon, "HeaderUnknown")
        .withArgs(number + ahead, keccak256(forged));
    }
  });

  it("refuses a parent that is none, also one of this chain [SEED-1]", async () => {
    const beacon = await freshBeacon();
    const earlier = await newSeed();
    const { time, header, parent } = await newSeed();
    for (const other of [header, earlier.parent]) {
      await expect(beacon.seed(time, encode(header, other), GAS))
        .to.be.revertedWithCustomError(beacon, "ParentMismatch")
        .withArgs(keccak256(parent), keccak256(other));
    }
  });

  for (const constant of [0n, 1n, 2n ** 64n]) {
    it(`refuses ${constant} in place of randomness [SEED-4]`, async () => {
      const beacon = await freshBeacon();
      const { time, evidence } = await seedOf(constant);
      await expect(beacon.seed(time, evidence, GAS))
        .to.be.revertedWithCustomError(beacon, "PrevrandaoConstant")
        .withArgs(constant);
    });

    it(`is not deployed where prevrandao is ${constant} [SEED-4]`, async () => {
      const beacon = await freshBeacon();
      await helpers.setPrevRandao(constant);
      await expect(ethers.deployContract("PrevrandaoBeacon", [1], GAS_OF_DEPLOYMENT))
        .to.be.revertedWithCustomError(beacon, "PrevrandaoConstant")
        .withArgs(constant);
    });
  }

  it("takes the least prevrandao above all constants [SEED-4]", async () => {
    await helpers.setPrevRandao(2n ** 64n + 1n);
    await ethers.deployContract("PrevrandaoBeacon", [1], GAS_OF_DEPLOYMENT);
    const beacon = await freshBeacon();
    const { time, evidence } = await seedOf(2n ** 64n + 1n);
    await beacon.seed(time, evidence, GAS);
    expect(await beacon.seedAt(time)).to.equal(2n ** 64n + 1n);
  });
});

/** A time whose block has this prevrandao. */
async function seedOf(prevrandao: bigint) {
  const time = (await helpers.time.latest()) + 10;
  await helpers.setPrevRandao(prevrandao);
  await mineAt(time);
  return shown(time);
}
