import { expect } from "chai";
import { ZeroAddress } from "ethers";
import type { BlocklistToken } from "../../sdk/src/typechain/index.ts";
import { deployMarket, freshMarket, type TestMarket } from "./support/market.ts";

const AMOUNT = 1_000n;

/** The owner has a balance, out of its stake. */
async function funded(net: TestMarket) {
  await net.market.connect(net.owner).unstake(1n, AMOUNT);
  return net;
}

describe("keepBalance", () => {
  it("keeps others, and the account itself, from pushing the balance [KEEP-1]", async () => {
    const { market, owner, stranger } = await funded(await freshMarket());
    await expect(market.connect(owner).keepBalance(true))
      .to.emit(market, "BalanceKeeping")
      .withArgs(owner.address, true);
    expect(await market.keepsBalance(owner)).to.equal(true);
    for (const caller of [owner, stranger]) {
      await expect(market.connect(caller).push(owner))
        .to.be.revertedWithCustomError(market, "BalanceKept")
        .withArgs(owner.address);
    }
    expect(await market.balanceOf(owner)).to.equal(AMOUNT);
  });

  it("keeps nobody from withdrawing, nor other accounts from being pushed to [KEEP-1]", async () => {
    const { market, owner, stranger, token } = await funded(await freshMarket());
    await market.connect(stranger).keepBalance(true);
    await market.connect(owner).keepBalance(true);
    await market.connect(owner).withdraw(stranger, 1n);
    expect(await token.balanceOf(stranger)).to.equal(1n);
    await market.connect(owner).keepBalance(false);
    await market.connect(stranger).push(owner);
    expect(await market.balanceOf(owner)).to.equal(0n);
  });
});

describe("withdraw and push: where money may go", () => {
  it("refuses the market and the zero address, for nothing too, and leaves the balance [PAY-6]", async () => {
    const { market, owner } = await funded(await freshMarket());
    for (const to of [ZeroAddress, await market.getAddress()]) {
      for (const amount of [0n, AMOUNT]) {
        await expect(market.connect(owner).withdraw(to, amount))
          .to.be.revertedWithCustomError(market, "AddressInvalid")
          .withArgs(to);
      }
    }
    expect(await market.balanceOf(owner)).to.equal(AMOUNT);
  });

  it("moves nothing and calls nobody for an amount of 0 and an empty balance [PAY-6]", async () => {
    const { market, owner, stranger, token } = await funded(await freshMarket());
    for (const act of [
      () => market.connect(owner).withdraw(stranger, 0n),
      () => market.push(stranger),
    ]) {
      await expect(act()).to.not.emit(token, "Transfer");
    }
  });

  it("keeps the balance of an account that the token has blocked; it withdraws to another [PAY-6]", async () => {
    const net = await funded(await deployMarket({}, "BlocklistToken"));
    const { market, owner, stranger } = net;
    const token = net.token as unknown as BlocklistToken;
    await token.setBlocked(owner, true);
    for (const act of [
      () => market.connect(stranger).push(owner),
      () => market.connect(owner).withdraw(owner, AMOUNT),
    ]) {
      await expect(act()).to.be.revertedWithCustomError(token, "Blocked").withArgs(owner.address);
    }
    expect(await market.balanceOf(owner)).to.equal(AMOUNT);
    await market.connect(owner).withdraw(stranger, AMOUNT);
    expect(await token.balanceOf(stranger)).to.equal(AMOUNT);
  });
});
