import { expect } from "chai";
import { keccak256, ZeroHash } from "ethers";
import {
  ethers,
  freshBeacon,
  GAS,
  helpers,
  mineAt,
  mineToAge,
  newSeed,
  type Shown,
  shown,
} from "./support/beacon.ts";
import { HISTORY } from "./support/history.ts";

/** Code that answers the first `size` (hex) bytes of a hash and of the zeros after it. */
const answers = (hash: string, size: string) => `0x7f${hash.slice(2)}5f5260${size}5ff3`;

/** What the simulated network has in its place, before a test puts the real one there. */
const simulatedStub = await ethers.provider.getCode(HISTORY);

describe("PrevrandaoBeacon reaches back", () => {
  for (const age of [1, 255, 256, 257, 8_190, 8_191]) {
    it(`to a block of age ${age} [SEED-3]`, async () => {
      const beacon = await freshBeacon();
      const { time, evidence, number, prevrandao } = await newSeed();
      await mineToAge(number, age);
      const receipt = await (await beacon.seed(time, evidence, GAS)).wait();
      expect(BigInt(receipt?.blockNumber ?? 0) - number).to.equal(BigInt(age));
      expect(await beacon.seedAt(time)).to.equal(prevrandao);
    });
  }

  it("not to a block of age 8192 [SEED-3]", async () => {
    const beacon = await freshBeacon();
    const seed = await newSeed();
    await mineToAge(seed.number, 8_192);
    await expectUnknown(beacon, seed);
  });

  it("not to the block that is being made [SEED-3]", async () => {
    const beacon = await freshBeacon();
    const { time, evidence, number } = await newSeed();
    // A call at a block runs as if in that block itself.
    const call = beacon.seed.staticCall(time, evidence, { ...GAS, blockTag: Number(number) });
    await expect(call).to.be.revertedWithCustomError(beacon, "HeaderUnknown");
  });

  for (const [what, code] of [
    ["missing", () => "0x"],
    ["a stub that answers nothing", () => "0x00"],
    ["a stub that answers zero", () => answers(ZeroHash, "20")],
    // The hash itself, so that nothing but the check of success or size can refuse it.
    ["a stub that reverts with it", (hash: string) => answers(hash, "20").replace(/f3$/, "fd")],
    ["a stub that answers less", (hash: string) => answers(hash, "1f")],
    ["a stub that answers more", (hash: string) => answers(hash, "40")],
  ] as const) {
    it(`256 blocks and no further when the history contract is ${what} [SEED-3]`, async () => {
      const beacon = await freshBeacon();
      const seed = await newSeed();
      await helpers.setCode(HISTORY, code(keccak256(seed.header)));
      await mineToAge(seed.number, 256);
      const near = await helpers.takeSnapshot();
      await beacon.seed(seed.time, seed.evidence, GAS);
      expect(await beacon.seedAt(seed.time)).to.equal(seed.prevrandao);
      await near.restore();
      await helpers.mine();
      await expectUnknown(beacon, seed);
    });
  }

  it("256 blocks and no further with the simulated network's own stub [SEED-3]", async () => {
    const beacon = await freshBeacon();
    const seed = await newSeed();
    await helpers.setCode(HISTORY, simulatedStub);
    await mineToAge(seed.number, 257);
    await expectUnknown(beacon, seed);
  });

  // Hashes of 8,191 blocks: what remains of a period in which a seed can be captured.
  for (const [blockTime, window] of [
    [0.25, 2_047],
    [2, 16_382],
    [12, 98_292],
  ] as const) {
    it(`${window} s on a chain with a block every ${blockTime} s [SEED-3]`, async () => {
      const beacon = await freshBeacon();
      const time = (await helpers.time.latest()) + 24;
      await mineBlocks(time - 12, blockTime, 12 / blockTime);
      await mineBlocks(time, blockTime, 1);
      const seed = await shown(time);
      // The block that captures is the last in reach; `window` seconds after the time, rounded down to a whole second.
      await mineBlocks(time, blockTime, 8_190, 1);
      await helpers.time.setNextBlockTimestamp(time + window);
      const last = await helpers.takeSnapshot();
      const receipt = await (await beacon.seed(time, seed.evidence, GAS)).wait();
      expect((await receipt?.getBlock())?.timestamp).to.equal(time + window);
      expect(await beacon.seedAt(time)).to.equal(seed.prevrandao);
      await last.restore();
      await mineAt(time + window);
      await expectUnknown(beacon, seed);
    });
  }
});

async function expectUnknown(beacon: Awaited<ReturnType<typeof freshBeacon>>, seed: Shown) {
  await expect(beacon.seed(seed.time, seed.evidence, GAS))
    .to.be.revertedWithCustomError(beacon, "HeaderUnknown")
    .withArgs(seed.number, keccak256(seed.header));
}

/** Mines blocks `from` to `from + count` of a chain that made its block 0 at `start`, each at its whole second. */
async function mineBlocks(start: number, blockTime: number, count: number, from = 0) {
  if (blockTime >= 1 && count > 1) {
    await helpers.time.setNextBlockTimestamp(start + from * blockTime);
    return helpers.mine(count, { interval: blockTime });
  }
  for (let i = from; i < from + count; i++) await mineAt(start + Math.floor(i * blockTime));
}
