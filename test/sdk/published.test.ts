import { expect } from "chai";
import type { JsonRpcProvider } from "ethers";
import type { Holdfast, StoredObject } from "holdfast";
import { type Market, market } from "holdfast/market";
import { encodeManifest } from "../../sdk/src/object/manifest.ts";
import { all, rejection, sample, startWorld, type World } from "./support/world.ts";

/** More blocks than a reader who knows nothing of an object looks through. */
const MANY_BLOCKS = "0x80";

describe("Objects that changed hands or manifests", function () {
  this.timeout(60_000);
  let world: World;
  let hold: Holdfast;
  let chain: Market;
  let object: StoredObject;
  let stranger: Holdfast;
  let strange: Market;
  const bytes = sample(100_000);
  /** The object as if it had one fragment only. */
  const smaller = encodeManifest({ scheme: 2, k: 1, n: 1, length: bytes.length });

  before(async () => {
    world = await startWorld({ providers: 2 });
    hold = await world.connect();
    chain = market(world.net.deployment, world.net.signer);
    object = await hold.store(bytes, { public: true, n: 2, periods: 5 });
    await hold.store(sample(500), { k: 1, n: 1, periods: 5 });
    const signer = await world.net.newWallet();
    stranger = await world.connect({ signer });
    strange = market(world.net.deployment, signer);
  });
  after(() => world?.stop());

  const fragments = async (reader: Holdfast) => (await reader.status(object.id)).deals.length;
  const publish = async ({ contract }: Market, deal: bigint, manifest: Uint8Array) =>
    (await contract.publish(deal, manifest)).wait();
  const first = 1n;

  it("are not changed by what a stranger publishes for their deals", async () => {
    await publish(strange, first, smaller);
    expect(await fragments(hold)).to.equal(2);
    expect(await fragments(stranger)).to.equal(1);
  });

  it("follow what their owner publishes, and are listed once, the newest first", async () => {
    expect((await all(hold.list())).map(({ n }) => n)).to.deep.equal([1, 2]);
    const [, before] = await all(hold.list());
    await publish(chain, first, smaller);
    const listed = await all(hold.list());
    expect(listed.map(({ n }) => n)).to.deep.equal([1, 1]);
    expect(listed[0]?.block).to.be.greaterThan(listed[1]?.block ?? 0);
    expect({ ...listed[0], block: before?.block }).to.deep.equal({ ...before, n: 1 });
    expect(await fragments(hold)).to.equal(1);
  });

  it("are read by everybody, also long after another has become the client", async () => {
    const other = await world.net.newWallet();
    for (const id of object.deals)
      await (await chain.contract.transferDeal(id, other.address)).wait();
    await (world.net.signer.provider as JsonRpcProvider).send("hardhat_mine", [MANY_BLOCKS]);
    for (const reader of [stranger, hold, await world.connect({ signer: other })]) {
      const back = await (await reader.retrieve(object.id)).bytes();
      expect(Buffer.from(back).equals(bytes)).to.equal(true);
    }
    expect((await chain.deal(first)).client).to.equal(other.address);
  });

  it("do not begin with just any deal", async () => {
    const { deployment } = hold;
    const id = (deal: bigint) =>
      `eip155:${deployment.chainId}:${deployment.market.toLowerCase()}:${deal}`;
    const second = await rejection(hold.retrieve(id(2n)));
    expect(second.code).to.equal("OBJECT_UNKNOWN");
    expect(second.message).to.include("the deal is not the first of an object");
    const none = await rejection(hold.retrieve(id(999n)));
    expect(none.message).to.include("the market has no such deal");
  });
});
