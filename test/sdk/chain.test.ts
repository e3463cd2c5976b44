import { expect } from "chai";
import { Contract, Interface, JsonRpcProvider, makeError } from "ethers";
import type { Holdfast, StoredObject } from "holdfast";
import {
  decodeRevert,
  type Market,
  market,
  periodStart,
  prevrandaoBeaconAbi,
  seedEvidence,
  storageMarketAbi,
} from "holdfast/market";
import { all, rejection, sample, startWorld, type World } from "./support/world.ts";

describe("On a chain", function () {
  this.timeout(90_000);
  let world: World;
  let hold: Holdfast;
  let chain: Market;
  let object: StoredObject;
  const bytes = sample(300_000);

  before(async () => {
    world = await startWorld({ providers: 3 });
    hold = await world.connect();
    chain = market(world.net.deployment, world.net.signer);
    object = await hold.store(bytes, { k: 2, n: 3, periods: 4, name: "first" });
  });
  after(() => world?.stop());

  describe("market", () => {
    it("reads deals and providers as plain values", async () => {
      const deal = await chain.deal(1n);
      expect(deal).to.include({
        id: 1n,
        client: world.net.signer.address,
        missed: 0,
        closed: false,
      });
      expect(deal.end - deal.start).to.equal(4);
      const provider = await chain.provider(deal.provider);
      expect(await chain.providers()).to.deep.include(provider);
      expect(provider.url).to.equal(object.report.providers[0]?.url);
    });

    it("names what the contract refused", async () => {
      const error = await rejection(chain.deal(999n));
      expect(error).to.include({
        code: "CALL_REVERTED",
        message: "Could not read deal 999: the contract refused with DealUnknown(deal 999).",
        fix: "Check the deal's id, and that it is of this market.",
      });
    });

    it("says amounts in the token", async () => {
      const error = await rejection(chain.withdraw(world.net.signer.address, 1_500_000n));
      expect(error.code).to.equal("CALL_REVERTED");
      expect(error.message).to.include("needed 1.5 tUSD, balance 0 tUSD");
    });

    it("says that a node is gone", async () => {
      const gone = new JsonRpcProvider("http://127.0.0.1:9", 31337, { staticNetwork: true });
      const error = await rejection(market(world.net.deployment, gone).deal(1n));
      gone.destroy();
      expect(error).to.have.property("code", "RPC_UNAVAILABLE");
    });

    it("says nothing in the token that is no amount", () => {
      const data = new Interface(storageMarketAbi).encodeErrorResult("VersionChanged", [1, 2, 3]);
      const info = { action: "call", reason: null, invocation: null, revert: null } as const;
      const transaction = { to: null, data: "0x" };
      const error = makeError("", "CALL_EXCEPTION", { ...info, data, transaction });
      expect(decodeRevert(error, world.net.deployment)).to.deep.equal({
        name: "VersionChanged",
        text: "VersionChanged(provider 1, expected 2, actual 3)",
      });
    });

    it("decodes no other errors than reverts", () => {
      expect(decodeRevert(new Error("x"))).to.equal(undefined);
    });
  });

  describe("seedEvidence", () => {
    it("shows the beacon the first block of a period", async () => {
      const { deployment, signer } = world.net;
      await world.net.advance(1);
      const node = signer.provider as JsonRpcProvider;
      const period = await chain.period();
      const time = periodStart(deployment, period);
      const evidence = await seedEvidence(node, time);
      const beacon = new Contract(deployment.beacon, prevrandaoBeaconAbi, signer);
      const seed = await beacon.getFunction("seed").staticCall(time, evidence);
      expect(seed > 2n ** 64n).to.equal(true);
      expect(await beacon.getFunction("seed").staticCall(time, "0x")).to.equal(seed);
    });

    it("finds a block anywhere in the chain", async () => {
      const node = world.net.signer.provider as JsonRpcProvider;
      for (const number of [1, 7, 20, await node.getBlockNumber()]) {
        const block = await node.getBlock(number);
        const parent = await node.getBlock(number - 1);
        if (!block || !parent || block.timestamp === parent.timestamp) continue;
        expect(await seedEvidence(node, block.timestamp)).to.include(
          parent.hash?.slice(2, 10) ?? "no parent",
        );
      }
    });

    it("says when the block is still to come, or was never there", async () => {
      const node = world.net.signer.provider as JsonRpcProvider;
      const future = await rejection(seedEvidence(node, 2 ** 40));
      expect(future).to.have.property("code", "SEED_NOT_READY");
      const past = await rejection(seedEvidence(node, 1));
      expect(past.message).to.include("the chain began later");
    });

    it("does not trust a node whose header is not what its hash says", async () => {
      const node = world.net.signer.provider as JsonRpcProvider;
      const liar = {
        send: async (method: string, params: unknown[]) => ({
          ...(await node.send(method, params)),
          gasUsed: "0x7",
        }),
      };
      const latest = await node.getBlock("latest");
      const error = await rejection(seedEvidence(liar, latest?.timestamp ?? 0));
      expect(error).to.have.property("code", "RPC_UNAVAILABLE");
      expect(error.message).to.include("does not hash to");
    });
  });

  describe("list", () => {
    it("shows own and received objects, the newest first, also over many pages", async () => {
      const signer = await world.net.newWallet();
      const owner = await world.connect({ signer });
      const ids: string[] = [];
      for (let i = 0; i < 22; i++) {
        const { id } = await owner.store(sample(100, i), { k: 1, n: 1, periods: 2, name: `${i}` });
        ids.unshift(id);
      }
      const listed = await all(owner.list());
      expect(listed.map(({ id }) => id)).to.deep.equal(ids);
      expect(listed.map(({ name }) => name)).to.deep.equal(ids.map((_, i) => `${21 - i}`));
    });

    it("shows what cannot be opened without its name", async () => {
      const { generateIdentity } = await import("age-encryption");
      const other = await world.connect({ identity: await generateIdentity() });
      const [listed] = await all(other.list());
      expect(listed).to.include({ id: object.id, public: false, k: 2, n: 3 });
      expect(listed).not.to.have.property("name");
      expect(listed?.error).to.have.property("code", "NOT_RECIPIENT");
    });
  });

  describe("status and withdraw", () => {
    it("follow a provider that is lost, to the unit", async () => {
      const lost = world.net.providers.find(({ url }) => url === object.report.providers[2]?.url);
      await lost?.kill();
      const before = await hold.status(object.id);
      expect(before.health).to.deep.equal({ held: 3, needed: 2, canLose: 1 });
      expect(before.deals.map(({ state }) => state)).to.deep.equal(["live", "live", "live"]);

      await world.net.advance(3);
      const { deals, health } = await hold.status(object.id);
      expect(health).to.deep.equal({ held: 2, needed: 2, canLose: 0 });
      const [first, , third] = deals;
      expect(first).to.include({ state: "live", proven: 3, missed: 0, missesLeft: 1 });
      expect(third).to.include({ state: "defaulted", missesLeft: 0 });
      const { rate } = await chain.deal(1n);
      expect(first?.earned).to.equal(3n * rate);

      await chain.settle(object.deals);
      const owed = await chain.claimable(world.net.signer.address);
      expect(owed > 0n).to.equal(true);
      expect(await hold.withdraw()).to.equal(owed);
      expect(await hold.withdraw()).to.equal(0n);
    });

    it("refuse an address that is none", async () => {
      const error = await rejection(hold.withdraw({ to: "me" }));
      expect(error).to.have.property("code", "ARGUMENT_INVALID");
    });
  });
});
