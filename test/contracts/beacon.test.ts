import { expect } from "chai";
import { AbiCoder, decodeRlp, encodeRlp, keccak256, toBeHex, zeroPadValue } from "ethers";
import { seedEvidence } from "holdfast/market";
import { freshMarket, HISTORY, type TestMarket } from "./support/market.ts";

/** Given, since an estimate runs in the latest block, which does not know its own hash yet. */
const GAS = { gasLimit: 1_000_000 };
const coder = AbiCoder.defaultAbiCoder();

/** A time that the next block passes, and the headers that show its seed. */
async function newSeed(net: TestMarket) {
  const time = (await net.helpers.time.latest()) + 10;
  await net.helpers.time.increaseTo(time + 5);
  const evidence = await seedEvidence(net.ethers.provider, time);
  const [header, parent] = coder.decode(["bytes", "bytes"], evidence);
  return { time, evidence, header: header as string, parent: parent as string };
}

const encode = (header: string, parent: string) =>
  coder.encode(["bytes", "bytes"], [header, parent]);

describe("PrevrandaoBeacon", () => {
  it("captures prevrandao of the first block at or after the time", async () => {
    const net = await freshMarket();
    const { time, evidence, header } = await newSeed(net);
    const prevrandao = BigInt((decodeRlp(header) as string[])[13] as string);
    await expect(net.beacon.seed(time, evidence, GAS))
      .to.emit(net.beacon, "SeedCaptured")
      .withArgs(time, prevrandao);
    expect(await net.beacon.seedAt(time)).to.equal(prevrandao);
  });

  it("says which seed is missing when there is no evidence", async () => {
    const net = await freshMarket();
    const { time } = await newSeed(net);
    await expect(net.beacon.seed(time, "0x", GAS))
      .to.be.revertedWithCustomError(net.beacon, "SeedMissing")
      .withArgs(time);
  });

  it("never changes a captured seed, whatever the evidence", async () => {
    const net = await freshMarket();
    const { time, evidence } = await newSeed(net);
    await net.beacon.seed(time, evidence, GAS);
    const stored = await net.beacon.seedAt(time);
    const later = await newSeed(net);
    await expect(net.beacon.seed(time, later.evidence, GAS)).to.not.emit(
      net.beacon,
      "SeedCaptured",
    );
    await net.beacon.seed(time, "0xff", GAS);
    expect(await net.beacon.seedAt(time)).to.equal(stored);
  });

  it("refuses a block that is not the first, and one before the time", async () => {
    const net = await freshMarket();
    const { time, evidence } = await newSeed(net);
    await net.helpers.mine();
    for (const other of [time - 20, time + 6]) {
      // The headers are real; they are just not those of the first block at or after this time.
      await expect(net.beacon.seed(other, evidence, GAS)).to.be.revertedWithCustomError(
        net.beacon,
        "NotFirstBlock",
      );
    }
    const second = await seedEvidence(net.ethers.provider, time + 6);
    await expect(net.beacon.seed(time, second, GAS)).to.be.revertedWithCustomError(
      net.beacon,
      "NotFirstBlock",
    );
  });

  it("refuses the second block when the first is exactly at the time", async () => {
    const net = await freshMarket();
    const time = (await net.helpers.time.latest()) + 10;
    await net.helpers.time.increaseTo(time);
    await net.helpers.time.increaseTo(time + 5);
    await expect(net.beacon.seed(time, await seedEvidence(net.ethers.provider, time + 1), GAS))
      .to.be.revertedWithCustomError(net.beacon, "NotFirstBlock")
      .withArgs(time, time, time + 5);
    await net.beacon.seed(time, await seedEvidence(net.ethers.provider, time), GAS);
  });

  it("refuses a header whose prevrandao was changed", async () => {
    const net = await freshMarket();
    const { time, header, parent } = await newSeed(net);
    const items = decodeRlp(header) as string[];
    items[13] = keccak256("0x01");
    const forged = encodeRlp(items);
    await expect(net.beacon.seed(time, encode(forged, parent), GAS))
      .to.be.revertedWithCustomError(net.beacon, "HeaderUnknown")
      .withArgs(BigInt(items[8] as string), keccak256(forged));
  });

  it("refuses a parent that is none", async () => {
    const net = await freshMarket();
    const { time, header } = await newSeed(net);
    await expect(net.beacon.seed(time, encode(header, header), GAS)).to.be.revertedWithCustomError(
      net.beacon,
      "ParentMismatch",
    );
  });

  it("refuses a constant in place of randomness", async () => {
    const net = await freshMarket();
    const time = (await net.helpers.time.latest()) + 10;
    await net.helpers.time.setNextBlockTimestamp(time);
    await net.helpers.setPrevRandao(2n ** 64n);
    await net.helpers.mine();
    const evidence = await seedEvidence(net.ethers.provider, time);
    await expect(net.beacon.seed(time, evidence, GAS))
      .to.be.revertedWithCustomError(net.beacon, "PrevrandaoConstant")
      .withArgs(2n ** 64n);
  });

  it("reaches back 256 blocks by itself and further by the history contract", async () => {
    const net = await freshMarket();
    const near = await newSeed(net);
    await net.helpers.mine(255);
    await net.beacon.seed(near.time, near.evidence, GAS);

    const far = await newSeed(net);
    const number = BigInt((decodeRlp(far.header) as string[])[8] as string);
    await net.helpers.mine(300);
    // The simulated chain does not write the history itself: EIP-2935 keeps the hash of block n at slot n % 8191.
    const slot = zeroPadValue(toBeHex(number % 8191n), 32);
    await net.helpers.setStorageAt(HISTORY, slot, keccak256(far.header));
    await net.beacon.seed(far.time, far.evidence, GAS);
    expect(await net.beacon.seedAt(far.time)).to.not.equal(0n);
  });

  for (const [what, code] of [
    ["missing", () => "0x"],
    ["a stub that answers nothing", () => "0x00"],
    ["a stub that answers zero", () => "0x60206000f3"],
    // The hash itself, so that nothing but the check of success or size can refuse it.
    ["a stub that reverts with it", (hash: string) => `0x7f${hash.slice(2)}5f5260205ffd`],
    ["a stub that answers more", (hash: string) => `0x7f${hash.slice(2)}5f5260405ff3`],
  ] as const) {
    it(`refuses an old block when the history contract is ${what}`, async () => {
      const net = await freshMarket();
      const { time, evidence, header } = await newSeed(net);
      await net.helpers.mine(300);
      await net.helpers.setCode(HISTORY, code(keccak256(header)));
      await expect(net.beacon.seed(time, evidence, GAS)).to.be.revertedWithCustomError(
        net.beacon,
        "HeaderUnknown",
      );
    });
  }
});
