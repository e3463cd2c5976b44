import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { live, RATE } from "./support/deals.ts";
import { freshMarket, openDeal } from "./support/market.ts";

describe("withdraw and push", () => {
  async function earned() {
    const net = await freshMarket();
    const id = await openDeal(net);
    await live(net, "11");
    await net.market.settle([id]);
    return net;
  }

  it("rejects more than the balance and the zero address [PAY-6]", async () => {
    const { market, beneficiary } = await earned();
    await expect(market.connect(beneficiary).withdraw(beneficiary, 2n * RATE + 1n))
      .to.be.revertedWithCustomError(market, "BalanceTooLow")
      .withArgs(beneficiary.address, 2n * RATE + 1n, 2n * RATE);
    await expect(
      market.connect(beneficiary).withdraw(ZeroAddress, 1n),
    ).to.be.revertedWithCustomError(market, "AddressInvalid");
  });

  it("sends a part of the balance to any address [PAY-6]", async () => {
    const { market, beneficiary, token } = await earned();
    const to = "0x00000000000000000000000000000000000000A1";
    await expect(market.connect(beneficiary).withdraw(to, 5n))
      .to.emit(market, "Withdrawn")
      .withArgs(beneficiary.address, to, 5n);
    expect(await token.balanceOf(to)).to.equal(5n);
    expect(await market.balanceOf(beneficiary)).to.equal(2n * RATE - 5n);
  });

  it("pushes the whole balance to the account itself, by anyone, once [PAY-6]", async () => {
    const { market, beneficiary, stranger, token } = await earned();
    await market.connect(stranger).push(beneficiary);
    await expect(market.connect(stranger).push(beneficiary)).to.not.emit(market, "Withdrawn");
    expect(await token.balanceOf(beneficiary)).to.equal(2n * RATE);
    expect(await market.balanceOf(beneficiary)).to.equal(0n);
  });
});
