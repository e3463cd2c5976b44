import { expect } from "chai";
import { terminate } from "./support/acts.ts";
import {
  COLLATERAL,
  COST,
  consentOf,
  expectConserved,
  liveDeal,
  RATE,
  STAKE,
} from "./support/deals.ts";
import {
  ALLOWANCE,
  enterPeriod,
  evidence,
  freshMarket,
  openDeal,
  proofFor,
  prove,
} from "./support/market.ts";

describe("terminate", () => {
  for (const [caller, signer] of [
    ["client", "beneficiary"],
    ["beneficiary", "client"],
  ] as const) {
    it(`by the ${caller} ends the deal with this period, by consent of the ${signer} [END-2]`, async () => {
      const net = await freshMarket();
      const { market } = net;
      const id = await liveDeal(net, "1");
      const consent = await consentOf(net, id, net[signer], net[caller]);
      await expect(market.connect(net[caller]).terminate(id, consent))
        .to.emit(market, "Shortened")
        .withArgs(id, 4n, 8n * RATE);
      expect(await market.balanceOf(net.client)).to.equal(8n * RATE);
      await prove(net);
      await enterPeriod(net, 4);
      await market.settle([id]);
      expect(await market.balanceOf(net.beneficiary)).to.equal(2n * RATE);
      expect((await market.providerOf(1n)).free).to.equal(STAKE);
      await expectConserved(net);
    });
  }

  it("rejects whoever is neither client nor payee [END-2]", async () => {
    const net = await freshMarket();
    const { market, stranger, client, beneficiary, owner } = net;
    const id = await liveDeal(net);
    for (const caller of [stranger, owner]) {
      const consent = await consentOf(net, id, beneficiary, caller);
      await expect(market.connect(caller).terminate(id, consent))
        .to.be.revertedWithCustomError(market, "NotParty")
        .withArgs(id, client.address, beneficiary.address, caller.address);
    }
  });

  it("is refused under a challenge [END-2]", async () => {
    const net = await freshMarket();
    const id = await liveDeal(net, "1");
    await net.market.connect(net.client).challenge(id, 0, ALLOWANCE);
    await expect(terminate(net, id))
      .to.be.revertedWithCustomError(net.market, "ChallengeOpen")
      .withArgs(id);
  });

  it("is refused when the deal has ended, or ends with this period anyway [END-2]", async () => {
    const net = await freshMarket();
    const { market, client, beneficiary } = net;
    const id = await liveDeal(net, "1", { periods: 2 });
    const consent = await consentOf(net, id, beneficiary, client);
    await expect(market.connect(client).terminate(id, consent))
      .to.be.revertedWithCustomError(market, "EndsEarlier")
      .withArgs(id, 4n, 4n);
    await enterPeriod(net, 4);
    await expect(market.connect(client).terminate(id, consent))
      .to.be.revertedWithCustomError(market, "DealClosed")
      .withArgs(id);
  });

  for (const start of [2, 9]) {
    it(`closes a deal that starts in period ${start} before it is live [END-2]`, async () => {
      const net = await freshMarket();
      const { market, client, beneficiary } = net;
      const id = await openDeal(net, { firstPeriod: start });
      const consent = await consentOf(net, id, beneficiary, client);
      await expect(market.connect(client).terminate(id, consent))
        .to.emit(market, "Closed")
        .withArgs(id, COLLATERAL);
      expect(await market.balanceOf(client)).to.equal(COST);
      expect((await market.providerOf(1n)).free).to.equal(STAKE);
      expect((await market.dealOf(id)).end).to.equal(BigInt(start));
    });
  }

  it("leaves this period's draws as they are: a proof in flight holds [LIVE-1]", async () => {
    const net = await freshMarket();
    const id = await liveDeal(net, "1");
    const inFlight = await proofFor(net);
    await terminate(net, id);
    await net.market.prove(1n, 3n, inFlight, await evidence(net, 3), []);
  });
});
