import { expect } from "chai";
import { keccak256, MaxUint256, TypedDataEncoder, ZeroAddress } from "ethers";
import {
  ALLOWANCE,
  freshMarket,
  newOffer,
  offerTypes,
  openOffers,
  sign,
} from "./support/market.ts";

describe("open: whose signature counts", () => {
  it("rejects a signature of anybody but the operator [OFFER-1]", async () => {
    const net = await freshMarket();
    const signed = await sign(net, await newOffer(net), net.owner);
    await expect(net.market.connect(net.client).open([signed], ALLOWANCE, ZeroAddress, "0x"))
      .to.be.revertedWithCustomError(net.market, "OfferSignatureInvalid")
      .withArgs(0n, net.operator.address);
  });

  it("rejects a signature that is none, also where the operator is zero [OFFER-1]", async () => {
    const net = await freshMarket();
    await net.market
      .connect(net.owner)
      .configure(1n, ZeroAddress, net.owner, MaxUint256 >> 160n, "");
    const signed = { ...(await sign(net, await newOffer(net))), signature: `0x${"00".repeat(65)}` };
    await expect(net.market.connect(net.client).open([signed], ALLOWANCE, ZeroAddress, "0x"))
      .to.be.revertedWithCustomError(net.market, "OfferSignatureInvalid")
      .withArgs(0n, ZeroAddress);
  });

  for (const field of [
    "periods",
    "notice",
    "firstPeriod",
    "maxMisses",
    "expiry",
    "nonce",
    "termsHash",
  ] as const) {
    it(`rejects an offer whose ${field} was changed after signing [OFFER-1]`, async () => {
      const net = await freshMarket();
      const signed = await sign(net, await newOffer(net));
      const value = field === "termsHash" ? keccak256("0x01") : BigInt(signed.offer[field]) + 1n;
      const tampered = { ...signed, offer: { ...signed.offer, [field]: value } };
      if (field === "maxMisses") tampered.offer.maxMisses = 2;
      await expect(
        net.market.connect(net.client).open([tampered], ALLOWANCE, ZeroAddress, "0x"),
      ).to.be.revertedWithCustomError(net.market, "OfferSignatureInvalid");
    });
  }

  it("rejects an offer that was opened before [OFFER-2]", async () => {
    const net = await freshMarket();
    const offer = await newOffer(net);
    await openOffers(net, [offer]);
    await expect(openOffers(net, [offer]))
      .to.be.revertedWithCustomError(net.market, "OfferNonceUsed")
      .withArgs(0n, offer.nonce);
  });

  it("rejects the same offer twice in one call [OFFER-2]", async () => {
    const net = await freshMarket();
    const offer = await newOffer(net);
    await expect(openOffers(net, [offer, offer])).to.be.revertedWithCustomError(
      net.market,
      "OfferNonceUsed",
    );
  });

  it("tells its signing domain by EIP-5267 [OFFER-1]", async () => {
    const { market, ethers } = await freshMarket();
    const [, name, version, chainId, contract] = await market.eip712Domain();
    expect([name, version, contract]).to.deep.equal(["Holdfast", "1", await market.getAddress()]);
    expect(chainId).to.equal((await ethers.provider.getNetwork()).chainId);
  });

  it("hashes the types of the specification [OFFER-1]", () => {
    expect(TypedDataEncoder.from(offerTypes).encodeType("Offer")).to.equal(
      "Offer(uint32 provider,address client,uint32 firstPeriod,uint16 periods,uint16 maxMisses,uint16 notice,bytes32 termsHash,uint64 expiry,uint256 nonce,Piece[] pieces)" +
        "Piece(bytes32 root,uint64 size,uint80 rate,uint24 slashFactor,bytes contentCid)",
    );
  });
});
