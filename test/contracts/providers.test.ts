import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { ALLOWANCE, DOLLAR, freshMarket, newOffer, openDeal, sign } from "./support/market.ts";
import { nonceWord } from "./support/stored.ts";

const URL = "https://provider.example";
const FLOOR = 4n ** 6n;

describe("register", () => {
  for (const floor of [0n, 2n, 3n, 8n, FLOOR + 1n, 2n * FLOOR]) {
    it(`rejects a floor of ${floor}, which is no power of 4`, async () => {
      const { market, owner, operator } = await freshMarket();
      await expect(market.connect(owner).register(operator, owner, floor, 1n, URL))
        .to.be.revertedWithCustomError(market, "FloorInvalid")
        .withArgs(floor);
    });
  }

  it("rejects a zero beneficiary", async () => {
    const { market, owner, operator } = await freshMarket();
    await expect(
      market.connect(owner).register(operator, ZeroAddress, FLOOR, 1n, URL),
    ).to.be.revertedWithCustomError(market, "AddressInvalid");
  });

  it("takes a url of 256 bytes and none longer, so that no stranger's record fills a page", async () => {
    const { market, stranger, operator, owner } = await freshMarket();
    const register = (url: string) =>
      market.connect(stranger).register(operator, stranger, FLOOR, 1n, url);
    await register("x".repeat(256));
    await expect(register("x".repeat(257)))
      .to.be.revertedWithCustomError(market, "UrlTooLong")
      .withArgs(257n, 256n);
    await expect(market.connect(owner).configure(1n, operator, owner, 1n, "x".repeat(257)))
      .to.be.revertedWithCustomError(market, "UrlTooLong")
      .withArgs(257n, 256n);
  });

  it("gives ids in sequence and keeps all settings", async () => {
    const { market, stranger, operator, beneficiary } = await freshMarket();
    await expect(market.connect(stranger).register(operator, beneficiary, 1n, 7n, URL))
      .to.emit(market, "ProviderRegistered")
      .withArgs(2n, stranger.address, 1n)
      .and.to.emit(market, "ProviderConfigured")
      .withArgs(2n, operator.address, beneficiary.address, 7n, URL);
    const record = await market.providerOf(2n);
    expect(record.owner).to.equal(stranger.address);
    expect(record.operator).to.equal(operator.address);
    expect(record.beneficiary).to.equal(beneficiary.address);
    expect([record.floor, record.maxLock, record.free, record.listed]).to.deep.equal([
      1n,
      7n,
      0n,
      0n,
    ]);
    expect(record.url).to.equal(URL);
    expect(await market.providerCount()).to.equal(2n);
  });
});

describe("registerLike", () => {
  it("rejects a stranger", async () => {
    const { market, stranger } = await freshMarket();
    await expect(market.connect(stranger).registerLike(1n, FLOOR))
      .to.be.revertedWithCustomError(market, "NotOwnerOrOperator")
      .withArgs(1n, stranger.address);
  });

  it("opens another class with the same owner, operator, beneficiary, budget and url", async () => {
    const { market, operator } = await freshMarket();
    await market.connect(operator).registerLike(1n, 4n);
    const [first, second] = [await market.providerOf(1n), await market.providerOf(2n)];
    expect(second.floor).to.equal(4n);
    expect(second.free).to.equal(0n);
    for (const field of ["owner", "operator", "beneficiary", "maxLock", "url"] as const) {
      expect(second[field]).to.equal(first[field]);
    }
  });
});

describe("configure", () => {
  it("rejects anybody but the owner, the operator too", async () => {
    const { market, operator, owner } = await freshMarket();
    await expect(market.connect(operator).configure(1n, operator, operator, 1n, URL))
      .to.be.revertedWithCustomError(market, "NotOwner")
      .withArgs(1n, owner.address, operator.address);
  });

  it("rejects a zero beneficiary and an unknown provider", async () => {
    const { market, owner, operator } = await freshMarket();
    await expect(
      market.connect(owner).configure(1n, operator, ZeroAddress, 1n, URL),
    ).to.be.revertedWithCustomError(market, "AddressInvalid");
    await expect(market.connect(owner).configure(9n, operator, owner, 1n, URL))
      .to.be.revertedWithCustomError(market, "ProviderUnknown")
      .withArgs(9n);
  });

  it("replaces the settings and counts the act", async () => {
    const { market, owner, stranger } = await freshMarket();
    await market.connect(owner).configure(1n, stranger, stranger, 5n, URL);
    const record = await market.providerOf(1n);
    expect([
      record.operator,
      record.beneficiary,
      record.maxLock,
      record.url,
      record.version,
    ]).to.deep.equal([stranger.address, stranger.address, 5n, URL, 1n]);
  });

  it("caps what is left of this period's lock budget at once [OPEN-3]", async () => {
    const net = await freshMarket();
    const { market, owner, operator, client } = net;
    await openDeal(net);
    await market.connect(owner).configure(1n, operator, owner, 10n, URL);
    const signed = await sign(net, await newOffer(net));
    await expect(market.connect(client).open([signed], ALLOWANCE, ZeroAddress, "0x"))
      .to.be.revertedWithCustomError(market, "OfferBudgetTooLow")
      .withArgs(0n, 34_000n, 10n);
  });
});

