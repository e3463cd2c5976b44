import { readFileSync } from "node:fs";
import { expect } from "chai";
import { network } from "hardhat";
import type { LibraryHarness } from "../../sdk/src/typechain/index.ts";
import { testBytes, testPiece } from "./support/piece.ts";

const { ethers } = await network.create();
const harness = (await ethers.deployContract("LibraryHarness")) as unknown as LibraryHarness;

function vectors<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), "utf8")) as T;
}

describe("PieceProof", () => {
  it("gives the leaves and heights of the specification [PIECE-1]", async () => {
    for (const [size, leaves, height] of [
      [1, 1, 2],
      [31, 1, 2],
      [32, 2, 2],
      [127, 4, 2],
      [128, 5, 3],
      [254, 8, 3],
      [255, 9, 4],
      [2 ** 30, 33_818_641, 26],
      [2 ** 44 - 1, 554_084_599_825, 40],
    ] as const) {
      expect(await harness.leavesOf(size)).to.equal(BigInt(leaves));
      expect(await harness.heightOf(leaves)).to.equal(BigInt(height));
    }
  });

  it("leads each leaf's path to the root, and to no root under another index [PROOF-1]", async () => {
    for (const size of [1, 64, 127, 300, 1_017]) {
      const piece = testPiece(testBytes(size, size));
      for (let leaf = 0; leaf < piece.leaves; leaf++) {
        expect(await harness.rootOf(piece.path(leaf), leaf)).to.equal(piece.root);
        expect(await harness.rootOf(piece.path(leaf), leaf ^ 1)).to.not.equal(piece.root);
      }
    }
  });
});

type DrawVector = {
  seed: string;
  chainId: number;
  market: string;
  provider: number;
  period: number;
  index: number;
  word: string;
  frozen: number;
  pick: number;
  leaves: number;
  leaf: number;
};

describe("Draws", () => {
  it("agrees with the vectors it shares with the SDK [DRAW-1]", async () => {
    const { chainId } = await ethers.provider.getNetwork();
    const { draws } = vectors<{ draws: DrawVector[] }>("draws");
    const here = draws.filter((draw) => BigInt(draw.chainId) === chainId);
    expect(here.length).to.be.greaterThan(5);
    for (const draw of here) {
      const word = await harness.word(
        draw.seed,
        draw.market,
        draw.provider,
        draw.period,
        draw.index,
      );
      expect(word).to.equal(BigInt(draw.word));
      const [pick, leaf] = await harness.draw(word, draw.frozen, draw.leaves);
      expect([pick, leaf]).to.deep.equal([BigInt(draw.pick), BigInt(draw.leaf)]);
    }
  });

  it("asks one more draw for each 128 listed deals [DRAW-1]", async () => {
    for (const [frozen, samples] of [
      [1, 5],
      [127, 5],
      [128, 6],
      [1_000, 12],
      [8_192, 69],
    ] as const) {
      expect(await harness.samples(5, frozen)).to.equal(BigInt(samples));
    }
  });
});

describe("OfferWords", () => {
  it("agrees with the vectors it shares with the SDK [OFFER-1]", async () => {
    const { offers } = vectors<{
      offers: {
        name: string;
        offer: Parameters<LibraryHarness["hashOffer"]>[0];
        structHash: string;
      }[];
    }>("offers");
    expect(offers.length).to.be.greaterThan(1);
    for (const { name, offer, structHash } of offers) {
      expect(await harness.hashOffer(offer), name).to.equal(structHash);
    }
  });
});
