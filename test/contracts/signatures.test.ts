import { expect } from "chai";
import { concat, getBytes, hexlify, Signature, toBeHex, ZeroAddress } from "ethers";
import type { AnyAnswerWallet, KeyWallet } from "../../sdk/src/typechain/index.ts";
import { consentOf, liveDeal } from "./support/deals.ts";
import {
  ALLOWANCE,
  freshMarket,
  newOffer,
  newPiece,
  offerTypes,
  openDeal,
  sign,
  type TestMarket,
} from "./support/market.ts";

const MAX_LOCK = 2n ** 96n - 1n;
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const MAGIC = `0x1626ba7e${"00".repeat(28)}`;
const GAS = 5_000_000n;

type Signed = Awaited<ReturnType<typeof sign>>;

const open = ({ market, client }: TestMarket, signed: Signed, overrides = {}) =>
  market.connect(client).open([signed], ALLOWANCE, ZeroAddress, "0x", overrides);

const expectRefused = (net: TestMarket, signed: Signed, operator: string, overrides = {}) =>
  expect(open(net, signed, overrides))
    .to.be.revertedWithCustomError(net.market, "OfferSignatureInvalid")
    .withArgs(0n, operator);

async function operateBy(net: TestMarket, operator: string) {
  await net.market.connect(net.owner).configure(1n, operator, net.beneficiary, MAX_LOCK, "");
}

describe("signatures: a key", () => {
  const forms: [what: string, form: (signature: Signature) => string][] = [
    [
      "with a high s, the other root of the same signature",
      ({ r, s, yParity }) =>
        concat([r, toBeHex(ORDER - BigInt(s), 32), toBeHex(yParity === 0 ? 28 : 27, 1)]),
    ],
    ["of 64 bytes (EIP-2098)", (signature) => signature.compactSerialized],
    ["of 66 bytes", (signature) => concat([signature.serialized, "0x00"])],
    ["of no bytes", () => "0x"],
    ["with v 0 or 1", ({ r, s, yParity }) => concat([r, s, toBeHex(yParity, 1)])],
    ["with the other v", ({ r, s, yParity }) => concat([r, s, toBeHex(28 - yParity, 1)])],
    ["with v 29", ({ r, s }) => concat([r, s, "0x1d"])],
    ["with a zero r", ({ s, v }) => concat([toBeHex(0, 32), s, toBeHex(v, 1)])],
  ];
  for (const [what, form] of forms) {
    it(`does not sign ${what} [OFFER-1]`, async () => {
      const net = await freshMarket();
      const signed = await sign(net, await newOffer(net));
      const signature = form(Signature.from(hexlify(signed.signature)));
      await expectRefused(net, { ...signed, signature }, net.operator.address);
      await open(net, signed);
    });
  }

  for (const [what, change] of [
    ["another chain", { chainId: 1n }],
    ["another market", { verifyingContract: "0x00000000000000000000000000000000000000A1" }],
    ["another protocol", { name: "Holdfast identity" }],
    ["another version", { version: "2" }],
  ] as const) {
    it(`does not sign for ${what} [OFFER-1]`, async () => {
      const net = await freshMarket();
      const offer = await newOffer(net);
      const [, name, version, chainId, verifyingContract] = await net.market.eip712Domain();
      const domain = { name, version, chainId, verifyingContract, ...change };
      const signature = await net.operator.signTypedData(domain, offerTypes, offer);
      await expectRefused(net, { offer, signature }, net.operator.address);
    });
  }

  it("signs a batch of pieces at once, and none of them apart [OFFER-1]", async () => {
    const net = await freshMarket();
    const pieces = Array.from({ length: 12 }, () => newPiece(net));
    const signed = await sign(net, await newOffer(net, { pieces }));
    for (const changed of [pieces.slice(0, 11), [...pieces].reverse(), [...pieces, ...pieces]]) {
      const offer = { ...signed.offer, pieces: changed };
      await expectRefused(net, { ...signed, offer }, net.operator.address);
    }
    await open(net, signed);
    expect(await net.market.dealCount()).to.equal(12n);
  });

  it("signs nothing for an operator that is zero, whatever the bytes [OFFER-1]", async () => {
    const net = await freshMarket();
    await operateBy(net, ZeroAddress);
    const signed = await sign(net, await newOffer(net));
    for (const signature of [signed.signature, "0x", `0x${"00".repeat(65)}`, MAGIC]) {
      await expectRefused(net, { ...signed, signature }, ZeroAddress);
    }
  });
});

