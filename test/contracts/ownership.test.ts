import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { liveDeal, RATE, STAKE } from "./support/deals.ts";
import {
  ALLOWANCE,
  enterPeriod,
  freshMarket,
  newOffer,
  openDeal,
  sign,
  type TestMarket,
} from "./support/market.ts";

const MAX_LOCK = 2n ** 96n - 1n;

/** Provider 1 stopped and offered to the stranger; the buyer's call as of now. */
async function offered(net: TestMarket) {
  const { market, owner, stranger } = net;
  await market.connect(owner).stop(1n);
  await market.connect(owner).offerOwnership(1n, stranger);
  return taking(net);
}

async function taking(net: TestMarket) {
  const { version, free } = await net.market.providerOf(1n);
  return (changes: { leastFree?: bigint; version?: bigint; beneficiary?: string } = {}) =>
    net.market
      .connect(net.stranger)
      .takeOwnership(
        1n,
        net.client,
        changes.beneficiary ?? net.stranger.address,
        changes.leastFree ?? free,
        changes.version ?? version,
      );
}

describe("ownership: the two steps", () => {
  it("is offered by the owner alone [OWN-1]", async () => {
    const { market, operator, owner } = await freshMarket();
    await expect(market.connect(operator).offerOwnership(1n, operator))
      .to.be.revertedWithCustomError(market, "NotOwner")
      .withArgs(1n, owner.address, operator.address);
    await expect(market.connect(owner).offerOwnership(2n, operator))
      .to.be.revertedWithCustomError(market, "ProviderUnknown")
      .withArgs(2n);
  });

  it("changes nothing until it is taken, and shows who may take it [OWN-1]", async () => {
    const { market, owner, stranger } = await freshMarket();
    const before = await market.providerOf(1n);
    await expect(market.connect(owner).offerOwnership(1n, stranger))
      .to.emit(market, "OwnershipOffered")
      .withArgs(1n, stranger.address);
    const after = await market.providerOf(1n);
    expect(after.pendingOwner).to.equal(stranger.address);
    expect([after.owner, after.version]).to.deep.equal([before.owner, before.version]);
  });

  it("is taken by the pending owner alone [OWN-1]", async () => {
    const net = await freshMarket();
    await offered(net);
    for (const other of [net.owner, net.operator, net.client]) {
      await expect(net.market.connect(other).takeOwnership(1n, other, other, 0n, 0n))
        .to.be.revertedWithCustomError(net.market, "NotPendingOwner")
        .withArgs(1n, net.stranger.address, other.address);
    }
  });

  it("is not taken once the offer is withdrawn, or made to another [OWN-1]", async () => {
    const net = await freshMarket();
    const take = await offered(net);
    for (const to of [ZeroAddress, net.client.address]) {
      await net.market.connect(net.owner).offerOwnership(1n, to);
      await expect(take())
        .to.be.revertedWithCustomError(net.market, "NotPendingOwner")
        .withArgs(1n, to, net.stranger.address);
    }
  });

  it("is not taken of a provider that was never offered, or is unknown [OWN-1]", async () => {
    const net = await freshMarket();
    await expect((await taking(net))()).to.be.revertedWithCustomError(
      net.market,
      "NotPendingOwner",
    );
    await expect(
      net.market.connect(net.stranger).takeOwnership(2n, net.stranger, net.stranger, 0n, 0n),
    ).to.be.revertedWithCustomError(net.market, "ProviderUnknown");
  });

  it("gives the taker the keys that the taker named, no budget, all stake, and counts as an act [OWN-1]", async () => {
    const net = await freshMarket();
    const take = await offered(net);
    const before = await net.market.providerOf(1n);
    await expect(take())
      .to.emit(net.market, "OwnershipTaken")
      .withArgs(1n, net.stranger.address)
      .and.to.emit(net.market, "ProviderConfigured")
      .withArgs(1n, net.client.address, net.stranger.address, 0n, before.url);
    const after = await net.market.providerOf(1n);
    expect([after.owner, after.pendingOwner]).to.deep.equal([net.stranger.address, ZeroAddress]);
    expect([after.operator, after.beneficiary]).to.deep.equal([
      net.client.address,
      net.stranger.address,
    ]);
    expect([after.maxLock, after.free, after.version]).to.deep.equal([
      0n,
      before.free,
      before.version + 1n,
    ]);
  });

  it("is taken once [OWN-1]", async () => {
    const net = await freshMarket();
    const take = await offered(net);
    await take();
    await expect(take()).to.be.revertedWithCustomError(net.market, "NotPendingOwner");
  });

  it("refuses the zero address and the market itself as beneficiary [OWN-1]", async () => {
    const net = await freshMarket();
    const take = await offered(net);
    for (const beneficiary of [ZeroAddress, await net.market.getAddress()]) {
      await expect(take({ beneficiary }))
        .to.be.revertedWithCustomError(net.market, "AddressInvalid")
        .withArgs(beneficiary);
    }
  });
});

