import { expect } from "chai";
import {
  at,
  capture,
  DAY,
  ethers,
  GAS,
  hashOf,
  helpers,
  MARK_CLOSES,
  MARK_OPENS,
  marked,
  mineAt,
  QUIET,
  quietBeacon,
  shown,
} from "./support/beacon.ts";

describe("PrevrandaoBeacon.mark", () => {
  it("is not deployed without a quiet time [SEED-6]", async () => {
    const { beacon } = await quietBeacon();
    await expect(
      ethers.deployContract("PrevrandaoBeacon", [0], { gasLimit: 3_000_000 }),
    ).to.be.revertedWithCustomError(beacon, "QuietZero");
  });

  it("refuses a mark more than half an hour before the time [SEED-6]", async () => {
    const { beacon, time } = await quietBeacon();
    await at(time - MARK_OPENS - 1);
    await expect(beacon.mark(time, GAS))
      .to.be.revertedWithCustomError(beacon, "MarkTooEarly")
      .withArgs(time - MARK_OPENS, time - MARK_OPENS - 1);
    await at(time - MARK_OPENS);
    await expect(beacon.mark(time, GAS)).to.emit(beacon, "TimeMarked");
  });

  it("refuses a mark ten minutes before the time and later [SEED-6]", async () => {
    const { beacon, time } = await quietBeacon();
    for (const late of [time - MARK_CLOSES, time, time + 1, time + DAY]) {
      await at(late);
      await expect(beacon.mark(time, GAS))
        .to.be.revertedWithCustomError(beacon, "MarkTooLate")
        .withArgs(time, late);
    }
  });

  it("takes a mark a second before those ten minutes [SEED-6]", async () => {
    const { beacon, time } = await quietBeacon();
    await at(time - MARK_CLOSES - 1);
    await expect(beacon.mark(time, GAS))
      .to.emit(beacon, "TimeMarked")
      .withArgs(time, (await ethers.provider.getBlockNumber()) + 1);
    expect(await beacon.markedAt(time)).to.equal(await ethers.provider.getBlockNumber());
    expect(await beacon.seedAt(time)).to.equal(0n);
  });

  it("refuses a mark while the deployment is younger than quiet [SEED-6]", async () => {
    const { beacon, deployed } = await quietBeacon();
    const end = deployed + QUIET;
    await at(end);
    await expect(beacon.mark(end + 900, GAS))
      .to.be.revertedWithCustomError(beacon, "BeaconNotQuiet")
      .withArgs(end, end);
    await at(end + 1);
    await beacon.mark(end + 900, GAS);
  });

  it("refuses a mark while a header is younger than quiet [SEED-6]", async () => {
    const { beacon, time } = await quietBeacon();
    await capture(beacon, time);
    expect(await beacon.youngestHeader()).to.equal(time);
    const next = time + QUIET + 900;
    await at(time + QUIET);
    await expect(beacon.mark(next, GAS))
      .to.be.revertedWithCustomError(beacon, "BeaconNotQuiet")
      .withArgs(time + QUIET, time + QUIET);
    await at(time + QUIET + 1);
    await beacon.mark(next, GAS);
  });

  it("takes a header's age from its own timestamp, not from its capture [SEED-6]", async () => {
    const { beacon, time } = await quietBeacon();
    await mineAt(time);
    const seed = await shown(time);
    await at(time + DAY);
    await beacon.seed(time, seed.evidence, GAS);
    expect(await beacon.youngestHeader()).to.equal(time);
  });

  it("does not age when an older header is captured later [SEED-6]", async () => {
    const { beacon, time } = await quietBeacon();
    await mineAt(time);
    const older = await shown(time);
    await capture(beacon, time + 600);
    await beacon.seed(time, older.evidence, GAS);
    expect(await beacon.youngestHeader()).to.equal(time + 600);
  });

  it("refuses a second mark, whoever sends it [SEED-7]", async () => {
    const { beacon, time, block } = await marked();
    const stranger = (await ethers.getSigners())[1];
    for (const signer of [beacon.runner, stranger]) {
      await expect(beacon.connect(signer as typeof stranger).mark(time, GAS))
        .to.be.revertedWithCustomError(beacon, "AlreadyMarked")
        .withArgs(time, block);
    }
    expect(await beacon.markedAt(time)).to.equal(block);
  });

  it("takes no header for its time: `seed` finishes it in place of that [SEED-7]", async () => {
    const { beacon, time, block } = await marked();
    await helpers.mine(20);
    await mineAt(time);
    const { evidence } = await shown(time);
    await expect(beacon.seed(time, evidence, GAS))
      .to.emit(beacon, "SeedCaptured")
      .withArgs(time, BigInt(await hashOf(block + 16)));
    await expect(beacon.seed(time, evidence, GAS)).to.not.emit(beacon, "SeedCaptured");
    expect(await beacon.seedAt(time)).to.equal(BigInt(await hashOf(block + 16)));
  });

  it("says when the seed comes, with evidence or without, and leaves other times open [SEED-7]", async () => {
    const { beacon, time, block } = await marked();
    await mineAt(time);
    const { evidence } = await shown(time);
    for (const given of ["0x", evidence]) {
      await expect(beacon.seed(time, given, GAS))
        .to.be.revertedWithCustomError(beacon, "FinishTooEarly")
        .withArgs(block + 17, (await ethers.provider.getBlockNumber()) + 1);
    }
    const { prevrandao } = await capture(beacon, time + 1);
    expect(await beacon.seedAt(time + 1)).to.equal(prevrandao);
    expect(await beacon.seedAt(time)).to.equal(0n);
  });
});

