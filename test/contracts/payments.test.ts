import { expect } from "chai";
import { concat, MaxUint256, toBeHex, ZeroAddress } from "ethers";
import { authorizationOf } from "./support/authorization.ts";
import { COST, liveDeal } from "./support/deals.ts";
import {
  ALLOWANCE,
  BOND,
  bondedMarket,
  freshMarket,
  newOffer,
  type Offer,
  openDeal,
  sign,
  type TestMarket,
} from "./support/market.ts";
import { permitOf } from "./support/permit.ts";

const BY_BALANCE = { kind: 3, data: "0x" };

describe("payment by balance", () => {
  /** The client's deal was cancelled before its start: its price is a balance now. */
  async function withBalance(net: TestMarket) {
    await net.market.connect(net.client).cancel(await openDeal(net, { firstPeriod: 9 }));
    expect(await net.market.balanceOf(net.client)).to.equal(COST);
    return net;
  }

  it("opens out of the caller's own balance, without a token moving [OPEN-7]", async () => {
    const net = await withBalance(await freshMarket());
    const { market, client, token } = net;
    const signed = await sign(net, await newOffer(net));
    const act = market.connect(client).open([signed], BY_BALANCE, ZeroAddress, "0x");
    await expect(act).to.emit(market, "Spent").withArgs(client.address, COST);
    await expect(act).to.not.emit(token, "Transfer");
    expect(await market.balanceOf(client)).to.equal(0n);
  });

  it("refuses more than the balance, an empty one too [OPEN-7]", async () => {
    const net = await withBalance(await freshMarket());
    const { market, client, stranger } = net;
    const signed = await sign(net, await newOffer(net, { periods: 11 }));
    await expect(market.connect(client).open([signed], BY_BALANCE, ZeroAddress, "0x"))
      .to.be.revertedWithCustomError(market, "BalanceTooLow")
      .withArgs(client.address, 11_000n, COST);
    await expect(market.connect(stranger).stake(1n, 1n, BY_BALANCE))
      .to.be.revertedWithCustomError(market, "BalanceTooLow")
      .withArgs(stranger.address, 1n, 0n);
  });

  it("stakes, and pays the bond of a challenge [OPEN-7]", async () => {
    const net = await withBalance(await bondedMarket());
    const { market, client } = net;
    const deal = await liveDeal(net);
    await market.connect(client).stake(1n, 1_000n, BY_BALANCE);
    await market.connect(client).challenge(deal, 0n, BY_BALANCE);
    expect(await market.balanceOf(client)).to.equal(COST - 1_000n - BOND);
  });

  it("takes no data, and nothing for a stake of 0 [OPEN-7]", async () => {
    const { market, stranger } = await freshMarket();
    await market.connect(stranger).stake(1n, 0n, BY_BALANCE);
    await expect(market.connect(stranger).stake(1n, 0n, { kind: 3, data: "0x00" }))
      .to.be.revertedWithCustomError(market, "PaymentDataInvalid")
      .withArgs(3, 1n);
  });
});

describe("payment: a victim that is absent", () => {
  it("pays by no kind for an offer that a hostile provider signed in its name [OPEN-4] [OPEN-6] [OPEN-7]", async () => {
    const net = await freshMarket();
    const { market, client, stranger, token } = net;
    await market.connect(client).cancel(await openDeal(net, { firstPeriod: 9 }));
    const balance = await market.balanceOf(client);
    const tokens = await token.balanceOf(client);
    const signed = await sign(net, await newOffer(net));
    const permit = (await permitOf(net, client, MaxUint256)).payment;
    for (const payment of [ALLOWANCE, permit, BY_BALANCE]) {
      await expect(market.connect(stranger).open([signed], payment, stranger.address, "0x"))
        .to.be.revertedWithCustomError(market, "OfferNotForClient")
        .withArgs(0n, client.address, stranger.address);
    }
    for (const signer of [stranger, net.operator]) {
      const { payment } = await authorizationOf(net, {
        client: { address: client.address, signTypedData: signer.signTypedData.bind(signer) },
        offers: [signed.offer as Offer],
        value: COST,
      });
      await expect(
        market.connect(stranger).open([signed], payment, ZeroAddress, "0x"),
      ).to.be.revertedWithCustomError(token, "ERC3009InvalidSignature");
    }
    expect(await market.balanceOf(client)).to.equal(balance);
    expect(await token.balanceOf(client)).to.equal(tokens);
  });

  it("lends its permit to nobody: a permit of another leaves the caller's own allowance to decide [OPEN-4]", async () => {
    const net = await freshMarket();
    const { market, client, stranger, token } = net;
    const { payment } = await permitOf(net, client, COST);
    await expect(market.connect(stranger).stake(1n, COST, payment)).to.be.revertedWithCustomError(
      token,
      "ERC20InsufficientAllowance",
    );
  });

  for (const [what, spoil] of [
    [
      "expired",
      (data: string) => concat([data.slice(0, 66), toBeHex(1n, 32), `0x${data.slice(130)}`]),
    ],
    ["wrong", (data: string) => concat([data.slice(0, -2), "0x00"])],
  ] as const) {
    it(`a permit that is ${what} leaves the allowance to decide [OPEN-4]`, async () => {
      const net = await freshMarket();
      const { market, client, token } = net;
      const { payment } = await permitOf(net, client, COST);
      const spoilt = { kind: 1, data: spoil(payment.data) };
      await market.connect(client).stake(1n, COST, spoilt);
      await token.connect(client).approve(market, COST - 1n);
      await expect(market.connect(client).stake(1n, COST, spoilt)).to.be.revertedWithCustomError(
        token,
        "ERC20InsufficientAllowance",
      );
    });
  }
});
