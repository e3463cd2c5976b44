import { type Devnet, type DevnetProvider, devnet } from "@holdfast/devnet";
import { expect } from "chai";
import { JsonRpcProvider, Wallet } from "ethers";
import { connect, HoldfastError, memoryState } from "holdfast";
import { type Deal, type Market, market } from "holdfast/market";
import { cashOut } from "../../scripts/lib/cash-out.ts";
import { sample } from "../support/uploader.ts";
import { dealIds, moneyOf, tokensIn } from "./support/money.ts";

const periods = 8;
const floor = 4n ** 10n;
const stakedDeals = 10;
const bytes = sample(300_000, 7);

describe("A provider that is lost", function () {
  this.timeout(120_000);
  let net: Devnet;
  let chain: Market;
  let lost: DevnetProvider;

  before(async () => {
    net = await devnet({ floors: [floor], deals: stakedDeals });
    chain = market(net.deployment, net.signer);
    [, , lost] = net.providers as [DevnetProvider, DevnetProvider, DevnetProvider];
    const hold = await connect({
      signer: net.signer,
      network: net.deployment,
      state: memoryState(),
    });
    await hold.store(bytes, { periods });
    await net.advance(3);
    await lost.kill();
  });
  after(() => net?.stop());

  const deals = () => Promise.all(dealIds.map((id) => chain.deal(id)));
  const isLost = ({ provider }: Deal) => provider === lost.id;

  /** A client on a new machine: the wallet's key and the market's address are all it has. */
  async function newClient() {
    const node = new JsonRpcProvider(net.rpc, undefined, { staticNetwork: true });
    const signer = new Wallet(net.signer.privateKey, node);
    const network = { market: net.deployment.market, chainId: net.deployment.chainId };
    return connect({ signer, network, state: memoryState() });
  }

  async function recover(): Promise<Uint8Array> {
    const client = await newClient();
    for await (const { id } of client.list()) return (await client.retrieve(id)).bytes();
    throw new Error("The chain lists no object");
  }

  it("is tolerated for a period", async () => {
    await net.advance(2);
    const [deal] = (await deals()).filter(isLost);
    expect(deal).to.include({ misses: 1, defaulted: false });
  });

  it("defaults with the second one: the client is refunded and compensated from its collateral", async () => {
    await net.advance(1);
    const deal = (await deals()).find(isLost);
    if (!deal) throw new Error("The lost provider has no deal");
    expect(deal).to.include({ misses: 2, defaulted: true });
    await chain.settle([deal.id]);
    const unproven = deal.rate * BigInt(periods - 3);
    const compensation = deal.slash * 2n;
    expect(await chain.claimable(net.signer.address)).to.equal(unproven + compensation);
  });

  it("leaves the others untouched", async () => {
    for (const deal of (await deals()).filter((other) => !isLost(other))) {
      expect(deal).to.include({ misses: 0, defaulted: false, forfeited: false });
      expect(deal.collateral).to.equal(deal.slash * 2n);
    }
  });

  it("does not keep a wallet alone from finding and reading its object", async () => {
    expect(Buffer.from(await recover()).equals(bytes)).to.equal(true);
  });

  it("nor does the loss of another, with exactly four left", async () => {
    const [first] = net.providers as [DevnetProvider];
    await first.kill();
    expect(Buffer.from(await recover()).equals(bytes)).to.equal(true);
    await first.start();
  });

  it("but with three left the error says how many fragments are missing", async () => {
    const [first, second] = net.providers as [DevnetProvider, DevnetProvider];
    await Promise.all([first.kill(), second.kill()]);
    const error = await recover().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(HoldfastError.is(error, "TOO_FEW_FRAGMENTS"), String(error)).to.equal(true);
    await Promise.all([first.start(), second.start()]);
  });

  it("costs it its collateral, everybody else nothing, to the unit", async () => {
    await net.advance(periods - 5);
    const agreed = await deals();
    await cashOut(net);
    const stake = floor * BigInt(stakedDeals);
    const money = await moneyOf(net);
    for (const deal of agreed) {
      const proven = BigInt(isLost(deal) ? 3 : periods);
      const fine = isLost(deal) ? deal.slash * 2n : 0n;
      const got = stake + deal.rate * proven - fine;
      expect(money.get(`provider ${deal.provider}`), `provider ${deal.provider}`).to.deep.equal({
        paid: stake,
        got,
      });
    }
    const price = agreed.reduce((sum, { rate }) => sum + rate * BigInt(periods), 0n);
    const [deal] = agreed.filter(isLost);
    if (!deal) throw new Error("The lost provider has no deal");
    const got = deal.rate * BigInt(periods - 3) + deal.slash * 2n;
    expect(money.get("client")).to.deep.equal({ paid: price, got });
    expect([...money.keys()]).to.have.length(7);
    expect(await tokensIn(net, net.deployment.market)).to.equal(0n);
  });
});
