import { readFileSync, writeFileSync } from "node:fs";
import { expect } from "chai";
import { type ContractTransactionResponse, ZeroAddress } from "ethers";
import {
  ALLOWANCE,
  enterPeriod,
  evidence,
  freshMarket,
  newOffer,
  newPiece,
  openDeal,
  proofFor,
  proveUpTo,
  registerProvider,
  seedTime,
  sign,
  type TestMarket,
} from "./support/market.ts";
import { uniformPiece } from "./support/piece.ts";

/**
 * Gas from receipts, calldata included, in the steady state: balances, nonce words, bit words and list words in use. A rise
 * fails; a fall, too, until the file is written again with UPDATE_GAS=1.
 */
const SNAPSHOT = new URL("./gas.json", import.meta.url);
const snapshot = JSON.parse(readFileSync(SNAPSHOT, "utf8")) as Record<string, number>;
const measured: Record<string, number> = {};

async function gas(transaction: Promise<ContractTransactionResponse>): Promise<number> {
  const receipt = await (await transaction).wait();
  return Number(receipt?.gasUsed);
}

/** A zero byte of calldata costs 12 less than another; signatures and headers have a few more or fewer. */
const CALLDATA_NOISE = 200;

function record(name: string, used: number) {
  measured[name] = used;
  if (process.env.UPDATE_GAS) return;
  const message = `gas of ${name} rose or fell; UPDATE_GAS=1 writes the snapshot again`;
  expect(used, message).to.be.closeTo(snapshot[name] as number, CALLDATA_NOISE);
}

/** As in the field's comparison: 1 GiB for a year, a tree of 26 levels. */
const GIB = 2n ** 30n;
const MANIFEST = `0x${"5a".repeat(300)}`;

async function offers(net: TestMarket, providers: number[], pieces = 1) {
  return Promise.all(
    providers.map(async (provider, i) =>
      sign(
        net,
        await newOffer(net, {
          provider,
          periods: 365,
          maxMisses: 10,
          nonce: 1_000n + BigInt(i) + (await net.market.dealCount()),
          pieces: Array.from({ length: pieces }, () => ({
            ...newPiece(net),
            size: GIB,
            slashFactor: 3,
          })),
        }),
      ),
    ),
  );
}

/** A market in use: six providers with a deal each, listed objects, a nonce word and a list word with room. */
async function steady() {
  const net = await freshMarket();
  for (let i = 0; i < 5; i++) await registerProvider(net);
  const open = async (ids: number[], pieces = 1) =>
    net.market
      .connect(net.client)
      .open(
        await offers(net, ids, pieces),
        ALLOWANCE,
        ZeroAddress,
        ids.length > 1 ? MANIFEST : "0x",
      );
  await open([1, 2, 3, 4, 5, 6]);
  return { net, open };
}

describe("gas", () => {
  after(() => {
    if (process.env.UPDATE_GAS) writeFileSync(SNAPSHOT, `${JSON.stringify(measured, null, 2)}\n`);
  });

  it("of opening", async () => {
    const { net, open } = await steady();
    record("open-1", await gas(open([1])));
    record("open-6", await gas(open([1, 2, 3, 4, 5, 6])));
    await net.helpers.time.increase(1_000);
    record("open-1-first-in-period", await gas(open([1])));
    record("open-100", await gas(open([2], 100)));
  });

  // Trees of 25 levels, as in the field's comparison of 1 GiB pieces.
  for (const deals of [1, 100, 1_000]) {
    it(`of proving ${deals} deals`, async () => {
      const net = await freshMarket();
      const piece = uniformPiece(25);
      net.pieces.set(piece.root, piece);
      const terms = {
        root: piece.root,
        size: piece.size,
        rate: 1_000,
        slashFactor: 17,
        contentCid: "0x",
      };
      for (let left = deals; left > 0; left -= 100) {
        await openDeal(net, { periods: 30, pieces: Array(Math.min(100, left)).fill(terms) });
      }
      await proveUpTo(net, 3);
      await enterPeriod(net, 4);
      const seed = net.beacon.seed(await seedTime(net, 4), await evidence(net, 4), {
        gasLimit: 1_000_000,
      });
      record("capture", await gas(seed));
      const proof = await proofFor(net);
      record(`prove-${deals}`, await gas(net.market.prove(1n, 4n, proof, "0x", [])));
    });
  }

  it("of settling and withdrawing", async () => {
    const net = await freshMarket();
    // Both parties have money already, and the history of the second word is not needed.
    const first = await openDeal(net, { periods: 3, maxMisses: 2 });
    const ids: bigint[] = [];
    for (let i = 0; i < 52; i++) ids.push(await openDeal(net, { periods: 100, maxMisses: 3 }));
    await proveUpTo(net, 2);
    await enterPeriod(net, 4);
    await net.market.settle([first]);
    await proveUpTo(net, 33);
    const [missed, proven, ...rest] = ids as [bigint, bigint, ...bigint[]];
    await net.market.settle([missed, proven, ...rest]);
    await proveUpTo(net, 63);
    await enterPeriod(net, 64);
    record("settle-30", await gas(net.market.settle([proven])));
    await enterPeriod(net, 65);
    record("settle-miss", await gas(net.market.settle([missed])));
    record("settle-50-each", Math.round((await gas(net.market.settle(rest))) / rest.length));
    const { market, beneficiary, token } = net;
    await token.mint(beneficiary, 1n);
    record("withdraw-part", await gas(market.connect(beneficiary).withdraw(beneficiary, 1_000n)));
    record("withdraw", await gas(market.push(beneficiary)));
  });
});