describe("stop", () => {
  it("rejects a stranger", async () => {
    const { market, stranger } = await freshMarket();
    await expect(market.connect(stranger).stop(1n)).to.be.revertedWithCustomError(
      market,
      "NotOwnerOrOperator",
    );
  });

  for (const by of ["owner", "operator"] as const) {
    it(`by the ${by} keeps a signed offer from opening, at once [OPEN-3]`, async () => {
      const net = await freshMarket();
      const { market, client } = net;
      await openDeal(net);
      const signed = await sign(net, await newOffer(net));
      await expect(market.connect(net[by]).stop(1n))
        .to.emit(market, "OperatorStopped")
        .withArgs(1n, net[by].address);
      await expect(market.connect(client).open([signed], ALLOWANCE, ZeroAddress, "0x"))
        .to.be.revertedWithCustomError(market, "OfferBudgetTooLow")
        .withArgs(0n, 34_000n, 0n);
    });
  }
});

describe("voidNonces", () => {
  it("rejects a stranger", async () => {
    const { market, stranger } = await freshMarket();
    await expect(market.connect(stranger).voidNonces(1n, 0n, 1n)).to.be.revertedWithCustomError(
      market,
      "NotOwnerOrOperator",
    );
  });

  it("keeps an offer with a void nonce from opening and others not [OFFER-2]", async () => {
    const net = await freshMarket();
    const { market, operator, client } = net;
    const [voided, valid] = [
      await newOffer(net, { nonce: 515n }),
      await newOffer(net, { nonce: 514n }),
    ];
    await market.connect(operator).voidNonces(1n, 2n, 1n << 3n);
    expect(await nonceWord(net, 1n, 2n)).to.equal(1n << 3n);
    const open = async (offer: typeof voided) =>
      market.connect(client).open([await sign(net, offer)], ALLOWANCE, ZeroAddress, "0x");
    await expect(open(voided))
      .to.be.revertedWithCustomError(market, "OfferNonceUsed")
      .withArgs(0n, 515n);
    await open(valid);
  });

  it("gives no used or void nonce back [OFFER-2]", async () => {
    const net = await freshMarket();
    const { market, operator } = net;
    await market.connect(operator).voidNonces(1n, 0n, 0b0110n);
    await expect(market.connect(operator).voidNonces(1n, 0n, 0b1100n))
      .to.emit(market, "NoncesVoided")
      .withArgs(1n, 0n, 0b1100n);
    expect(await nonceWord(net, 1n, 0n)).to.equal(0b1110n);
  });
});

describe("stake", () => {
  it("rejects an unknown provider", async () => {
    const { market, owner } = await freshMarket();
    await expect(market.connect(owner).stake(7n, 1n, ALLOWANCE)).to.be.revertedWithCustomError(
      market,
      "ProviderUnknown",
    );
  });

  it("rejects more than fits the packed record [STAKE-1]", async () => {
    const { market, owner } = await freshMarket();
    const limit = 2n ** 96n - 1n;
    await expect(market.connect(owner).stake(1n, limit, ALLOWANCE))
      .to.be.revertedWithCustomError(market, "StakeTooHigh")
      .withArgs(limit + 1_000n * DOLLAR, limit);
  });

  it("adds to the free stake, by anyone [STAKE-1]", async () => {
    const { market, client, token } = await freshMarket();
    await expect(market.connect(client).stake(1n, 5n, ALLOWANCE))
      .to.emit(market, "Staked")
      .withArgs(1n, client.address, 5n);
    expect((await market.providerOf(1n)).free).to.equal(1_000n * DOLLAR + 5n);
    expect(await token.balanceOf(market)).to.equal(1_000n * DOLLAR + 5n);
  });
});

describe("unstake", () => {
  it("rejects anybody but the owner", async () => {
    const { market, operator } = await freshMarket();
    await expect(market.connect(operator).unstake(1n, 1n)).to.be.revertedWithCustomError(
      market,
      "NotOwner",
    );
  });

  it("rejects stake that deals have locked [STAKE-1]", async () => {
    const net = await freshMarket();
    const { market, owner } = net;
    await openDeal(net);
    const free = 1_000n * DOLLAR - 34_000n;
    await expect(market.connect(owner).unstake(1n, free + 1n))
      .to.be.revertedWithCustomError(market, "FreeStakeTooLow")
      .withArgs(1n, free + 1n, free);
  });

  it("moves free stake to the owner's balance at once [STAKE-1]", async () => {
    const { market, owner } = await freshMarket();
    await expect(market.connect(owner).unstake(1n, 10n))
      .to.emit(market, "Unstaked")
      .withArgs(1n, owner.address, 10n);
    expect(await market.balanceOf(owner)).to.equal(10n);
    const { free, version } = await market.providerOf(1n);
    expect([free, version]).to.deep.equal([1_000n * DOLLAR - 10n, 1n]);
  });
});
