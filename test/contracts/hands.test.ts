import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { balances, COST, expectConserved, liveDeal, pathOf, RATE, SLASH } from "./support/deals.ts";
import {
  ALLOWANCE,
  BOND,
  bondedMarket,
  enterPeriod,
  freshMarket,
  newPiece,
  openDeal,
  prove,
} from "./support/market.ts";

describe("transferDeal", () => {
  for (const by of ["owner", "beneficiary", "stranger"] as const) {
    it(`rejects the ${by}: it is the client's alone [HAND-1]`, async () => {
      const net = await freshMarket();
      const id = await openDeal(net);
      await expect(net.market.connect(net[by]).transferDeal(id, net.stranger))
        .to.be.revertedWithCustomError(net.market, "NotClient")
        .withArgs(id, net.client.address, net[by].address);
    });
  }

  it("rejects nobody and the market itself as new client [HAND-1]", async () => {
    const net = await freshMarket();
    const { market, client } = net;
    const id = await openDeal(net);
    for (const to of [ZeroAddress, await market.getAddress()]) {
      await expect(market.connect(client).transferDeal(id, to))
        .to.be.revertedWithCustomError(market, "AddressInvalid")
        .withArgs(to);
    }
  });

  it("rejects a deal that is over [HAND-1]", async () => {
    const net = await freshMarket();
    const id = await liveDeal(net, "11", { periods: 2 });
    await expect(net.market.connect(net.client).transferDeal(id, net.stranger))
      .to.be.revertedWithCustomError(net.market, "DealClosed")
      .withArgs(id);
  });

  it("settles to the old client, and gives the new one what comes later [HAND-1]", async () => {
    const net = await freshMarket();
    const { market, client, stranger } = net;
    const id = await liveDeal(net, "10");
    await expect(market.connect(client).transferDeal(id, stranger))
      .to.emit(market, "DealTransferred")
      .withArgs(id, client.address, stranger.address)
      .and.to.emit(market, "Settled")
      .withArgs(id, 4n, RATE)
      .and.to.emit(market, "Compensated")
      .withArgs(id, RATE, SLASH);
    expect((await market.dealOf(id)).client).to.equal(stranger.address);
    await enterPeriod(net, 5);
    await market.settle([id]);
    expect(await market.balanceOf(client)).to.equal(RATE + SLASH);
    expect(await market.balanceOf(stranger)).to.equal(8n * RATE + SLASH);
    await expectConserved(net);
  });

  it("gives the old client no power and the new one all of it [HAND-1]", async () => {
    const net = await freshMarket();
    const { market, client, stranger, owner } = net;
    const id = await liveDeal(net);
    await market.connect(client).transferDeal(id, stranger);
    for (const act of [
      market.connect(client).transferDeal(id, client),
      market.connect(client).challenge(id, 0, ALLOWANCE),
    ]) {
      await expect(act)
        .to.be.revertedWithCustomError(market, "NotClient")
        .withArgs(id, stranger.address, client.address);
    }
    await market.connect(stranger).challenge(id, 0, ALLOWANCE);
    await market.answer(id, await pathOf(net, id, 0));
    await market.connect(stranger).transferDeal(id, owner);
    expect((await market.dealOf(id)).client).to.equal(owner.address);
  });

  it("of the first deal of an offer moves no other one [HAND-1]", async () => {
    const net = await freshMarket();
    const { market, client, stranger } = net;
    const head = await openDeal(net, { pieces: [newPiece(net), newPiece(net)] });
    await market.connect(client).transferDeal(head, stranger);
    expect((await market.dealOf(head)).client).to.equal(stranger.address);
    expect((await market.dealOf(head + 1n)).client).to.equal(client.address);
    await market.connect(client).transferDeal(head + 1n, net.owner);
    expect((await market.dealOf(head)).client).to.equal(stranger.address);
  });
});

