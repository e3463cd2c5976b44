import { expect } from "chai";
import { keccak256, ZeroHash } from "ethers";
import { freshMarket, newOffer, openDeal, openOffers } from "./support/market.ts";
import { manifestTagOf, objectsOf } from "./support/stored.ts";

const MANIFEST = "0x010203";
const NEWER = "0x01020304";

describe("publish", () => {
  it("refuses deals that were never opened, also the next one [PUB-1]", async () => {
    const net = await freshMarket();
    await openDeal(net);
    for (const id of [0n, 2n, 2n ** 32n - 1n]) {
      await expect(net.market.publish(id, MANIFEST))
        .to.be.revertedWithCustomError(net.market, "DealUnknown")
        .withArgs(id);
    }
  });

  it("refuses an empty manifest and one of more than 4,096 bytes [PUB-1]", async () => {
    const net = await freshMarket();
    const id = await openDeal(net);
    await expect(net.market.publish(id, "0x")).to.be.revertedWithCustomError(
      net.market,
      "ManifestEmpty",
    );
    await expect(net.market.publish(id, `0x${"00".repeat(4_097)}`))
      .to.be.revertedWithCustomError(net.market, "ManifestTooLong")
      .withArgs(4_097n, 4_096n);
    await net.market.publish(id, `0x${"00".repeat(4_096)}`);
  });

  it("lists the object again for the caller and keeps the newest hash [PUB-1]", async () => {
    const net = await freshMarket();
    const { market, client } = net;
    const opened = await openOffers(net, [await newOffer(net)], MANIFEST);
    expect(await market.publishedHash(client, 1n)).to.equal(ZeroHash);
    const first = await market.connect(client).publish(1n, MANIFEST);
    const second = market.connect(client).publish(1n, NEWER);
    await expect(second).to.emit(market, "Stored").withArgs(client.address, 1n, NEWER);
    expect(await market.publishedHash(client, 1n)).to.equal(keccak256(NEWER));
    const blocks = [opened, first, await second].map(({ blockNumber }) => BigInt(blockNumber ?? 0));
    expect(await objectsOf(net, client)).to.deep.equal(blocks.map((b) => (1n << 32n) | b));
  });

  it("leaves the tag of what was opened, and every other account's list, as they are [PUB-1]", async () => {
    const net = await freshMarket();
    const { market, client, stranger } = net;
    await openOffers(net, [await newOffer(net)], MANIFEST);
    const tag = await manifestTagOf(net, 1n);
    const before = await objectsOf(net, client);
    await market.connect(stranger).publish(1n, NEWER);
    expect(await manifestTagOf(net, 1n)).to.equal(tag);
    expect(await objectsOf(net, client)).to.deep.equal(before);
    expect(await market.publishedHash(client, 1n)).to.equal(ZeroHash);
    expect(await objectsOf(net, stranger)).to.have.length(1);
    expect(await objectsOf(net, stranger, true)).to.have.length(0);
  });
});
