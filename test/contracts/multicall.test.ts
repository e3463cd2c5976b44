import { expect } from "chai";
import { COST, expectConserved, liveDeal, pathOf, RATE, STAKE } from "./support/deals.ts";
import { ALLOWANCE, enterPeriod, freshMarket, openDeal, prove } from "./support/market.ts";

describe("multicall", () => {
  it("does several acts of the caller in one transaction, each as if called alone [MULTI-1]", async () => {
    const net = await freshMarket();
    const { market, token, client } = net;
    const deals = [
      await openDeal(net, { firstPeriod: 9 }),
      await openDeal(net, { firstPeriod: 9 }),
    ];
    const acts = market.interface;
    const before = await token.balanceOf(client);
    await market
      .connect(client)
      .multicall([
        ...deals.map((id) => acts.encodeFunctionData("cancel", [id])),
        acts.encodeFunctionData("withdraw", [client.address, 2n * COST]),
      ]);
    for (const id of deals) expect((await market.dealOf(id)).closed).to.equal(true);
    expect(await token.balanceOf(client)).to.equal(before + 2n * COST);
    expect(await market.balanceOf(client)).to.equal(0n);
  });

  it("mixes frequent and rare acts: settle, withdraw, stake from the balance [MULTI-1] [STAKE-1]", async () => {
    const net = await freshMarket();
    const { market, owner } = net;
    const acts = market.interface;
    await market
      .connect(owner)
      .multicall([
        acts.encodeFunctionData("unstake", [1n, 500n]),
        acts.encodeFunctionData("withdraw", [owner.address, 200n]),
        acts.encodeFunctionData("stake", [1n, 300n, { kind: 3, data: "0x" }]),
      ]);
    expect((await market.providerOf(1n)).free).to.equal(STAKE - 200n);
    expect(await market.balanceOf(owner)).to.equal(0n);
    await expectConserved(net);
  });

  it("reverts all when one act fails, with its error [MULTI-1]", async () => {
    const net = await freshMarket();
    const { market, client } = net;
    const [own, foreign] = [await openDeal(net), await openDeal(net)];
    await market.connect(client).transferDeal(foreign, net.stranger);
    const acts = market.interface;
    await expect(
      market
        .connect(client)
        .multicall([
          acts.encodeFunctionData("cancel", [own]),
          acts.encodeFunctionData("cancel", [foreign]),
        ]),
    )
      .to.be.revertedWithCustomError(market, "NotClient")
      .withArgs(foreign, net.stranger.address, client.address);
    expect((await market.dealOf(own)).end).to.equal(12n);
    expect(await market.balanceOf(client)).to.equal(0n);
  });

  it("gives nobody another one's rights: each act is the caller's [MULTI-1]", async () => {
    const net = await freshMarket();
    const { market, stranger } = net;
    const id = await openDeal(net);
    const data = market.interface.encodeFunctionData("cancel", [id]);
    for (const calls of [[data], [market.interface.encodeFunctionData("multicall", [[data]])]]) {
      await expect(market.connect(stranger).multicall(calls))
        .to.be.revertedWithCustomError(market, "NotClient")
        .withArgs(id, net.client.address, stranger.address);
    }
  });

  it("answers a challenge, settles and pushes at once [CHAL-2]", async () => {
    const net = await freshMarket();
    const { market, token, client, beneficiary, stranger } = net;
    const id = await liveDeal(net, "1");
    await market.connect(client).challenge(id, 0, ALLOWANCE);
    await prove(net);
    await enterPeriod(net, 4);
    const acts = market.interface;
    await market
      .connect(stranger)
      .multicall([
        acts.encodeFunctionData("answer", [id, await pathOf(net, id, 0)]),
        acts.encodeFunctionData("settle", [[id]]),
        acts.encodeFunctionData("push", [beneficiary.address]),
      ]);
    expect(await token.balanceOf(beneficiary)).to.equal(2n * RATE);
  });
});