// One provider is alone on its chain and captures only what suits it. It may lose a period, it never draws twice.
describe("A lone provider that withholds", () => {
  it("cannot mark a time whose header it has seen [SEED-6]", async () => {
    const { beacon, time } = await quietBeacon();
    await mineAt(time);
    const { evidence, prevrandao } = await shown(time);
    await expect(beacon.mark(time, GAS)).to.be.revertedWithCustomError(beacon, "MarkTooLate");
    await expect(beacon.finish(time, GAS)).to.be.revertedWithCustomError(beacon, "NotMarked");
    await beacon.seed(time, evidence, GAS);
    await expect(beacon.finish(time, GAS)).to.be.revertedWithCustomError(beacon, "NotMarked");
    expect(await beacon.seedAt(time)).to.equal(prevrandao);
  });

  it("cannot go back to the header when it dislikes the hash [SEED-7]", async () => {
    const { beacon, time, block } = await marked();
    await helpers.mine(17);
    const disliked = BigInt(await hashOf(block + 16));
    await mineAt(time);
    const { evidence } = await shown(time);
    await expect(beacon.mark(time, GAS)).to.be.revertedWithCustomError(beacon, "MarkTooLate");
    await beacon.seed(time, evidence, GAS);
    expect(await beacon.seedAt(time)).to.equal(disliked);
  });

  it("cannot mark the next day's time while it captures each day [SEED-9]", async () => {
    const { beacon, time } = await quietBeacon();
    expect(DAY / QUIET).to.equal(2 / 3);
    for (let day = time; day < time + 3 * DAY; day += DAY) {
      await capture(beacon, day);
      for (const before of [MARK_OPENS, MARK_CLOSES + 1]) {
        await at(day + DAY - before);
        await expect(beacon.mark(day + DAY, GAS)).to.be.revertedWithCustomError(
          beacon,
          "BeaconNotQuiet",
        );
      }
    }
  });

  it("gives up a whole day before it can mark, and then draws once [SEED-7]", async () => {
    const { beacon, time } = await quietBeacon();
    await capture(beacon, time);
    // The day it withholds: its header stays the only seed of that day, and a mark comes too late for it.
    await mineAt(time + DAY);
    const withheld = await shown(time + DAY);
    const next = time + 2 * DAY;
    await at(next - MARK_OPENS);
    await beacon.mark(next, GAS);
    await beacon.seed(time + DAY, withheld.evidence, GAS);
    expect(await beacon.seedAt(time + DAY)).to.equal(withheld.prevrandao);
    await mineAt(next);
    const closed = await shown(next);
    await expect(beacon.seed(next, closed.evidence, GAS)).to.be.revertedWithCustomError(
      beacon,
      "FinishTooEarly",
    );
  });
});
