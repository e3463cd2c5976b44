import { expect } from "chai";
import {
  AbiCoder,
  dataLength,
  dataSlice,
  keccak256,
  MaxUint256,
  Signature,
  Wallet,
  ZeroAddress,
  ZeroHash,
} from "ethers";
import type { UpgradingToken } from "../../sdk/src/typechain/index.ts";
import { authorizationOf, type Purchase } from "./support/authorization.ts";
import { COST, liveDeal } from "./support/deals.ts";
import {
  bondedMarket,
  deployMarket,
  freshMarket,
  newOffer,
  type Offer,
  sign,
  type TestMarket,
} from "./support/market.ts";

const MANIFEST = "0x0102";

/** A client with tokens for two deals, and nothing else: no gas, no allowance. */
async function withPurchase(market = freshMarket) {
  const net = await market();
  const client = new Wallet(keccak256("0x3009"), net.ethers.provider);
  await net.token.mint(client, 2n * COST);
  const offers = [
    await newOffer(net, { client: client.address }),
    await newOffer(net, { client: client.address }),
  ];
  return { net, client, offers, value: 2n * COST };
}

async function send(
  net: TestMarket,
  data: string,
  offers: Offer[],
  owner: string,
  manifest = "0x",
) {
  const signed = await Promise.all(offers.map((offer) => sign(net, offer)));
  return net.market.connect(net.stranger).open(signed, { kind: 2, data }, owner, manifest);
}

