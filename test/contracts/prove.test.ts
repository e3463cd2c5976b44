import { expect } from "chai";
import { dataSlice } from "ethers";
import {
  enterPeriod,
  evidence,
  freshMarket,
  LENGTH,
  newPiece,
  openDeal,
  proofFor,
  prove,
  proveUpTo,
  registerProvider,
  seedTime,
} from "./support/market.ts";

/** One deal of `size` bytes, live in period 2; the clock stands at that period's seed. */
async function liveDeal(size = 1_000) {
  const net = await freshMarket();
  await openDeal(net, { pieces: [newPiece(net, size)] });
  await enterPeriod(net, 2);
  return net;
}

describe("prove", () => {
  it("rejects a period that is not the current one, by name [PROOF-2]", async () => {
    const net = await liveDeal();
    await expect(net.market.prove(1n, 1n, "0x", "0x", []))
      .to.be.revertedWithCustomError(net.market, "PeriodNotCurrent")
      .withArgs(1n, 2n);
  });

  it("rejects an unknown provider", async () => {
    const net = await liveDeal();
    await expect(net.market.prove(9n, 2n, "0x", "0x", [])).to.be.revertedWithCustomError(
      net.market,
      "ProviderUnknown",
    );
  });

  it("rejects a second proof of a period [PROOF-2]", async () => {
    const net = await liveDeal();
    const proof = await proofFor(net);
    await prove(net);
    await expect(net.market.prove(1n, 2n, proof, "0x", []))
      .to.be.revertedWithCustomError(net.market, "AlreadyProven")
      .withArgs(1n, 2n);
  });

  it("needs the seed [SEED-1]", async () => {
    const net = await liveDeal();
    const proof = await proofFor(net);
    await expect(net.market.prove(1n, 2n, proof, "0x", []))
      .to.be.revertedWithCustomError(net.beacon, "SeedMissing")
      .withArgs(await seedTime(net, 2));
  });

  it("rejects a path that does not lead to the root [PROOF-1]", async () => {
    const net = await liveDeal();
    const proof = await proofFor(net);
    const forged = `${proof.slice(0, -2)}${proof.endsWith("00") ? "01" : "00"}`;
    await expect(
      net.market.prove(1n, 2n, forged, await evidence(net, 2), []),
    ).to.be.revertedWithCustomError(net.market, "ProofInvalid");
  });

  it("rejects missing and trailing bytes [PROOF-1]", async () => {
    const net = await liveDeal();
    const proof = await proofFor(net);
    const seed = await evidence(net, 2);
    const length = BigInt((proof.length - 2) / 2);
    await expect(net.market.prove(1n, 2n, dataSlice(proof, 0, Number(length) - 1), seed, []))
      .to.be.revertedWithCustomError(net.market, "ProofLengthInvalid")
      .withArgs(length, length - 1n);
    await expect(net.market.prove(1n, 2n, `${proof}00`, seed, []))
      .to.be.revertedWithCustomError(net.market, "ProofLengthInvalid")
      .withArgs(length, length + 1n);
    await expect(net.market.prove(1n, 2n, "0x", seed, [])).to.be.revertedWithCustomError(
      net.market,
      "ProofLengthInvalid",
    );
  });

  it("rejects when nothing is listed or nothing listed is live [DRAW-1]", async () => {
    const net = await freshMarket();
    await enterPeriod(net, 2);
    await expect(net.market.prove(1n, 2n, "0x", await evidence(net, 2), []))
      .to.be.revertedWithCustomError(net.market, "TooFewLiveDeals")
      .withArgs(1n, 2n, 0n, 5n);
    await openDeal(net, { firstPeriod: 9 });
    await enterPeriod(net, 3);
    await expect(net.market.prove(1n, 3n, "0x", await evidence(net, 3), []))
      .to.be.revertedWithCustomError(net.market, "TooFewLiveDeals")
      .withArgs(1n, 3n, 0n, 5n);
  });

  it("captures the seed in the same call, by anyone, and records the period [PROOF-2]", async () => {
    const net = await liveDeal();
    await expect(prove(net)).to.emit(net.market, "Proven").withArgs(1n, 2n);
    expect(await net.beacon.seedAt(await seedTime(net, 2))).to.not.equal(0n);
    expect(await net.market.provenWord(1n, 0)).to.equal(1n << 2n);
  });

  it("uses a captured seed whatever the evidence is [SEED-2]", async () => {
    const net = await liveDeal();
    await net.beacon.seed(await seedTime(net, 2), await evidence(net, 2));
    await net.market.prove(1n, 2n, await proofFor(net), "0xdeadbeef", []);
  });

  for (const size of [1, 31, 32, 64, 127, 128, 254, 4_064, 4_065, 20_000]) {
    it(`accepts a piece of ${size} bytes [PIECE-1]`, async () => {
      const net = await liveDeal(size);
      await prove(net);
    });
  }

  it("draws over many deals of different sizes and skips those that are not live [DRAW-1]", async () => {
    const net = await freshMarket();
    for (const [i, size] of [1, 500, 3_000, 127, 9_000].entries()) {
      await openDeal(net, { pieces: [newPiece(net, size)], firstPeriod: 2 + (i % 2) * 7 });
    }
    await proveUpTo(net, 12);
    expect(await net.market.provenWord(1n, 0)).to.equal(0b1111111111100n);
  });

  it("does not draw from what was opened in this period [LIST-1]", async () => {
    const net = await liveDeal();
    await openDeal(net);
    expect((await net.market.providerOf(1n)).frozen).to.equal(1n);
    await prove(net);
  });

  it("keeps providers apart: the same data, other draws, other history [DRAW-1]", async () => {
    const net = await freshMarket();
    await registerProvider(net);
    const pieces = [newPiece(net, 20_000)];
    await openDeal(net, { pieces });
    await openDeal(net, { pieces, provider: 2 });
    await enterPeriod(net, 2);
    const first = await proofFor(net, 1n);
    await expect(
      net.market.prove(2n, 2n, first, await evidence(net, 2), []),
    ).to.be.revertedWithCustomError(net.market, "ProofInvalid");
    await prove(net, 2n);
    expect(await net.market.provenWord(1n, 0)).to.equal(0n);
    expect(await net.market.provenWord(2n, 0)).to.equal(4n);
  });
});

describe("period", () => {
  it("is half open: the first second of a period belongs to it [TIME-1]", async () => {
    const { market, helpers } = await freshMarket();
    const { genesis } = await market.parameters();
    await helpers.time.increaseTo(genesis + BigInt(LENGTH) - 1n);
    expect(await market.period()).to.equal(1n);
    await helpers.time.increaseTo(genesis + BigInt(LENGTH));
    expect(await market.period()).to.equal(2n);
  });
});
