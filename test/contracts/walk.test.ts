import { expect } from "chai";
import { concat, getBytes, keccak256, toBeHex, zeroPadValue } from "ethers";
import { evidence, freshMarket, openDeal, seedTime, type TestMarket } from "./support/market.ts";
import { uniformPiece } from "./support/piece.ts";

const NEEDED = 5;
const LISTED = 64n;
const LAST_STEP = 64 * NEEDED - 1;

/** The step at which the walk of period 2 has found enough, when entry 0 of the list is the only live one. */
async function lastStepOf(net: TestMarket) {
  const { chainId } = await net.ethers.provider.getNetwork();
  const input = new Uint8Array(192);
  const words = [chainId, BigInt(await net.market.getAddress()), 1n, 2n];
  for (const [i, word] of words.entries()) input.set(wordOf(word), 32 * (i + 1));
  return (seed: bigint): number => {
    input.set(wordOf(seed), 0);
    for (let step = 0, found = 0; step <= LAST_STEP + 2; step++) {
      input.set([step >> 8, step & 0xff], 190);
      if ((BigInt(keccak256(input)) >> 128n) % LISTED === 0n && ++found === NEEDED) return step;
    }
    return Number.POSITIVE_INFINITY;
  };
}

const wordOf = (value: bigint) => getBytes(zeroPadValue(toBeHex(value), 32));

/** Proves period 2 with one live deal of 64, under a seed whose walk ends at the given step. */
async function proveBySteps(wanted: number) {
  const net = await freshMarket();
  const piece = uniformPiece(2);
  const terms = {
    root: piece.root,
    size: piece.size,
    rate: 1_000,
    slashFactor: 17,
    contentCid: "0x",
  };
  await openDeal(net, { pieces: [terms] });
  await openDeal(net, { pieces: Array(Number(LISTED) - 1).fill(terms), firstPeriod: 300 });

  const stepOf = await lastStepOf(net);
  let seed = 2n ** 255n;
  while (stepOf(seed) !== wanted) seed++;
  await net.helpers.time.setNextBlockTimestamp(await seedTime(net, 2));
  await net.helpers.setPrevRandao(seed);
  await net.helpers.mine();
  const proof = concat(Array(NEEDED).fill(piece.path(0)));
  return { net, proving: net.market.prove(1n, 2n, proof, await evidence(net, 2), []) };
}

describe("the walk of the draws", () => {
  it("may take 64 steps for each draw [DRAW-1]", async () => {
    const { net, proving } = await proveBySteps(LAST_STEP);
    await expect(proving).to.emit(net.market, "Proven");
  });

  it("may not take one more [DRAW-1]", async () => {
    const { net, proving } = await proveBySteps(LAST_STEP + 1);
    await expect(proving)
      .to.be.revertedWithCustomError(net.market, "TooFewLiveDeals")
      .withArgs(1n, 2n, 4n, 5n);
  });
});
