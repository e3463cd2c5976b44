import { expect } from "chai";
import { expectConserved, liveDeal, RATE, SLASH } from "./support/deals.ts";
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
import { permitOf } from "./support/permit.ts";

const BALANCE = { kind: 3, data: "0x" };

describe("challenge", () => {
  for (const by of ["owner", "operator", "beneficiary", "stranger"] as const) {
    it(`rejects the ${by}: it is the client's alone [CHAL-1]`, async () => {
      const net = await bondedMarket();
      const id = await liveDeal(net);
      await expect(net.market.connect(net[by]).challenge(id, 0, ALLOWANCE))
        .to.be.revertedWithCustomError(net.market, "NotClient")
        .withArgs(id, net.client.address, net[by].address);
    });
  }

  it("rejects a deal that is not live yet [CHAL-1]", async () => {
    const net = await bondedMarket();
    const { market, client } = net;
    const id = await openDeal(net);
    await expect(market.connect(client).challenge(id, 0, ALLOWANCE))
      .to.be.revertedWithCustomError(market, "NotLive")
      .withArgs(id, 2n, 12n, 1n);
    await enterPeriod(net, 2);
    await market.connect(client).challenge(id, 0, ALLOWANCE);
  });

  for (const [what, history] of [
    ["has ended", "11"],
    ["is in default", "00"],
  ] as const) {
    it(`finds by settling that a deal ${what}, and rejects it [CHAL-1]`, async () => {
      const net = await bondedMarket();
      const id = await liveDeal(net, history, { periods: 2 });
      await expect(net.market.connect(net.client).challenge(id, 0, ALLOWANCE))
        .to.be.revertedWithCustomError(net.market, "DealClosed")
        .withArgs(id);
    });
  }

  it("rejects a deal that was abandoned in this period [CHAL-1]", async () => {
    const net = await bondedMarket();
    const id = await liveDeal(net);
    await net.market.connect(net.owner).abandon(id);
    await expect(net.market.connect(net.client).challenge(id, 0, ALLOWANCE))
      .to.be.revertedWithCustomError(net.market, "DealForfeited")
      .withArgs(id);
  });

  it("names a leaf that holds data, and none of the padding [CHAL-1]", async () => {
    const net = await bondedMarket();
    const { market, client } = net;
    // 29 leaves in a tree of 32.
    const id = await liveDeal(net, "", { pieces: [newPiece(net, 900)] });
    for (const leaf of [29n, 31n, 2n ** 64n - 1n]) {
      await expect(market.connect(client).challenge(id, leaf, ALLOWANCE))
        .to.be.revertedWithCustomError(market, "LeafInvalid")
        .withArgs(id, leaf, 29n);
    }
    await expect(market.connect(client).challenge(id, 28n, ALLOWANCE))
      .to.emit(market, "Challenged")
      .withArgs(id, 28n, 2n);
    const deal = await market.dealOf(id);
    expect([deal.challengedLeaf, deal.challengedAt]).to.deep.equal([28n, 2n]);
  });

  it("is one at a time, of each deal apart [CHAL-1]", async () => {
    const net = await bondedMarket();
    const { market, client } = net;
    const first = await openDeal(net, { pieces: [newPiece(net), newPiece(net)] });
    await enterPeriod(net, 2);
    await market.connect(client).challenge(first, 0, ALLOWANCE);
    await expect(market.connect(client).challenge(first, 1, ALLOWANCE))
      .to.be.revertedWithCustomError(market, "ChallengeOpen")
      .withArgs(first);
    await market.connect(client).challenge(first + 1n, 1, ALLOWANCE);
    expect((await market.dealOf(first)).challengedLeaf).to.equal(0n);
    expect((await market.dealOf(first + 1n)).challengedLeaf).to.equal(1n);
    await expectConserved(net);
  });

  it("settles the closed periods before it [CHAL-1]", async () => {
    const net = await bondedMarket();
    const { market, client, beneficiary } = net;
    const id = await liveDeal(net, "10");
    await expect(market.connect(client).challenge(id, 0, ALLOWANCE))
      .to.emit(market, "Settled")
      .withArgs(id, 4n, RATE)
      .and.to.emit(market, "Compensated")
      .withArgs(id, RATE, SLASH);
    expect(await market.balanceOf(beneficiary)).to.equal(RATE);
    expect(await market.balanceOf(client)).to.equal(RATE + SLASH);
  });

  it("may come in the last period of the term [CHAL-1]", async () => {
    const net = await bondedMarket();
    const id = await liveDeal(net, "1", { periods: 2 });
    await net.market.connect(net.client).challenge(id, 0, ALLOWANCE);
    expect((await net.market.dealOf(id)).challengedAt).to.equal(3n);
  });
});

describe("challenge: the bond", () => {
  it("comes by allowance [CHAL-1]", async () => {
    const net = await bondedMarket();
    const { market, token, client } = net;
    const id = await liveDeal(net);
    await expect(market.connect(client).challenge(id, 0, ALLOWANCE)).to.changeTokenBalances(
      net.ethers,
      token,
      [client, market],
      [-BOND, BOND],
    );
    await expectConserved(net);
  });

  it("comes by permit [CHAL-1]", async () => {
    const net = await bondedMarket();
    const { market, token, client } = net;
    const id = await liveDeal(net);
    await token.connect(client).approve(market, 0n);
    await expect(market.connect(client).challenge(id, 0, ALLOWANCE)).to.be.revertedWithCustomError(
      token,
      "ERC20InsufficientAllowance",
    );
    const { payment } = await permitOf(net, client, BOND);
    await expect(market.connect(client).challenge(id, 0, payment)).to.changeTokenBalances(
      net.ethers,
      token,
      [client, market],
      [-BOND, BOND],
    );
  });

  it("comes out of the client's balance, also out of what this call has settled [CHAL-1]", async () => {
    const net = await bondedMarket();
    const { market, token, client } = net;
    const id = await liveDeal(net);
    await expect(market.connect(client).challenge(id, 0, BALANCE))
      .to.be.revertedWithCustomError(market, "BalanceTooLow")
      .withArgs(client.address, BOND, 0n);
    await enterPeriod(net, 3);
    const before = await token.balanceOf(client);
    await expect(market.connect(client).challenge(id, 0, BALANCE))
      .to.emit(market, "Spent")
      .withArgs(client.address, BOND);
    expect(await market.balanceOf(client)).to.equal(RATE + SLASH - BOND);
    expect(await token.balanceOf(client)).to.equal(before);
    await expectConserved(net);
  });

  for (const kind of [2, 4]) {
    it(`does not come by payment kind ${kind} [CHAL-1]`, async () => {
      const net = await bondedMarket();
      const id = await liveDeal(net);
      await expect(net.market.connect(net.client).challenge(id, 0, { kind, data: "0x" }))
        .to.be.revertedWithCustomError(net.market, "PaymentKindUnknown")
        .withArgs(kind);
      expect((await net.market.dealOf(id)).challengedAt).to.equal(0n);
    });
  }

  it("is nothing in a market without one [CHAL-1]", async () => {
    const net = await freshMarket();
    const { market, token, client } = net;
    const id = await liveDeal(net);
    await token.connect(client).approve(market, 0n);
    await market.connect(client).challenge(id, 0, ALLOWANCE);
    await prove(net);
    await enterPeriod(net, 5);
    await expect(market.settle([id]))
      .to.emit(market, "ChallengeEnded")
      .withArgs(id, client.address, 0n);
    await expectConserved(net);
  });
});
