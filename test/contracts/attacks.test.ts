import { anyValue } from "@nomicfoundation/hardhat-ethers-chai-matchers/withArgs";
import { expect } from "chai";
import { concat, dataSlice, getBytes, getCreateAddress, MaxUint256, sha256 } from "ethers";
import type { LibraryHarness } from "../../sdk/src/typechain/index.ts";
import { COLLATERAL, COST, live, liveDeal, pathOf, RATE, SLASH, STAKE } from "./support/deals.ts";
import {
  ALLOWANCE,
  enterPeriod,
  evidence,
  freshMarket,
  newPiece,
  openDeal,
  proofFor,
  prove,
  registerProvider,
  seedTime,
  type TestMarket,
} from "./support/market.ts";

// Attacks that go through several rules at once; docs/attacks.md has all of them, and which tests hold them off.
describe("a provider that has lost what it stores", () => {
  it("gains nothing by keeping the seed to itself: the period is missed, and stays so [TIME-2] [PAY-2]", async () => {
    const net = await freshMarket();
    const { market, beacon, client } = net;
    const id = await liveDeal(net);
    const late = await evidence(net, 2);
    await enterPeriod(net, 3);
    await market.settle([id]);
    expect((await market.dealOf(id)).missed).to.equal(1n);

    await beacon.seed(await seedTime(net, 2), late);
    await expect(market.prove(1n, 2n, "0x", "0x", []))
      .to.be.revertedWithCustomError(market, "PeriodNotCurrent")
      .withArgs(2n, 3n);
    await market.settle([id]);
    expect((await market.dealOf(id)).missed).to.equal(1n);
    expect(await market.balanceOf(client)).to.equal(RATE + SLASH);
  });

  it("cannot hide it behind deals that are over: each draw is of what is live [DRAW-1]", async () => {
    const net = await freshMarket();
    const piece = newPiece(net, 20_000);
    const lost = await openDeal(net, { pieces: [piece] });
    const dummies = Array.from({ length: 30 }, () => newPiece(net));
    await openDeal(net, { pieces: dummies, periods: 1, maxMisses: 0 });
    await live(net, "1");
    expect((await net.market.providerOf(1n)).listed).to.equal(31n);
    // All it has left in its place are other bytes.
    const other = net.pieces.get(String(newPiece(net, 20_000).root));
    if (!other) throw new Error("the test has no other piece");
    net.pieces.set(String(piece.root), other);
    await expect(prove(net))
      .to.be.revertedWithCustomError(net.market, "ProofInvalid")
      .withArgs(lost, anyValue);
  });

  it("cannot show yesterday's proof again [DRAW-1] [PROOF-2]", async () => {
    const net = await freshMarket();
    await openDeal(net, { pieces: [newPiece(net, 20_000)] });
    await enterPeriod(net, 2);
    const shown = await proofFor(net);
    await prove(net);
    await enterPeriod(net, 3);
    await expect(
      net.market.prove(1n, 3n, shown, await evidence(net, 3), []),
    ).to.be.revertedWithCustomError(net.market, "ProofInvalid");
  });

  it("cannot show a proof from another market on the same beacon [DRAW-1]", async () => {
    const net = await freshMarket();
    const other = await marketBeside(net);
    const pieces = [newPiece(net, 20_000)];
    for (const each of [net, other]) await openDeal(each, { pieces });
    await enterPeriod(net, 2);
    const shown = await proofFor(net);
    await prove(net);
    await expect(other.market.prove(1n, 2n, shown, "0x", [])).to.be.revertedWithCustomError(
      other.market,
      "ProofInvalid",
    );
    await prove(other);
  });

  it("cannot show an inner node for a leaf, though its path leads to the root [PROOF-1] [CHAL-2]", async () => {
    const net = await freshMarket();
    const { market, client } = net;
    const id = await liveDeal(net);
    await market.connect(client).challenge(id, 0, ALLOWANCE);
    const path = await pathOf(net, id, 0);
    const node = getBytes(sha256(dataSlice(path, 0, 64)));
    node[31] = Number(node[31]) & 0x3f;
    const shorter = concat([node, dataSlice(path, 64)]);
    const harness = (await net.ethers.deployContract(
      "LibraryHarness",
    )) as unknown as LibraryHarness;
    expect(await harness.rootOf(shorter, 0)).to.equal((await market.dealOf(id)).root);

    const length = BigInt(getBytes(path).length);
    await expect(market.answer(id, shorter))
      .to.be.revertedWithCustomError(market, "ProofLengthInvalid")
      .withArgs(length, length - 32n);
    await market.answer(id, path);
  });

  it("gains nothing as its own client: it gets back what it put in, and no other stake [PAY-2] [PAY-5]", async () => {
    const net = await freshMarket();
    const { market, client, owner, token } = net;
    await registerProvider(net);
    const before = await token.balanceOf(client);
    const id = await openDeal(net, { provider: 2 });
    await live(net, "00");
    await market.settle([id]);
    expect((await market.dealOf(id)).forfeited).to.equal(true);
    expect(await market.balanceOf(client)).to.equal(COST + COLLATERAL);
    await market.push(client);
    expect(await token.balanceOf(client)).to.equal(before + COLLATERAL);
    expect((await market.providerOf(2n)).free).to.equal(STAKE - COLLATERAL);
    expect((await market.providerOf(1n)).free).to.equal(STAKE);
    await expect(market.connect(owner).unstake(2n, STAKE)).to.be.revertedWithCustomError(
      market,
      "FreeStakeTooLow",
    );
  });
});

describe("the market's extension, called by itself", () => {
  it("has no providers and takes none, and no money", async () => {
    const net = await freshMarket();
    const { market, owner, operator } = net;
    const address = getCreateAddress({ from: await market.getAddress(), nonce: 1 });
    expect(await net.ethers.provider.getCode(address)).to.not.equal("0x");
    const extension = market.attach(address).connect(owner) as typeof market;
    await expect(extension.register(operator, owner, 1, 0, "")).to.be.revertedWithPanic(0x11);
    for (const act of [
      extension.stake(1n, 1n, ALLOWANCE),
      extension.stake(2n ** 32n - 1n, 1n, ALLOWANCE),
      extension.configure(1n, operator, owner, 0, ""),
    ]) {
      await expect(act).to.be.revertedWithCustomError(market, "ProviderUnknown");
    }
  });
});

/** A market of the same parameters, with a provider of the same id. */
async function marketBeside(net: TestMarket): Promise<TestMarket> {
  const { ethers, client, owner, token } = net;
  const parameters = [...(await net.market.parameters())];
  const deployed = await ethers.deployContract("StorageMarket", [parameters]);
  const market = deployed as unknown as TestMarket["market"];
  for (const account of [client, owner]) await token.connect(account).approve(market, MaxUint256);
  await registerProvider({ ...net, market });
  return { ...net, market };
}
