import { expect } from "chai";
import { keccak256, MaxUint256, Signature, TypedDataEncoder, Wallet, ZeroAddress } from "ethers";
import {
  ALLOWANCE,
  DOLLAR,
  deployMarket,
  freshMarket,
  newOffer,
  newPiece,
  type Offer,
  offerTypes,
  openDeal,
  registerProvider,
  sign,
  type TestMarket,
} from "./support/market.ts";

const COST = 10_000n;
const COLLATERAL = 34_000n;

/** Opens as the client, the offers signed by the operator as they are. */
async function open(net: TestMarket, offers: Offer[], manifest = "0x", owner = ZeroAddress) {
  const signed = await Promise.all(offers.map((offer) => sign(net, offer)));
  return net.market.connect(net.client).open(signed, ALLOWANCE, owner, manifest);
}

describe("open: what an offer may be", () => {
  const cases: [what: string, error: string, changes: (net: TestMarket) => Partial<Offer>][] = [
    ["that names another client", "OfferNotForCaller", (net) => ({ client: net.stranger.address })],
    ["that has expired", "OfferExpired", () => ({ expiry: 1 })],
    ["without pieces", "OfferEmpty", () => ({ pieces: [] })],
    ["that starts too far ahead", "OfferStartTooFar", () => ({ firstPeriod: 367 })],
    ["of no periods", "OfferTermInvalid", () => ({ periods: 0, maxMisses: 0 })],
    ["longer than the market allows", "OfferTermInvalid", () => ({ periods: 367 })],
    [
      "that tolerates as many misses as it has periods",
      "OfferMissesInvalid",
      () => ({ maxMisses: 10 }),
    ],
    ["with a notice that does not fit", "OfferNoticeInvalid", () => ({ notice: 512 })],
    ["of an unknown provider", "OfferProviderUnknown", () => ({ provider: 9 })],
    [
      "of an empty piece",
      "PieceSizeInvalid",
      (net) => ({ pieces: [{ ...newPiece(net), size: 0 }] }),
    ],
    [
      "of a piece too large",
      "PieceSizeInvalid",
      (net) => ({ pieces: [{ ...newPiece(net), size: 2n ** 44n }] }),
    ],
    [
      "of a root that is no node",
      "PieceRootInvalid",
      (net) => ({ pieces: [{ ...newPiece(net), root: `0x${"00".repeat(31)}40` }] }),
    ],
    ["for nothing", "PieceRateZero", (net) => ({ pieces: [{ ...newPiece(net), rate: 0 }] })],
    [
      "with a CID of more than 64 bytes",
      "PieceCidTooLong",
      (net) => ({ pieces: [{ ...newPiece(net), contentCid: `0x${"11".repeat(65)}` }] }),
    ],
    [
      "that locks less than the provider's floor",
      "PieceCollateralInvalid",
      (net) => ({ pieces: [{ ...newPiece(net), slashFactor: 2 }] }),
    ],
    [
      "whose collateral does not fit 96 bits",
      "PieceCollateralInvalid",
      (net) => ({
        pieces: [{ ...newPiece(net), rate: 2n ** 80n - 1n, slashFactor: 2n ** 24n - 1n }],
      }),
    ],
    [
      "that locks more than the free stake",
      "OfferStakeTooLow",
      (net) => ({ pieces: [{ ...newPiece(net), rate: 1_000n * DOLLAR }] }),
    ],
  ];
  for (const [what, error, changes] of cases) {
    it(`rejects an offer ${what}`, async () => {
      const net = await freshMarket();
      const offers = [await newOffer(net), await newOffer(net, changes(net))];
      await expect(open(net, offers)).to.be.revertedWithCustomError(net.market, error);
      expect(await net.market.dealCount()).to.equal(0n);
    });
  }

  it("names the offer and the piece that failed", async () => {
    const net = await freshMarket();
    const bad = { ...newPiece(net), rate: 0 };
    const offers = [await newOffer(net), await newOffer(net, { pieces: [newPiece(net), bad] })];
    await expect(open(net, offers))
      .to.be.revertedWithCustomError(net.market, "PieceRateZero")
      .withArgs(1n, 1n);
  });

  it("rejects a call without offers", async () => {
    const net = await freshMarket();
    await expect(open(net, [])).to.be.revertedWithCustomError(net.market, "OffersEmpty");
  });

  it("rejects a manifest of more than 4,096 bytes", async () => {
    const net = await freshMarket();
    await expect(open(net, [await newOffer(net)], `0x${"00".repeat(4_097)}`))
      .to.be.revertedWithCustomError(net.market, "ManifestTooLong")
      .withArgs(4_097n, 4_096n);
  });
});

