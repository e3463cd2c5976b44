import { expect } from "chai";
import { keccak256, Wallet, ZeroAddress } from "ethers";
import { deployMarket, freshMarket, newOffer, sign, type TestMarket } from "./support/market.ts";
import { permitOf } from "./support/permit.ts";

const COST = 10_000n;

describe("open: payment", () => {
  async function newPayer(net: TestMarket) {
    const wallet = new Wallet(keccak256("0x77"), net.ethers.provider);
    await net.helpers.setBalance(wallet.address, 10n ** 18n);
    await net.token.mint(wallet, COST);
    return { wallet, signed: await sign(net, await newOffer(net, { client: wallet.address })) };
  }

  it("takes a permit in the same transaction [OPEN-4]", async () => {
    const net = await freshMarket();
    const { wallet, signed } = await newPayer(net);
    const { payment } = await permitOf(net, wallet, COST);
    await net.market.connect(wallet).open([signed], payment, ZeroAddress, "0x");
    expect(await net.token.balanceOf(wallet)).to.equal(0n);
  });

  it("does not mind when somebody sent the permit first [OPEN-4]", async () => {
    const net = await freshMarket();
    const { wallet, signed } = await newPayer(net);
    const { payment, send } = await permitOf(net, wallet, COST);
    await send();
    await net.market.connect(wallet).open([signed], payment, ZeroAddress, "0x");
  });

  it("fails with the token's reason when neither permit nor allowance suffice [OPEN-4]", async () => {
    const net = await freshMarket();
    const { wallet, signed } = await newPayer(net);
    const { payment } = await permitOf(net, wallet, COST - 1n);
    await expect(
      net.market.connect(wallet).open([signed], payment, ZeroAddress, "0x"),
    ).to.be.revertedWithCustomError(net.token, "ERC20InsufficientAllowance");
  });

  for (const kind of [4, 255]) {
    it(`refuses payment kind ${kind} by name [OPEN-4]`, async () => {
      const net = await freshMarket();
      const signed = await sign(net, await newOffer(net));
      await expect(
        net.market.connect(net.client).open([signed], { kind, data: "0x" }, ZeroAddress, "0x"),
      )
        .to.be.revertedWithCustomError(net.market, "PaymentKindUnknown")
        .withArgs(kind);
    });
  }

  for (const [kind, data] of [
    [0, "0x00"],
    [1, "0x"],
  ] as const) {
    it(`refuses payment kind ${kind} with data of ${(data.length - 2) / 2} bytes [OPEN-4]`, async () => {
      const net = await freshMarket();
      const signed = await sign(net, await newOffer(net));
      await expect(
        net.market.connect(net.client).open([signed], { kind, data }, ZeroAddress, "0x"),
      ).to.be.revertedWithCustomError(net.market, "PaymentDataInvalid");
    });
  }

  it("refuses a token that takes a fee [OPEN-4]", async () => {
    const failure = await deployMarket({}, "FeeToken").catch(String);
    expect(failure).to.include("TokenNotExact(1000000000, 999000000)");
  });
});