describe("payment by authorization", () => {
  it("opens for a client without gas or allowance, sent by a relayer [OPEN-6]", async () => {
    const { net, client, offers, value } = await withPurchase();
    const { payment } = await authorizationOf(net, { client, offers, value, manifest: MANIFEST });
    await send(net, payment.data, offers, ZeroAddress, MANIFEST);
    expect(await net.token.balanceOf(client)).to.equal(0n);
    expect((await net.market.dealOf(2n)).client).to.equal(client.address);
  });

  it("commits to the owner as resolved: zero is the client [OPEN-6]", async () => {
    const { net, client, offers, value } = await withPurchase();
    const { payment } = await authorizationOf(net, { client, offers, value });
    await send(net, payment.data, offers, client.address);
  });

  const swaps: [what: string, change: (p: Purchase, net: TestMarket) => Partial<Purchase>][] = [
    ["another manifest", () => ({ manifest: "0x0103" })],
    ["no manifest", () => ({ manifest: "0x" })],
    ["another owner", (_, net) => ({ owner: net.stranger.address })],
    ["another salt", () => ({ salt: keccak256("0x01") })],
    ["another chain", () => ({ chainId: 1n })],
    ["another market", (_, net) => ({ market: net.owner.address })],
    ["the offers in another order", ({ offers }) => ({ offers: [...offers].reverse() })],
    ["the first offer alone", ({ offers }) => ({ offers: offers.slice(0, 1) })],
    ["another offer", ({ offers: [a, b] }) => ({ offers: [a, { ...b, notice: 4 }] as Offer[] })],
    ["another price", ({ value }) => ({ value: value + 1n })],
  ];
  for (const [what, change] of swaps) {
    it(`does not pay when the client has signed for ${what} [OPEN-6]`, async () => {
      const { net, client, offers, value } = await withPurchase();
      const purchase = { client, offers, value, manifest: MANIFEST };
      const other = await authorizationOf(net, { ...purchase, ...change(purchase, net) });
      const { payment } = await authorizationOf(net, purchase);
      const coder = net.ethers.AbiCoder.defaultAbiCoder();
      const data = coder.encode(
        ["uint256", "uint256", "bytes32", "bytes"],
        [0n, MaxUint256, ZeroHash, other.signature],
      );
      await expect(send(net, data, offers, ZeroAddress, MANIFEST)).to.be.revertedWithCustomError(
        net.token,
        "ERC3009InvalidSignature",
      );
      await send(net, payment.data, offers, ZeroAddress, MANIFEST);
    });
  }

  it("refuses a token that delivers less than was signed for [OPEN-6]", async () => {
    const { net, client, offers, value } = await withPurchase(() =>
      deployMarket({}, "UpgradingToken"),
    );
    await (net.token as unknown as UpgradingToken).upgrade();
    const { payment } = await authorizationOf(net, { client, offers, value });
    await expect(send(net, payment.data, offers, ZeroAddress))
      .to.be.revertedWithCustomError(net.market, "TokenNotExact")
      .withArgs(value, (value * 99n) / 100n);
    expect(await net.token.balanceOf(client)).to.equal(value);
  });

  it("does not pay before its time, nor after [OPEN-6]", async () => {
    const { net, client, offers, value } = await withPurchase();
    const now = BigInt(await net.helpers.time.latest());
    for (const time of [{ validAfter: now + 999n }, { validBefore: now }]) {
      const { payment } = await authorizationOf(net, { client, offers, value, ...time });
      await expect(send(net, payment.data, offers, ZeroAddress)).to.be.revertedWithCustomError(
        net.token,
        "ERC3009InvalidAuthorizationTime",
      );
    }
  });

  it("does not pay when the client has cancelled it [OPEN-6]", async () => {
    const { net, client, offers, value } = await withPurchase();
    const { payment, message } = await authorizationOf(net, { client, offers, value });
    const [, name, version, chainId, verifyingContract] = await net.token.eip712Domain();
    const cancel = { authorizer: client.address, nonce: message.nonce };
    const signature = await client.signTypedData(
      { name, version, chainId, verifyingContract },
      {
        CancelAuthorization: [
          { name: "authorizer", type: "address" },
          { name: "nonce", type: "bytes32" },
        ],
      },
      cancel,
    );
    const { v, r, s } = Signature.from(signature);
    await net.token.cancelAuthorization(client, message.nonce, v, r, s);
    await expect(send(net, payment.data, offers, ZeroAddress))
      .to.be.revertedWithCustomError(net.token, "ERC3009UsedAuthorization")
      .withArgs(client.address, message.nonce);
  });

  it("moves no money for an observer but with the very deal that the client signed for [OPEN-6]", async () => {
    const { net, client, offers, value } = await withPurchase();
    const { token, market, stranger } = net;
    const { payment, message, signature } = await authorizationOf(net, { client, offers, value });
    const { from, to, validAfter, validBefore, nonce } = message;
    const taken = token
      .connect(stranger)
      ["receiveWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes)"](
        from,
        to,
        value,
        validAfter,
        validBefore,
        nonce,
        signature,
      );
    await expect(taken).to.be.revertedWithCustomError(token, "ERC20InvalidReceiver");
    const { v, r, s } = Signature.from(signature);
    await expect(
      token.transferWithAuthorization(from, to, value, validAfter, validBefore, nonce, v, r, s),
    ).to.be.revertedWithCustomError(token, "ERC3009InvalidSignature");
    await expect(market.connect(stranger).stake(1n, value, payment))
      .to.be.revertedWithCustomError(market, "PaymentKindUnknown")
      .withArgs(2);
    const hostile = [await newOffer(net, { client: client.address, periods: 20 })];
    await expect(send(net, payment.data, hostile, ZeroAddress)).to.be.revertedWithCustomError(
      token,
      "ERC3009InvalidSignature",
    );
    expect(await token.balanceOf(client)).to.equal(value);
    await send(net, payment.data, offers, ZeroAddress);
    await expect(send(net, payment.data, offers, ZeroAddress)).to.be.revertedWithCustomError(
      market,
      "OfferNonceUsed",
    );
  });

  it("refuses offers of two clients, whichever comes first [OPEN-6]", async () => {
    const { net, client, offers, value } = await withPurchase();
    const [first] = offers as [Offer];
    const mixed = [first, await newOffer(net, { client: net.owner.address })];
    const { payment } = await authorizationOf(net, { client, offers: mixed, value });
    await expect(send(net, payment.data, mixed, ZeroAddress))
      .to.be.revertedWithCustomError(net.market, "OfferNotForClient")
      .withArgs(1n, net.owner.address, client.address);
    await expect(send(net, payment.data, mixed.reverse(), ZeroAddress))
      .to.be.revertedWithCustomError(net.market, "OfferNotForClient")
      .withArgs(1n, client.address, net.owner.address);
  });

  it("refuses the zero address and the market as the client [OPEN-6]", async () => {
    const { net } = await withPurchase();
    for (const client of [ZeroAddress, await net.market.getAddress()]) {
      const offers = [await newOffer(net, { client })];
      await expect(send(net, "0x", offers, ZeroAddress))
        .to.be.revertedWithCustomError(net.market, "AddressInvalid")
        .withArgs(client);
    }
  });

  it("opens for a contract wallet by its own word [OPEN-6]", async () => {
    const net = await freshMarket();
    const key = Wallet.createRandom();
    const wallet = await net.ethers.deployContract("KeyWallet", [key.address]);
    const address = await wallet.getAddress();
    await net.token.mint(address, COST);
    const offers = [await newOffer(net, { client: address })];
    const client = { address, signTypedData: key.signTypedData.bind(key) };
    const { payment } = await authorizationOf(net, { client, offers, value: COST });
    await send(net, payment.data, offers, ZeroAddress);
    expect((await net.market.dealOf(1n)).client).to.equal(address);
  });

  it("needs data as long as an authorization with an empty signature [OPEN-6]", async () => {
    const { net, offers } = await withPurchase();
    const shortest = AbiCoder.defaultAbiCoder().encode(
      ["uint256", "uint256", "bytes32", "bytes"],
      [0n, MaxUint256, ZeroHash, "0x"],
    );
    const cut = dataSlice(shortest, 0, 159);
    for (const data of ["0x", cut]) {
      await expect(send(net, data, offers, ZeroAddress))
        .to.be.revertedWithCustomError(net.market, "PaymentDataInvalid")
        .withArgs(2, dataLength(data));
    }
    await expect(send(net, shortest, offers, ZeroAddress)).to.be.revertedWithCustomError(
      net.token,
      "ERC3009InvalidSignature",
    );
  });

  it("is for opening alone: a stake and a bond refuse it by name [OPEN-6]", async () => {
    const net = await bondedMarket();
    const { market, client } = net;
    const deal = await liveDeal(net);
    const payment = { kind: 2, data: "0x" };
    for (const act of [
      () => market.connect(client).stake(1n, 1n, payment),
      () => market.connect(client).challenge(deal, 0n, payment),
    ]) {
      await expect(act()).to.be.revertedWithCustomError(market, "PaymentKindUnknown").withArgs(2);
    }
  });
});