describe("assignPayee", () => {
  for (const by of ["operator", "beneficiary", "client", "stranger"] as const) {
    it(`rejects the ${by} the first time: it is the provider's owner's alone [HAND-2]`, async () => {
      const net = await freshMarket();
      const id = await openDeal(net);
      await expect(net.market.connect(net[by]).assignPayee(id, net[by]))
        .to.be.revertedWithCustomError(net.market, "NotOwner")
        .withArgs(1n, net.owner.address, net[by].address);
    });
  }

  it("rejects nobody and the market itself as payee, and a deal that is over [HAND-2]", async () => {
    const net = await freshMarket();
    const { market, owner } = net;
    const id = await liveDeal(net, "1", { periods: 2 });
    for (const to of [ZeroAddress, await market.getAddress()]) {
      await expect(market.connect(owner).assignPayee(id, to))
        .to.be.revertedWithCustomError(market, "AddressInvalid")
        .withArgs(to);
    }
    await enterPeriod(net, 4);
    await expect(market.connect(owner).assignPayee(id, owner))
      .to.be.revertedWithCustomError(market, "DealClosed")
      .withArgs(id);
  });

  it("pays what was earned until then to the old payee, what comes later to the new [HAND-2]", async () => {
    const net = await freshMarket();
    const { market, owner, stranger } = net;
    const id = await liveDeal(net, "1");
    await expect(market.connect(owner).assignPayee(id, stranger))
      .to.emit(market, "PayeeAssigned")
      .withArgs(id, stranger.address);
    await prove(net);
    await enterPeriod(net, 4);
    await market.settle([id]);
    expect((await balances(net)).payee).to.equal(RATE);
    expect(await market.balanceOf(stranger)).to.equal(RATE);
    expect((await market.dealOf(id)).payee).to.equal(stranger.address);
    await expectConserved(net);
  });

  it("is the payee's alone from then on; the first time counts as an act of the owner [HAND-2]", async () => {
    const net = await freshMarket();
    const { market, owner, stranger } = net;
    const id = await openDeal(net);
    const { version } = await market.providerOf(1n);
    await market.connect(owner).assignPayee(id, stranger);
    await expect(market.connect(owner).assignPayee(id, owner))
      .to.be.revertedWithCustomError(market, "NotPayee")
      .withArgs(id, stranger.address, owner.address);
    // To a contract as well.
    const contract = await net.beacon.getAddress();
    await market.connect(stranger).assignPayee(id, contract);
    expect((await market.dealOf(id)).payee).to.equal(contract);
    await expect(market.connect(stranger).assignPayee(id, stranger))
      .to.be.revertedWithCustomError(market, "NotPayee")
      .withArgs(id, contract, stranger.address);
    expect((await market.providerOf(1n)).version).to.equal(version + 1n);
  });

  it("is for one deal alone, the first of an offer too [HAND-2]", async () => {
    const net = await freshMarket();
    const { market, owner, beneficiary, stranger } = net;
    const head = await openDeal(net, { pieces: [newPiece(net), newPiece(net)] });
    await market.connect(owner).assignPayee(head, stranger);
    expect((await market.dealOf(head + 1n)).payee).to.equal(beneficiary.address);
  });

  it("keeps a deal apart from a new beneficiary, who receives what others have not settled [HAND-2]", async () => {
    const net = await freshMarket();
    const { market, owner, operator, beneficiary, stranger, client } = net;
    const assigned = await openDeal(net);
    const other = await openDeal(net);
    await market.connect(owner).assignPayee(assigned, stranger);
    await enterPeriod(net, 2);
    await prove(net);
    await enterPeriod(net, 3);
    await market.connect(owner).configure(1n, operator, client, 0n, "");
    await market.settle([assigned, other]);
    expect(await market.balanceOf(beneficiary)).to.equal(0n);
    expect(await market.balanceOf(client)).to.equal(RATE);
    expect(await market.balanceOf(stranger)).to.equal(RATE);
  });

  it("under a challenge moves all that waits since it began [HAND-2] [CHAL-4]", async () => {
    const net = await bondedMarket();
    const { market, owner, client, stranger } = net;
    const id = await liveDeal(net, "1");
    await market.connect(client).challenge(id, 0, ALLOWANCE);
    await prove(net);
    await enterPeriod(net, 4);
    await prove(net);
    await market.connect(owner).assignPayee(id, stranger);
    await enterPeriod(net, 5);
    await market.answer(id, await pathOf(net, id, 0));
    await market.settle([id]);
    expect((await balances(net)).payee).to.equal(RATE + BOND);
    expect(await market.balanceOf(stranger)).to.equal(2n * RATE);
    await expectConserved(net);
  });

  it("outlasts a sale of the provider: its new owner cannot take an assigned deal back [HAND-2]", async () => {
    const net = await freshMarket();
    const { market, owner, operator, beneficiary, stranger, client } = net;
    const [assigned, other] = [await openDeal(net), await openDeal(net)];
    await market.connect(owner).assignPayee(assigned, beneficiary);
    await market.connect(owner).stop(1n);
    await market.connect(owner).offerOwnership(1n, stranger);
    const { version } = await market.providerOf(1n);
    await market.connect(stranger).takeOwnership(1n, operator, stranger, 0n, version);
    await expect(market.connect(stranger).assignPayee(assigned, stranger))
      .to.be.revertedWithCustomError(market, "NotPayee")
      .withArgs(assigned, beneficiary.address, stranger.address);
    await market.connect(stranger).assignPayee(other, client);
    expect((await market.dealOf(assigned)).payee).to.equal(beneficiary.address);
    expect((await market.dealOf(assigned)).escrow).to.equal(COST);
  });
});
