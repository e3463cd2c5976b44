import { rmSync } from "node:fs";
import { join } from "node:path";
import type { ProviderConfig } from "@holdfast/provider";
import { expect } from "chai";
import type { Wallet } from "ethers";
import { type Deal, listOf, marketDomain } from "holdfast/market";
import { type Bench, bench, type TestProvider } from "../support/provider.ts";
import { call, sample } from "../support/uploader.ts";

const consentTypes = {
  Terminate: [
    { name: "deal", type: "uint32" },
    { name: "signer", type: "address" },
    { name: "counterparty", type: "address" },
    { name: "expiry", type: "uint64" },
    { name: "nonce", type: "uint256" },
  ],
};

describe("a provider whose deals do not run to their term", () => {
  let world: Bench;
  let config: ProviderConfig;
  let provider: TestProvider;

  before(async () => {
    world = await bench();
    await world.approve();
  });
  after(() => world?.stop());
  beforeEach(async () => {
    config = await world.provider({ notice: 1 });
    provider = await world.start(config);
  });
  afterEach(() => provider.stop());

  const deal = (id: bigint): Promise<Deal> => world.market.deal(id);
  const listed = () => listOf(world.market, config.provider);
  const open = (seed: number, o: { periods?: number; manifest?: string } = {}) =>
    world.open(provider, sample(20_000, seed), o);

  /** The next period, once it is proven. */
  async function provenPeriod(): Promise<number> {
    const period = await world.nextPeriod();
    await provider.seen("proven", (entry) => entry.period === period);
    return period;
  }
  const settled = (id: bigint) => provider.seen("settled", (entry) => entry.deal === id);

  /** Ends a deal at once: by the client, with the owner's consent. */
  async function terminate(id: bigint): Promise<void> {
    const { net, market } = world;
    const payee = world.ownerOf(config).contract.runner as Wallet;
    const consent = { expiry: 2n ** 40n, nonce: id };
    const signature = await payee.signTypedData(marketDomain(net.deployment), consentTypes, {
      ...consent,
      deal: id,
      signer: payee.address,
      counterparty: net.signer.address,
    });
    await (await market.contract.terminate(id, { ...consent, signature })).wait();
  }

  it("delists what was ended before it started, and proves the rest", async () => {
    const kept = await open(1);
    const ended = await open(2);
    await terminate(ended);
    expect(await deal(ended)).to.include({ closed: true });
    await provenPeriod();
    expect(await listed()).to.deep.equal([kept]);
  });

  it("proves a cancelled deal during its notice, then delists and settles it", async () => {
    const id = await open(3, { periods: 9 });
    const first = await provenPeriod();
    await world.market.cancel(id);
    expect((await deal(id)).end).to.equal(first + 2);
    await provenPeriod();
    expect(await listed()).to.deep.equal([]);
    await world.nextPeriod();
    await settled(id);
    expect(await deal(id)).to.include({ closed: true, missed: 0, forfeited: false });
  });

  it("proves on when its owner has abandoned a deal, and settles that one", async () => {
    const kept = await open(4, { periods: 9 });
    const lost = await open(5, { periods: 9 });
    await provenPeriod();
    const { contract } = world.ownerOf(config);
    await (await contract.abandon(lost)).wait();
    await provenPeriod();
    await settled(lost);
    expect(await deal(lost)).to.include({ closed: true, forfeited: true, collateral: 0n });
    expect(await listed()).to.deep.equal([kept]);
  });

  it("settles a deal whose income was assigned, and leaves that to who gets it", async () => {
    const id = await open(6, { periods: 1 });
    const { address } = await world.net.newWallet();
    const { contract } = world.ownerOf(config);
    await (await contract.assignPayee(id, address)).wait();
    await provenPeriod();
    await world.nextPeriod();
    await settled(id);
    expect(await world.market.claimable(address)).to.equal((await deal(id)).rate);
    expect(provider.log.some(({ event }) => event === "step-failed")).to.equal(false);
  });

  it("answers a challenge with the leaf, and settles only then", async () => {
    const id = await open(7, { periods: 4 });
    await provenPeriod();
    await world.market.challenge(id, 13);
    await provenPeriod();
    await provider.seen("challenge-answered", (entry) => entry.deal === id && entry.leaf === 13);
    expect(await deal(id)).to.include({ challengedAt: 0, forfeited: false });
    for (let i = 0; i < 2; i++) await provenPeriod();
    await world.nextPeriod();
    await settled(id);
    expect(await deal(id)).to.include({ closed: true, missed: 0 });
    expect(provider.log.filter(({ event }) => event === "challenge-answered")).to.have.length(1);
  });

  it("says loudly that it cannot answer one, and settles the default", async () => {
    const id = await open(8, { periods: 9 });
    const { root } = await deal(id);
    rmSync(join(config.dataDir, "pieces", `${root.slice(2)}.piece`));
    const since = await world.nextPeriod();
    await world.market.challenge(id, 0);
    await world.nextPeriod();
    const alarm = await provider.seen("challenge-unanswered");
    expect(alarm).to.include({ level: "alarm", deal: id, leaf: 0, since });
    for (let i = 0; i < 2; i++) await world.nextPeriod();
    await settled(id);
    const { settledUpTo, ...after } = await deal(id);
    expect(settledUpTo).to.equal(since);
    expect(after).to.include({ closed: true, forfeited: true, challengedAt: 0 });
  });

  it("serves the manifest of the opening, whatever others publish for the deal", async () => {
    const id = await open(9, { manifest: "0x0102" });
    await (await world.market.contract.publish(id, "0x0304")).wait();
    await open(10);
    const { chainId, market } = world.net.deployment;
    const manifest = `${provider.url}/v1/deals/${chainId}/${market}/${id}/manifest`;
    expect((await call(manifest)).status).to.equal(200);
    const bytes = await (await fetch(manifest)).arrayBuffer();
    expect(new Uint8Array(bytes)).to.deep.equal(Uint8Array.of(1, 2));
  });
});
