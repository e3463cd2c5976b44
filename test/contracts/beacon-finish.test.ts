import { expect } from "chai";
import type { ContractTransactionResponse } from "ethers";
import {
  at,
  GAS,
  hashOf,
  helpers,
  MARK_CLOSES,
  marked,
  mineAt,
  mineToAge,
  quietBeacon,
  shown,
} from "./support/beacon.ts";
import { HISTORY, keepHash } from "./support/history.ts";

async function gas(sent: Promise<ContractTransactionResponse>) {
  return (await (await sent).wait())?.gasUsed;
}

describe("PrevrandaoBeacon.finish", () => {
  it("refuses a time that nobody has marked [SEED-8]", async () => {
    const { beacon, time } = await quietBeacon();
    await expect(beacon.finish(time, GAS))
      .to.be.revertedWithCustomError(beacon, "NotMarked")
      .withArgs(time);
  });

  it("refuses until the block 16 after the mark is in the past [SEED-8]", async () => {
    const { beacon, time, block } = await marked();
    for (const age of [1, 15, 16]) {
      await mineToAge(BigInt(block), age);
      await expect(beacon.finish.staticCall(time, { ...GAS, blockTag: "pending" }))
        .to.be.revertedWithCustomError(beacon, "FinishTooEarly")
        .withArgs(block + 17, block + age);
    }
    await mineToAge(BigInt(block), 17);
    await expect(beacon.finish(time, GAS))
      .to.emit(beacon, "SeedCaptured")
      .withArgs(time, BigInt(await hashOf(block + 16)));
  });

  it("stores the seed once; later calls return it [SEED-8]", async () => {
    const { beacon, time, block } = await marked();
    await helpers.mine(20);
    await beacon.finish(time, GAS);
    const seed = await beacon.seedAt(time);
    expect(seed).to.equal(BigInt(await hashOf(block + 16)));
    await helpers.mine(9_000);
    expect(await beacon.finish.staticCall(time)).to.equal(seed);
    await expect(beacon.finish(time, GAS)).to.not.emit(beacon, "SeedCaptured");
    expect(await beacon.seedAt(time)).to.equal(seed);
  });

  for (const age of [256, 257, 8_191]) {
    it(`takes the hash of a block of age ${age} [SEED-8]`, async () => {
      const { beacon, time, block } = await marked();
      await mineToAge(BigInt(block + 16), age);
      const hash = await hashOf(block + 16);
      await keepHash(helpers, BigInt(block + 16), hash);
      await beacon.finish(time, GAS);
      expect(await beacon.seedAt(time)).to.equal(BigInt(hash));
    });
  }

  it("leaves the time without a seed when the hash is out of reach [SEED-8]", async () => {
    const { beacon, time, block } = await marked();
    await mineAt(time);
    const { evidence } = await shown(time);
    await mineToAge(BigInt(block + 16), 8_192);
    await keepHash(helpers, BigInt(block + 16), await hashOf(block + 16));
    await expect(beacon.finish(time, GAS))
      .to.be.revertedWithCustomError(beacon, "HashOutOfReach")
      .withArgs(block + 16, block + 16 + 8_192);
    await expect(beacon.seed(time, evidence, GAS)).to.be.revertedWithCustomError(
      beacon,
      "HashOutOfReach",
    );
    await expect(beacon.mark(time, GAS)).to.be.revertedWithCustomError(beacon, "MarkTooLate");
    expect(await beacon.seedAt(time)).to.equal(0n);
  });

  it("leaves the time without a seed when a chain without history has passed it [SEED-8]", async () => {
    const { beacon, time, block } = await marked();
    await helpers.setCode(HISTORY, "0x");
    await mineToAge(BigInt(block + 16), 257);
    await expect(beacon.finish(time, GAS)).to.be.revertedWithCustomError(beacon, "HashOutOfReach");
  });

  it("and the mark cost at most 60,000 gas each [SEED-8]", async () => {
    const { beacon, time } = await quietBeacon();
    await at(time - MARK_CLOSES - 60);
    const mark = await gas(beacon.mark(time, GAS));
    await helpers.mine(17);
    const finish = await gas(beacon.finish(time, GAS));
    expect(mark).to.be.below(60_000n);
    expect(finish).to.be.below(60_000n);
  });
});
