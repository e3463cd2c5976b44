import { type Devnet, devnet } from "@holdfast/devnet";
import { expect } from "chai";
import { connect, memoryState, type StoredObject } from "holdfast";
import { type Market, market } from "holdfast/market";
import { cashOut } from "../../scripts/lib/cash-out.ts";
import { sample } from "../support/uploader.ts";
import { dealIds, moneyOf, tokensIn } from "./support/money.ts";

const periods = 5;
const floor = 4n ** 10n;
const stakedDeals = 10;
const bytes = sample(300_000);

describe("Six providers that keep their word", function () {
  this.timeout(120_000);
  let net: Devnet;
  let chain: Market;
  let object: StoredObject;

  before(async () => {
    net = await devnet({ floors: [floor], deals: stakedDeals });
    chain = market(net.deployment, net.signer);
  });
  after(() => net?.stop());

  const hold = () => connect({ signer: net.signer, network: net.deployment, state: memoryState() });
  const deals = () => Promise.all(dealIds.map((id) => chain.deal(id)));

  it("take a file by one transaction, on the terms that were quoted", async () => {
    const client = await hold();
    const quote = await client.quote(bytes.length, { periods });
    const paidBefore = await tokensIn(net, net.deployment.market);
    object = await client.store(bytes, { quote });
    expect(await chain.contract.dealCount()).to.equal(6n);
    expect(await tokensIn(net, net.deployment.market)).to.equal(paidBefore + quote.total);
    const stored = await deals();
    expect(stored.map(({ provider }) => provider)).to.have.members(
      net.providers.map(({ id }) => id),
    );
    expect(stored.reduce((sum, { collateral }) => sum + collateral, 0n)).to.equal(quote.collateral);
  });

  it("serve it at once", async () => {
    const back = await (await hold()).retrieve(object.id);
    expect(Buffer.from(await back.bytes()).equals(bytes)).to.equal(true);
  });

  it("prove every period by themselves", async () => {
    await net.advance(periods);
    for (const { provider, start } of await deals()) {
      const bits = await chain.contract.provenWord(provider, 0);
      const proven = Array.from({ length: periods }, (_, i) => (bits >> BigInt(start + i)) & 1n);
      expect(proven).to.deep.equal(Array(periods).fill(1n));
    }
  });

  it("earn what was agreed and get their stake back, and the client gets what it paid for, to the unit", async () => {
    await net.advance(1);
    const agreed = await deals();
    await cashOut(net);
    const stake = floor * BigInt(stakedDeals);
    const money = await moneyOf(net);
    for (const { provider, rate } of agreed) {
      const income = rate * BigInt(periods);
      expect(money.get(`provider ${provider}`)).to.deep.equal({ paid: stake, got: stake + income });
    }
    const price = agreed.reduce((sum, { rate }) => sum + rate * BigInt(periods), 0n);
    expect(money.get("client")).to.deep.equal({ paid: price, got: 0n });
    expect([...money.keys()]).to.have.length(7);
    expect(await tokensIn(net, net.deployment.market)).to.equal(0n);
  });
});
