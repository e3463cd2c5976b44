import { expect } from "chai";
import { keccak256 } from "ethers";
import { freshMarket, newOffer, openDeal, openOffers } from "./support/market.ts";
import { manifestTagOf, objectsOf } from "./support/stored.ts";

describe("open: the object list", () => {
  const MANIFEST = "0x010203";

  it("lists nothing without a manifest [OPEN-5]", async () => {
    const net = await freshMarket();
    await openDeal(net);
    expect(await objectsOf(net, net.client)).to.have.length(0);
    expect(await manifestTagOf(net, 1n)).to.equal(0n);
  });

  it("lists the object for the client when no owner is named, with the block and a tag of the manifest [OPEN-5]", async () => {
    const net = await freshMarket();
    await openDeal(net);
    const transaction = await openOffers(net, [await newOffer(net), await newOffer(net)], MANIFEST);
    await expect(transaction)
      .to.emit(net.market, "Stored")
      .withArgs(net.client.address, 2n, MANIFEST);
    const objects = await objectsOf(net, net.client);
    expect(objects).to.deep.equal([(2n << 32n) | BigInt(transaction.blockNumber as number)]);
    expect(await manifestTagOf(net, 2n)).to.equal(BigInt(keccak256(MANIFEST)) & (2n ** 78n - 1n));
    expect(await manifestTagOf(net, 3n)).to.equal(0n);
  });

  it("keeps what others stored for an owner apart from the owner's own [OPEN-5]", async () => {
    const net = await freshMarket();
    await openOffers(net, [await newOffer(net)], MANIFEST, net.stranger.address);
    expect(await objectsOf(net, net.stranger)).to.have.length(0);
    expect(await objectsOf(net, net.stranger, true)).to.have.length(1);
    expect(await objectsOf(net, net.client)).to.have.length(0);
  });

  it("keeps objects in the order of their opening, four to a slot [OPEN-5]", async () => {
    const net = await freshMarket();
    for (let i = 0; i < 6; i++) await openOffers(net, [await newOffer(net)], MANIFEST);
    const objects = await objectsOf(net, net.client);
    expect(objects.map((object) => object >> 32n)).to.deep.equal([1n, 2n, 3n, 4n, 5n, 6n]);
  });
});