describe("signatures: a contract (ERC-1271)", () => {
  async function withWallet() {
    const net = await freshMarket();
    const wallet = (await net.ethers.deployContract("KeyWallet", [
      net.stranger.address,
    ])) as unknown as KeyWallet;
    const address = await wallet.getAddress();
    await operateBy(net, address);
    return { net, wallet, address };
  }

  it("signs by what its code says now: a key that it replaced no longer counts [OFFER-1]", async () => {
    const { net, wallet, address } = await withWallet();
    await open(net, await sign(net, await newOffer(net), net.stranger));
    const late = await sign(net, await newOffer(net), net.stranger);
    await wallet.connect(net.stranger).setKey(net.client);
    await expectRefused(net, late, address);
    await open(net, await sign(net, late.offer as never, net.client));
  });

  const answers: [what: string, answer: string, reverts: boolean, counts: boolean][] = [
    ["the magic value", MAGIC, false, true],
    ["the magic value and 64 kB behind it", concat([MAGIC, new Uint8Array(65_536)]), false, true],
    ["another value", `0xffffffff${"00".repeat(28)}`, false, false],
    ["true", toBeHex(1, 32), false, false],
    ["the magic value with a tail of ones", `0x1626ba7e${"11".repeat(28)}`, false, false],
    ["the magic value of 31 bytes", MAGIC.slice(0, -2), false, false],
    ["the magic value of 4 bytes", "0x1626ba7e", false, false],
    ["nothing", "0x", false, false],
    ["the magic value, reverting", MAGIC, true, false],
    ["64 kB, reverting", concat([new Uint8Array(65_536)]), true, false],
  ];
  for (const [what, answer, reverts, counts] of answers) {
    it(`${counts ? "signs" : "does not sign"} by answering ${what} [OFFER-1]`, async () => {
      const net = await freshMarket();
      const wallet = (await net.ethers.deployContract(
        "AnyAnswerWallet",
      )) as unknown as AnyAnswerWallet;
      const address = await wallet.getAddress();
      await operateBy(net, address);
      if (getBytes(answer).length <= 64) await wallet.setAnswer(answer, reverts, false);
      else await net.helpers.setCode(address, codeThatAnswers(answer.slice(0, 66), reverts));
      const signed = { ...(await sign(net, await newOffer(net))), signature: "0x1234" };
      if (counts) await open(net, signed);
      else await expectRefused(net, signed, address);
    });
  }

  /** Answers with `head` and zeros up to 64 kB; storage cannot hold so much at a price that a test would pay. */
  function codeThatAnswers(head: string, reverts: boolean) {
    const [push32, push0, push3, mstore] = ["0x7f", "0x5f", "0x62", "0x52"];
    const end = reverts ? "0xfd" : "0xf3";
    return concat([push32, head, push0, mstore, push3, "0x010020", push0, end]);
  }

  it("does not sign by using up all gas; only its caller pays for that [OFFER-1]", async () => {
    const net = await freshMarket();
    const wallet = (await net.ethers.deployContract(
      "AnyAnswerWallet",
    )) as unknown as AnyAnswerWallet;
    const address = await wallet.getAddress();
    await wallet.setAnswer(MAGIC, false, true);
    await operateBy(net, address);
    const before = await net.market.providerOf(1n);
    await expectRefused(net, await sign(net, await newOffer(net)), address, { gasLimit: GAS });
    expect(await net.market.providerOf(1n)).to.deep.equal(before);
    await operateBy(net, net.operator.address);
    await openDeal(net);
  });

  it("consents to an early end as client, and as payee [END-2]", async () => {
    const { net, wallet, address } = await withWallet();
    const { market, client, beneficiary, stranger, owner } = net;
    const first = await liveDeal(net, "", { provider: await eoaProvider(net) });
    const second = await openDeal(net, { provider: 2, periods: 20 });
    await market.connect(client).transferDeal(first, address);
    const named = { address };
    const asClient = await consentOf(net, first, named, beneficiary, { by: stranger });
    await market.connect(beneficiary).terminate(first, asClient);
    await market.connect(owner).assignPayee(second, address);
    const asPayee = await consentOf(net, second, named, client, { by: stranger });
    await wallet.connect(stranger).setKey(owner);
    await expect(market.connect(client).terminate(second, asPayee))
      .to.be.revertedWithCustomError(market, "ConsentSignatureInvalid")
      .withArgs(address);
    await wallet.connect(owner).setKey(stranger);
    await market.connect(client).terminate(second, asPayee);
  });

  /** Provider 2, operated by a key. */
  async function eoaProvider(net: TestMarket) {
    const { market, owner, operator, beneficiary } = net;
    await market.connect(owner).register(operator, beneficiary, 4n ** 6n, MAX_LOCK, "");
    await market.connect(owner).stake(2n, 1_000_000n, ALLOWANCE);
    return 2;
  }
});