describe("open: whose signature counts", () => {
  it("rejects a signature of anybody but the operator", async () => {
    const net = await freshMarket();
    const signed = await sign(net, await newOffer(net), net.owner);
    await expect(net.market.connect(net.client).open([signed], ALLOWANCE, ZeroAddress, "0x"))
      .to.be.revertedWithCustomError(net.market, "OfferSignerInvalid")
      .withArgs(0n, net.operator.address, net.owner.address);
  });

  it("rejects a signature that is none, also where the operator is zero", async () => {
    const net = await freshMarket();
    await net.market
      .connect(net.owner)
      .configure(1n, ZeroAddress, net.owner, MaxUint256 >> 160n, "");
    const signed = { ...(await sign(net, await newOffer(net))), signature: `0x${"00".repeat(65)}` };
    await expect(net.market.connect(net.client).open([signed], ALLOWANCE, ZeroAddress, "0x"))
      .to.be.revertedWithCustomError(net.market, "OfferSignerInvalid")
      .withArgs(0n, ZeroAddress, ZeroAddress);
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
    it(`rejects an offer whose ${field} was changed after signing`, async () => {
      const net = await freshMarket();
      const signed = await sign(net, await newOffer(net));
      const value = field === "termsHash" ? keccak256("0x01") : BigInt(signed.offer[field]) + 1n;
      const tampered = { ...signed, offer: { ...signed.offer, [field]: value } };
      if (field === "maxMisses") tampered.offer.maxMisses = 2;
      await expect(
        net.market.connect(net.client).open([tampered], ALLOWANCE, ZeroAddress, "0x"),
      ).to.be.revertedWithCustomError(net.market, "OfferSignerInvalid");
    });
  }

  it("rejects an offer that was opened before", async () => {
    const net = await freshMarket();
    const offer = await newOffer(net);
    await open(net, [offer]);
    await expect(open(net, [offer]))
      .to.be.revertedWithCustomError(net.market, "OfferNonceUsed")
      .withArgs(0n, offer.nonce);
  });

  it("rejects the same offer twice in one call", async () => {
    const net = await freshMarket();
    const offer = await newOffer(net);
    await expect(open(net, [offer, offer])).to.be.revertedWithCustomError(
      net.market,
      "OfferNonceUsed",
    );
  });

  it("tells its signing domain by EIP-5267", async () => {
    const { market, ethers } = await freshMarket();
    const [, name, version, chainId, contract] = await market.eip712Domain();
    expect([name, version, contract]).to.deep.equal(["Holdfast", "1", await market.getAddress()]);
    expect(chainId).to.equal((await ethers.provider.getNetwork()).chainId);
  });

  it("hashes the types of the specification", () => {
    expect(TypedDataEncoder.from(offerTypes).encodeType("Offer")).to.equal(
      "Offer(uint32 provider,address client,uint32 firstPeriod,uint16 periods,uint16 maxMisses,uint16 notice,bytes32 termsHash,uint64 expiry,uint256 nonce,Piece[] pieces)" +
        "Piece(bytes32 root,uint64 size,uint80 rate,uint24 slashFactor,bytes contentCid)",
    );
  });
});

describe("open: what it does", () => {
  it("locks collateral, escrows the price and tells all in events", async () => {
    const net = await freshMarket();
    const { market, token, client } = net;
    const piece = { ...newPiece(net, 5_000), contentCid: "0x01551220" };
    const offer = await newOffer(net, { pieces: [piece], firstPeriod: 4 });
    const before = await token.balanceOf(client);

    await expect(open(net, [offer]))
      .to.emit(market, "DealOpened")
      .withArgs(
        1n,
        1n,
        client.address,
        4n,
        10n,
        1n,
        3n,
        1_000n,
        17n,
        offer.termsHash,
        piece.root,
        5_000n,
        "0x01551220",
      );

    expect(await token.balanceOf(client)).to.equal(before - COST);
    expect((await market.providerOf(1n)).free).to.equal(1_000n * DOLLAR - COLLATERAL);
    expect(await market.listOf(1n, 0, 10)).to.deep.equal([1n]);
    const deal = await market.dealOf(1n);
    expect(deal.root).to.equal(piece.root);
    expect([deal.size, deal.provider, deal.client]).to.deep.equal([5_000n, 1n, client.address]);
    expect([deal.start, deal.end, deal.settledUpTo, deal.missed]).to.deep.equal([4n, 14n, 4n, 0n]);
    expect([deal.maxMisses, deal.notice, deal.rate, deal.slash]).to.deep.equal([
      1n,
      3n,
      1_000n,
      17_000n,
    ]);
    expect([deal.closed, deal.forfeited, deal.defaulted]).to.deep.equal([false, false, false]);
    expect([deal.escrow, deal.collateral, deal.earned, deal.refund]).to.deep.equal([
      COST,
      COLLATERAL,
      0n,
      0n,
    ]);
  });

  it("starts with the next period when the offer's first period has passed", async () => {
    const net = await freshMarket();
    const id = await openDeal(net, { firstPeriod: 1 });
    expect((await net.market.dealOf(id)).start).to.equal((await net.market.period()) + 1n);
  });

  it("keeps terms of the greatest widths apart", async () => {
    const net = await freshMarket();
    const rate = 2n ** 80n - 1n;
    await net.token.mint(net.owner, 2n ** 110n);
    await net.token.mint(net.client, 2n ** 110n);
    await net.market.connect(net.owner).stake(1n, 2n ** 95n, ALLOWANCE);
    const piece = { ...newPiece(net), size: 2n ** 44n - 1n, rate, slashFactor: 50 };
    const id = await openDeal(net, {
      pieces: [piece],
      periods: 366,
      maxMisses: 365,
      notice: 511,
      firstPeriod: 366,
    });
    const deal = await net.market.dealOf(id);
    expect([deal.size, deal.rate, deal.slash]).to.deep.equal([2n ** 44n - 1n, rate, 50n * rate]);
    expect([deal.start, deal.end, deal.maxMisses, deal.notice]).to.deep.equal([
      366n,
      732n,
      365n,
      511n,
    ]);
  });

  it("opens many pieces of many providers at once, ids in order", async () => {
    const net = await freshMarket();
    await registerProvider(net);
    const first = await newOffer(net, { pieces: [newPiece(net), newPiece(net), newPiece(net)] });
    const second = await newOffer(net, {
      provider: 2,
      pieces: [newPiece(net), newPiece(net)],
      maxMisses: 2,
    });
    await open(net, [first, second]);
    expect(await net.market.listOf(1n, 0, 9)).to.deep.equal([1n, 2n, 3n]);
    expect(await net.market.listOf(2n, 0, 9)).to.deep.equal([4n, 5n]);
    const deals = await Promise.all([1n, 2n, 3n, 4n, 5n].map((id) => net.market.dealOf(id)));
    expect(deals.map((deal) => deal.root)).to.deep.equal(
      [...first.pieces, ...second.pieces].map((piece) => piece.root),
    );
    expect(deals.map((deal) => deal.maxMisses)).to.deep.equal([1n, 1n, 1n, 2n, 2n]);
    expect(deals.every((deal) => deal.client === net.client.address)).to.equal(true);
  });

  it("draws on the lock budget, which refills with the next period", async () => {
    const net = await freshMarket();
    const { market, owner, operator, helpers } = net;
    await market.connect(owner).configure(1n, operator, owner, COLLATERAL, "");
    await openDeal(net);
    await expect(openDeal(net)).to.be.revertedWithCustomError(market, "OfferBudgetTooLow");
    await helpers.time.increase(1_000);
    await openDeal(net);
    expect((await market.providerOf(1n)).budgetLeft).to.equal(0n);
  });

  it("freezes what this period draws from at the first touch", async () => {
    const net = await freshMarket();
    await openDeal(net);
    await openDeal(net);
    expect((await net.market.providerOf(1n)).frozen).to.equal(0n);
    await net.helpers.time.increase(1_000);
    await openDeal(net);
    const record = await net.market.providerOf(1n);
    expect([record.frozen, record.listed, record.touchedAt]).to.deep.equal([
      2n,
      3n,
      await net.market.period(),
    ]);
  });

  it("refuses more than 8,192 deals of a provider", async () => {
    const net = await freshMarket();
    const piece = { ...newPiece(net), rate: 1, slashFactor: 2_048 };
    const batch = async (count: number) =>
      open(net, [await newOffer(net, { pieces: Array(count).fill(piece), periods: 2 })]);
    // A block of the test network holds some hundred openings.
    for (let left = 8_192; left > 0; left -= 256) await batch(Math.min(256, left));
    expect((await net.market.providerOf(1n)).listed).to.equal(8_192n);
    await expect(batch(1))
      .to.be.revertedWithCustomError(net.market, "OfferListFull")
      .withArgs(0n, 8_193n, 8_192n);
  });
});

describe("open: the object list", () => {
  const MANIFEST = "0x010203";

  it("lists nothing without a manifest", async () => {
    const net = await freshMarket();
    await openDeal(net);
    expect((await net.market.objectsOf(net.client, false, 0, 9)).total).to.equal(0n);
    expect(await net.market.manifestTagOf(1n)).to.equal(0n);
  });

  it("lists the object for the client when no owner is named, with the block and a tag of the manifest", async () => {
    const net = await freshMarket();
    await openDeal(net);
    const transaction = await open(net, [await newOffer(net), await newOffer(net)], MANIFEST);
    await expect(transaction)
      .to.emit(net.market, "Stored")
      .withArgs(net.client.address, 2n, MANIFEST);
    const { objects } = await net.market.objectsOf(net.client, false, 0, 9);
    expect(objects).to.deep.equal([(2n << 32n) | BigInt(transaction.blockNumber as number)]);
    expect(await net.market.manifestTagOf(2n)).to.equal(
      BigInt(keccak256(MANIFEST)) & (2n ** 78n - 1n),
    );
    expect(await net.market.manifestTagOf(3n)).to.equal(0n);
  });

  it("keeps what others stored for an owner apart from the owner's own", async () => {
    const net = await freshMarket();
    await open(net, [await newOffer(net)], MANIFEST, net.stranger.address);
    expect((await net.market.objectsOf(net.stranger, false, 0, 9)).total).to.equal(0n);
    expect((await net.market.objectsOf(net.stranger, true, 0, 9)).total).to.equal(1n);
    expect((await net.market.objectsOf(net.client, false, 0, 9)).total).to.equal(0n);
  });

  it("pages", async () => {
    const net = await freshMarket();
    for (let i = 0; i < 6; i++) await open(net, [await newOffer(net)], MANIFEST);
    const page = async (from: number, limit: number) => {
      const { objects, total } = await net.market.objectsOf(net.client, false, from, limit);
      expect(total).to.equal(6n);
      return objects.map((object) => object >> 32n);
    };
    expect(await page(0, 4)).to.deep.equal([1n, 2n, 3n, 4n]);
    expect(await page(4, 4)).to.deep.equal([5n, 6n]);
    expect(await page(6, 4)).to.deep.equal([]);
  });
});

describe("open: payment", () => {
  async function permit(net: TestMarket, wallet: Wallet, value: bigint) {
    const { token, market, ethers } = net;
    const domain = {
      name: "Test Dollar",
      version: "1",
      chainId: (await ethers.provider.getNetwork()).chainId,
      verifyingContract: await token.getAddress(),
    };
    const types = {
      Permit: [
        "owner:address",
        "spender:address",
        "value:uint256",
        "nonce:uint256",
        "deadline:uint256",
      ]
        .map((field) => field.split(":"))
        .map(([name, type]) => ({ name: name as string, type: type as string })),
    };
    const message = {
      owner: wallet.address,
      spender: await market.getAddress(),
      value,
      nonce: await token.nonces(wallet),
      deadline: MaxUint256,
    };
    const { v, r, s } = Signature.from(await wallet.signTypedData(domain, types, message));
    const data = ethers.AbiCoder.defaultAbiCoder().encode(
      ["uint256", "uint256", "uint8", "bytes32", "bytes32"],
      [value, MaxUint256, v, r, s],
    );
    return {
      payment: { kind: 1, data },
      send: () => token.permit(wallet, market, value, MaxUint256, v, r, s),
    };
  }

  async function newPayer(net: TestMarket) {
    const wallet = new Wallet(keccak256("0x77"), net.ethers.provider);
    await net.helpers.setBalance(wallet.address, 10n ** 18n);
    await net.token.mint(wallet, COST);
    return { wallet, signed: await sign(net, await newOffer(net, { client: wallet.address })) };
  }

  it("takes a permit in the same transaction", async () => {
    const net = await freshMarket();
    const { wallet, signed } = await newPayer(net);
    const { payment } = await permit(net, wallet, COST);
    await net.market.connect(wallet).open([signed], payment, ZeroAddress, "0x");
    expect(await net.token.balanceOf(wallet)).to.equal(0n);
  });

  it("does not mind when somebody sent the permit first", async () => {
    const net = await freshMarket();
    const { wallet, signed } = await newPayer(net);
    const { payment, send } = await permit(net, wallet, COST);
    await send();
    await net.market.connect(wallet).open([signed], payment, ZeroAddress, "0x");
  });

  it("fails with the token's reason when neither permit nor allowance suffice", async () => {
    const net = await freshMarket();
    const { wallet, signed } = await newPayer(net);
    const { payment } = await permit(net, wallet, COST - 1n);
    await expect(
      net.market.connect(wallet).open([signed], payment, ZeroAddress, "0x"),
    ).to.be.revertedWithCustomError(net.token, "ERC20InsufficientAllowance");
  });

  for (const kind of [2, 3, 255]) {
    it(`refuses payment kind ${kind} by name`, async () => {
      const net = await freshMarket();
      const signed = await sign(net, await newOffer(net));
      await expect(
        net.market.connect(net.client).open([signed], { kind, data: "0x" }, ZeroAddress, "0x"),
      )
        .to.be.revertedWithCustomError(net.market, "PaymentKindUnknown")
        .withArgs(kind);
    });
  }

  for (const [kind, data] of [
    [0, "0x00"],
    [1, "0x"],
  ] as const) {
    it(`refuses payment kind ${kind} with data of ${(data.length - 2) / 2} bytes`, async () => {
      const net = await freshMarket();
      const signed = await sign(net, await newOffer(net));
      await expect(
        net.market.connect(net.client).open([signed], { kind, data }, ZeroAddress, "0x"),
      ).to.be.revertedWithCustomError(net.market, "PaymentDataInvalid");
    });
  }

  it("refuses a token that takes a fee", async () => {
    const failure = await deployMarket({}, "FeeToken").catch(String);
    expect(failure).to.include("TokenNotExact(1000000000, 999000000)");
  });
});
