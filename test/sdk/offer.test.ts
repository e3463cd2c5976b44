import { expect } from "chai";
import { Wallet } from "ethers";
import {
  type Deployment,
  dealTerms,
  type Offer,
  type Piece,
  type ProviderRecord,
  signOffer,
} from "holdfast/market";
import { verifyOffer } from "../../sdk/src/store/offers.ts";
import type { Run } from "../../sdk/src/store/run.ts";
import { rejection } from "./support/world.ts";

// The operator's key is the test's own here, so that every field can be wrong under a right signature.
const operator = Wallet.createRandom();
const owner = Wallet.createRandom().address;
const client = Wallet.createRandom().address;
const zero = `0x${"00".repeat(32)}`;
const time = 1_000_000;
const size = 1_000_000;
const pricePerTiBPeriod = 10_000_000_000n;
const deployment: Deployment = {
  ...{ chainId: 31337, market: client, token: client, beacon: client, genesis: 0, length: 1000 },
  ...{ delay: 0, baseSamples: 5, maxTerm: 366, minCollateral: 10_000n },
  ...{ tokenDecimals: 6, tokenSymbol: "tUSD" },
};
const id = { id: 3, owner, operator: operator.address, floor: 4n ** 10n } as ProviderRecord;
const terms = dealTerms({ ...deployment, size, periods: 40, pricePerTiBPeriod, floor: id.floor });
const quote = {
  ...{ id: zero, provider: 3, client, maxBytes: size, periods: 40, pricePerTiBPeriod },
  ...{ maxMisses: 1, notice: 30, termsHash: zero, expires: time + 10_000 },
};
const fragment = {
  provider: {
    ...{ url: "http://127.0.0.1:1", owner, operator: operator.address },
    ...{ signed: { quote, signature: "0x" }, price: terms.total, collateral: terms.collateral },
  },
  piece: { root: zero, size },
};
const piece: Piece = {
  ...{ root: zero, size, rate: terms.rate, slashFactor: terms.slashFactor, contentCid: "0x" },
};
const offer: Offer = {
  ...{ provider: 3, client, firstPeriod: 1002, periods: 40, maxMisses: 1, notice: 30 },
  ...{ termsHash: zero, expiry: time + 3600, nonce: 0n, pieces: [piece] },
};
const run = {
  ctx: { deployment, account: client },
  journal: { record: { periods: 40 } },
} as unknown as Run;

async function verify(
  change: Partial<Offer> = {},
  o: {
    id?: Partial<ProviderRecord>;
    signer?: typeof operator;
    quote?: Partial<typeof quote>;
  } = {},
): Promise<void> {
  const signed = await signOffer(o.signer ?? operator, deployment, { ...offer, ...change });
  const quoted = { quote: { ...quote, ...o.quote }, signature: "0x" };
  const provider = { ...fragment.provider, signed: quoted };
  verifyOffer(run, { ...fragment, provider }, { signed, id: { ...id, ...o.id }, time });
}

describe("An offer", () => {
  it("is taken when it says what was quoted", () => verify());

  const wrong = `0x${"01".repeat(32)}`;
  const changedPiece = (change: Partial<Piece>) => ({ pieces: [{ ...piece, ...change }] });
  for (const [field, change] of [
    ["client", { client: owner }],
    ["periods", { periods: 29 }],
    ["maxMisses", { maxMisses: 2 }],
    ["notice", { notice: 31 }],
    ["termsHash", { termsHash: wrong }],
    ["firstPeriod", { firstPeriod: 1003 }],
    ["number of pieces", { pieces: [piece, piece] }],
    ["root", changedPiece({ root: wrong })],
    ["size", changedPiece({ size: size - 1 })],
    ["contentCid", changedPiece({ contentCid: "0x01" })],
    ["rate", changedPiece({ rate: terms.rate + 1n })],
    ["slashFactor", changedPiece({ slashFactor: terms.slashFactor - 1 })],
  ] as [string, Partial<Offer>][]) {
    it(`is refused, naming the field, when its ${field} is not what was quoted`, async () => {
      const error = await rejection(verify(change));
      expect(error).to.include({ code: "OFFER_INVALID", provider: "http://127.0.0.1:1" });
      expect(error.message).to.include(`not what was quoted: its ${field} is `);
    });
  }

  for (const [field, o] of [
    ["signature", { signer: Wallet.createRandom() as unknown as typeof operator }],
    ["provider's owner", { id: { owner: client } }],
    ["provider's operator", { id: { operator: client } }],
  ] as const) {
    it(`is refused when its ${field} is another's`, async () => {
      const error = await rejection(verify({}, o));
      expect(error).to.have.property("code", "OFFER_INVALID");
      expect(error.message).to.include(`its ${field} is `);
    });
  }

  it("is refused when it has expired", async () => {
    const error = await rejection(verify({ expiry: time }));
    expect(error).to.include({
      code: "OFFER_EXPIRED",
      message: `The offer of http://127.0.0.1:1 expired at ${time}, the chain's time is ${time}.`,
    });
  });

  it("is refused when its class is too small for the deal [TERM-2]", async () => {
    const floor = 4n ** 6n;
    const small = dealTerms({ ...deployment, size, periods: 40, pricePerTiBPeriod, floor });
    const changed = changedPiece({ rate: small.rate, slashFactor: small.slashFactor });
    const error = await rejection(verify(changed, { id: { floor } }));
    expect(error).to.have.property("code", "PROVIDER_FLOOR_TOO_LOW");
  });

  it("is refused when a miss costs less than two rates, though it was quoted so [TERM-2]", async () => {
    const floor = 4n ** 9n;
    const maxMisses = 32;
    const lax = dealTerms({ ...deployment, ...quote, size, maxMisses, floor });
    const changed = changedPiece({ rate: lax.rate, slashFactor: lax.slashFactor });
    const call = verify({ ...changed, maxMisses }, { id: { floor }, quote: { maxMisses } });
    const error = await rejection(call);
    expect(error).to.have.property("code", "OFFER_INVALID");
    expect(error.message).to.include("its slashFactor is 1, it must be at least 2");
  });
});