describe("signatures: a key with code (EIP-7702)", () => {
  /** The operator's account runs the code of `delegate` from now on, by a transaction of type 4. */
  async function delegateTo(net: TestMarket, delegate: string) {
    const { operator, ethers, stranger } = net;
    const key = operatorKey(net);
    const { chainId } = await ethers.provider.getNetwork();
    const nonce = await ethers.provider.getTransactionCount(operator.address);
    const authorization = await key.authorize({ address: delegate, chainId, nonce });
    const relayer = net.ethers.HDNodeWallet.fromPhrase(MNEMONIC, undefined, pathOf(5)).connect(
      ethers.provider,
    );
    expect(relayer.address).to.equal(stranger.address);
    await (
      await relayer.sendTransaction({
        type: 4,
        to: stranger.address,
        authorizationList: [authorization],
      })
    ).wait();
    expect(await ethers.provider.getCode(operator.address)).to.equal(
      concat(["0xef0100", delegate]).toLowerCase(),
    );
  }

  const MNEMONIC = "test test test test test test test test test test test junk";
  const pathOf = (index: number) => `m/44'/60'/0'/0/${index}`;
  const operatorKey = (net: TestMarket) =>
    net.ethers.HDNodeWallet.fromPhrase(MNEMONIC, undefined, pathOf(3));

  it("signs by its key where the delegate has no ERC-1271 [OFFER-1]", async () => {
    const net = await freshMarket();
    const signed = await sign(net, await newOffer(net));
    await delegateTo(net, await net.token.getAddress());
    await open(net, signed);
    const other = await sign(net, await newOffer(net), net.stranger);
    await expectRefused(net, other, net.operator.address);
  });

  it("signs by its key and by its delegate's word, and again by the key alone without one [OFFER-1]", async () => {
    const net = await freshMarket();
    const wallet = await net.ethers.deployContract("AnyAnswerWallet");
    await delegateTo(net, await wallet.getAddress());
    const account = wallet.attach(net.operator.address) as AnyAnswerWallet;
    await account.connect(net.stranger).setAnswer(MAGIC, false, false);
    await open(net, await sign(net, await newOffer(net)));
    await open(net, { ...(await sign(net, await newOffer(net))), signature: "0x1234" });
    await account.connect(net.stranger).setAnswer("0x", false, false);
    await open(net, await sign(net, await newOffer(net)));
    const bare = { ...(await sign(net, await newOffer(net))), signature: "0x1234" };
    await expectRefused(net, bare, net.operator.address);
  });
});