describe("ownership: nothing is emptied or poisoned in front of the taker", () => {
  const acts: [what: string, act: (net: TestMarket, deal: bigint) => Promise<unknown>][] = [
    [
      "configures it",
      ({ market, owner, operator }) => market.connect(owner).configure(1n, operator, owner, 0n, ""),
    ],
    ["withdraws stake", ({ market, owner }) => market.connect(owner).unstake(1n, 1n)],
    [
      "gives a period up",
      async ({ market, owner }) => market.connect(owner).giveUp(1n, await market.period()),
    ],
    [
      "assigns a payee",
      ({ market, owner, client }, deal) => market.connect(owner).assignPayee(deal, client),
    ],
    ["abandons a deal", ({ market, owner }, deal) => market.connect(owner).abandon(deal)],
  ];
  for (const [what, act] of acts) {
    it(`is not taken after the owner ${what} [OWN-1]`, async () => {
      const net = await freshMarket();
      const deal = await liveDeal(net);
      const take = await offered(net);
      const { version } = await net.market.providerOf(1n);
      await act(net, deal);
      await expect(take({ leastFree: 0n }))
        .to.be.revertedWithCustomError(net.market, "VersionChanged")
        .withArgs(1n, version, version + 1n);
    });
  }

  it("is not taken while the operator can lock stake [OWN-1]", async () => {
    const net = await freshMarket();
    const { market, owner, stranger } = net;
    await market.connect(owner).offerOwnership(1n, stranger);
    await expect((await taking(net))())
      .to.be.revertedWithCustomError(market, "OperatorNotStopped")
      .withArgs(1n, MAX_LOCK);
  });

  it("is not taken with less free stake than the taker asks for [OWN-1]", async () => {
    const net = await freshMarket();
    const take = await offered(net);
    await expect(take({ leastFree: STAKE + 1n }))
      .to.be.revertedWithCustomError(net.market, "FreeStakeTooLow")
      .withArgs(1n, STAKE + 1n, STAKE);
    await take({ leastFree: STAKE });
  });

  it("is not held up by the operator, by stake of others, or by what clients do [OWN-1]", async () => {
    const net = await freshMarket();
    const { market, operator, client, owner } = net;
    const deal = await openDeal(net, { firstPeriod: 9 });
    const take = await offered(net);
    await market.connect(operator).stop(1n);
    await market.connect(operator).voidNonces(1n, 9n, 1n);
    await market.connect(operator).registerLike(1n, 4n);
    await market.connect(client).stake(1n, 5n, ALLOWANCE);
    await market.connect(client).cancel(deal);
    await take();
    expect((await market.providerOf(1n)).owner).to.not.equal(owner.address);
  });

  it("brings no offer of the old operator to life, also after the new owner starts [OWN-1]", async () => {
    const net = await freshMarket();
    const signed = await sign(net, await newOffer(net));
    const take = await offered(net);
    await take();
    await net.market.connect(net.stranger).configure(1n, net.client, net.stranger, MAX_LOCK, "");
    await expect(net.market.connect(net.client).open([signed], ALLOWANCE, ZeroAddress, "0x"))
      .to.be.revertedWithCustomError(net.market, "OfferSignatureInvalid")
      .withArgs(0n, net.client.address);
  });
});

describe("ownership: afterwards", () => {
  it("leaves the old owner and the old operator without any power [OWN-1]", async () => {
    const net = await freshMarket();
    const deal = await liveDeal(net);
    const take = await offered(net);
    await take();
    const { market, owner, operator } = net;
    const old = market.connect(owner);
    const p = await market.period();
    const refused = [
      () => old.configure(1n, owner, owner, 1n, ""),
      () => old.offerOwnership(1n, owner),
      () => old.unstake(1n, 1n),
      () => old.giveUp(1n, p),
      () => old.abandon(deal),
      () => old.assignPayee(deal, owner),
    ];
    for (const act of refused) {
      await expect(act())
        .to.be.revertedWithCustomError(market, "NotOwner")
        .withArgs(1n, net.stranger.address, owner.address);
    }
    for (const act of [
      () => market.connect(operator).stop(1n),
      () => old.stop(1n),
      () => old.voidNonces(1n, 0n, 1n),
      () => old.registerLike(1n, 4n),
    ]) {
      await expect(act()).to.be.revertedWithCustomError(market, "NotOwnerOrOperator");
    }
  });

  it("gives income that was not settled yet to the new beneficiary [OWN-1]", async () => {
    const net = await freshMarket();
    const deal = await liveDeal(net, "11");
    const take = await offered(net);
    await take();
    await net.market.settle([deal]);
    expect(await net.market.balanceOf(net.stranger)).to.equal(2n * RATE);
    expect(await net.market.balanceOf(net.beneficiary)).to.equal(0n);
  });

  it("leaves income that was settled, and what is assigned, where they were [OWN-1]", async () => {
    const net = await freshMarket();
    const deal = await liveDeal(net, "1");
    await net.market.settle([deal]);
    await net.market.connect(net.owner).assignPayee(deal, net.client);
    const take = await offered(net);
    await take();
    await enterPeriod(net, 4);
    await net.market.settle([deal]);
    expect(await net.market.balanceOf(net.beneficiary)).to.equal(RATE);
    expect((await net.market.dealOf(deal)).payee).to.equal(net.client.address);
  });

  it("moves free stake to the new owner alone, also what deals unlock later [OWN-1]", async () => {
    const net = await freshMarket();
    const deal = await openDeal(net, { firstPeriod: 9 });
    const take = await offered(net);
    await take();
    await net.market.connect(net.client).cancel(deal);
    await net.market.connect(net.stranger).unstake(1n, STAKE);
    expect(await net.market.balanceOf(net.stranger)).to.equal(STAKE);
    expect(await net.market.balanceOf(net.owner)).to.equal(0n);
  });
});
