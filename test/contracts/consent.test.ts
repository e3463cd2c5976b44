import { expect } from "chai";
import { ZeroAddress } from "ethers";
import type { KeyWallet } from "../../sdk/src/typechain/index.ts";
import { consentOf, liveDeal, RATE } from "./support/deals.ts";
import { enterPeriod, freshMarket, openDeal, type TestMarket } from "./support/market.ts";
import { consentWord } from "./support/stored.ts";

/** A deal in its second period, and what its payee's consent would be. */
async function ending(changes: Parameters<typeof consentOf>[4] = {}) {
  const net = await freshMarket();
  const id = await liveDeal(net, "1");
  const consent = await consentOf(net, id, net.beneficiary, net.client, changes);
  return {
    net,
    id,
    consent,
    terminate: () => net.market.connect(net.client).terminate(id, consent),
  };
}

describe("terminate: the consent", () => {
  const forged: [
    what: string,
    make: (net: TestMarket, id: bigint) => ReturnType<typeof consentOf>,
  ][] = [
    [
      "by another key",
      (net, id) => consentOf(net, id, net.beneficiary, net.client, { by: net.operator }),
    ],
    ["of another signer", (net, id) => consentOf(net, id, net.operator, net.client)],
    ["of the caller", (net, id) => consentOf(net, id, net.client, net.client)],
    ["for another counterparty", (net, id) => consentOf(net, id, net.beneficiary, net.stranger)],
    ["for another deal", (net, id) => consentOf(net, id + 1n, net.beneficiary, net.client)],
    [
      "for another chain",
      (net, id) => consentOf(net, id, net.beneficiary, net.client, { domain: { chainId: 1n } }),
    ],
    [
      "for another market",
      (net, id) =>
        consentOf(net, id, net.beneficiary, net.client, {
          domain: { verifyingContract: ZeroAddress },
        }),
    ],
  ];
  for (const [what, make] of forged) {
    it(`rejects a consent ${what} [END-2]`, async () => {
      const net = await freshMarket();
      const id = await liveDeal(net);
      await expect(net.market.connect(net.client).terminate(id, await make(net, id)))
        .to.be.revertedWithCustomError(net.market, "ConsentSignatureInvalid")
        .withArgs(net.beneficiary.address);
    });
  }

  for (const field of ["expiry", "nonce"] as const) {
    it(`rejects a consent whose ${field} was changed after signing [END-2]`, async () => {
      const { net, id, consent } = await ending();
      const tampered = { ...consent, [field]: BigInt(consent[field]) + 1n };
      await expect(
        net.market.connect(net.client).terminate(id, tampered),
      ).to.be.revertedWithCustomError(net.market, "ConsentSignatureInvalid");
    });
  }

  it("takes a consent in the second of its expiry, and none later [END-2]", async () => {
    const { net, id } = await ending();
    const expiry = (await net.helpers.time.latest()) + 50;
    const consent = await consentOf(net, id, net.beneficiary, net.client, { expiry });
    const terminate = () => net.market.connect(net.client).terminate(id, consent);
    const snapshot = await net.helpers.takeSnapshot();
    await net.helpers.time.setNextBlockTimestamp(expiry + 1);
    await expect(terminate())
      .to.be.revertedWithCustomError(net.market, "ConsentExpired")
      .withArgs(expiry, expiry + 1);
    await snapshot.restore();
    await net.helpers.time.setNextBlockTimestamp(expiry);
    await terminate();
  });

  it("uses each nonce of a signer once, for whatever deal [END-2]", async () => {
    const net = await freshMarket();
    const { market, client, beneficiary } = net;
    const [first, second] = [await openDeal(net), await openDeal(net)];
    await enterPeriod(net, 2);
    const consent = (id: bigint) => consentOf(net, id, beneficiary, client, { nonce: 515n });
    await market.connect(client).terminate(first, await consent(first));
    expect(await consentWord(net, beneficiary, 2n)).to.equal(1n << 3n);
    await expect(market.connect(client).terminate(second, await consent(second)))
      .to.be.revertedWithCustomError(market, "ConsentNonceUsed")
      .withArgs(beneficiary.address, 515n);
    // The other party's nonces are its own.
    const back = await consentOf(net, second, client, beneficiary, { nonce: 515n });
    await market.connect(beneficiary).terminate(second, back);
  });

  it("rejects a consent that its signer has voided; strangers void their own [END-2]", async () => {
    const { net, consent, terminate } = await ending({ nonce: 514n });
    const { market, beneficiary, stranger } = net;
    await market.connect(stranger).voidConsents(2n, 1n << 2n);
    await expect(market.connect(beneficiary).voidConsents(2n, 1n << 2n))
      .to.emit(market, "ConsentsVoided")
      .withArgs(beneficiary.address, 2n, 1n << 2n);
    await expect(terminate())
      .to.be.revertedWithCustomError(market, "ConsentNonceUsed")
      .withArgs(beneficiary.address, consent.nonce);
  });

  it("gives no used or void consent back [END-2]", async () => {
    const net = await freshMarket();
    await net.market.connect(net.client).voidConsents(0n, 0b0110n);
    await net.market.connect(net.client).voidConsents(0n, 0b1100n);
    expect(await consentWord(net, net.client, 0n)).to.equal(0b1110n);
  });

  it("rejects the old payee's consent once the payee is another [END-2]", async () => {
    const { net, id, terminate } = await ending();
    await net.market.connect(net.owner).assignPayee(id, net.stranger);
    await expect(terminate())
      .to.be.revertedWithCustomError(net.market, "ConsentSignatureInvalid")
      .withArgs(net.stranger.address);
  });

  it("rejects a consent that was given to or by the old client, once the deal is transferred [END-2]", async () => {
    const { net, id, consent } = await ending();
    const { market, client, beneficiary, stranger } = net;
    const byClient = await consentOf(net, id, client, beneficiary);
    await market.connect(client).transferDeal(id, stranger);
    await expect(market.connect(stranger).terminate(id, consent))
      .to.be.revertedWithCustomError(market, "ConsentSignatureInvalid")
      .withArgs(beneficiary.address);
    await expect(market.connect(beneficiary).terminate(id, byClient))
      .to.be.revertedWithCustomError(market, "ConsentSignatureInvalid")
      .withArgs(stranger.address);
  });

  it("may be by a contract that signs by its own code, for as long as that says so [END-2]", async () => {
    const net = await freshMarket();
    const { market, client, owner, operator, stranger } = net;
    const wallet = (await net.ethers.deployContract("KeyWallet", [
      stranger.address,
    ])) as unknown as KeyWallet;
    const signer = { address: await wallet.getAddress() };
    const deals = [await openDeal(net), await openDeal(net)] as const;
    for (const id of deals) await market.connect(owner).assignPayee(id, wallet);
    await enterPeriod(net, 2);
    const consents = [
      await consentOf(net, deals[0], signer, client, { by: stranger }),
      await consentOf(net, deals[1], signer, client, { by: stranger }),
    ] as const;
    await expect(market.connect(client).terminate(deals[0], consents[0]))
      .to.emit(market, "Shortened")
      .withArgs(deals[0], 3n, 9n * RATE);
    await wallet.connect(stranger).setKey(operator);
    await expect(market.connect(client).terminate(deals[1], consents[1]))
      .to.be.revertedWithCustomError(market, "ConsentSignatureInvalid")
      .withArgs(signer.address);
  });
});
