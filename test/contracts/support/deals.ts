import { expect } from "chai";
import {
  DOLLAR,
  domainOf,
  enterPeriod,
  LENGTH,
  openDeal,
  prove,
  type TestMarket,
} from "./market.ts";

/** Of a deal of `newOffer`: ten periods, one miss tolerated. */
export const RATE = 1_000n;
export const SLASH = 17_000n;
export const COST = 10n * RATE;
export const COLLATERAL = 2n * SLASH;
/** Of a provider of `registerProvider`. */
export const STAKE = 1_000n * DOLLAR;

/** Proves the periods of `history` that are marked, from period 2 on, and ends in the period behind it. */
export async function live(net: TestMarket, history: string, provider = 1n) {
  for (const [i, mark] of [...history].entries()) {
    await enterPeriod(net, 2 + i);
    if (mark === "1") await prove(net, provider);
  }
  await enterPeriod(net, 2 + history.length);
}

/** A deal of periods 2 to 11, unless `changes` say more, at the period behind `history`. */
export async function liveDeal(
  net: TestMarket,
  history = "",
  changes: Parameters<typeof openDeal>[1] = {},
): Promise<bigint> {
  const id = await openDeal(net, changes);
  await live(net, history);
  return id;
}

/** First second of a period. */
export async function startOf(net: TestMarket, p: number): Promise<number> {
  const { genesis } = await net.market.parameters();
  return Number(genesis) + (p - 1) * LENGTH;
}

/** What the parties of provider 1 have in the market, apart from what deals hold. */
export async function balances({ market, client, beneficiary }: TestMarket) {
  return {
    payee: await market.balanceOf(beneficiary),
    client: await market.balanceOf(client),
    free: (await market.providerOf(1n)).free,
  };
}

/** Each unit that came in is somebody's balance, free stake, held for a deal, or the bond of a challenge. */
export async function expectConserved(net: TestMarket) {
  const { market, token, client, owner, operator, beneficiary, stranger } = net;
  const { challengeBond } = await market.parameters();
  let total = 0n;
  for (const account of [client, owner, operator, beneficiary, stranger]) {
    total += await market.balanceOf(account);
  }
  for (let id = 1n; id <= (await market.providerCount()); id++) {
    total += (await market.providerOf(id)).free;
  }
  for (let id = 1n; id <= (await market.dealCount()); id++) {
    const deal = await market.dealOf(id);
    total += deal.escrow + deal.collateral;
    total += deal.earned + deal.refund + deal.compensation + deal.unlocked;
    if (deal.challengedAt !== 0n) total += challengeBond;
  }
  expect(total).to.equal(await token.balanceOf(market));
}

/** What `terminate` asks of the other party. */
const consentTypes = {
  Terminate: [
    { name: "deal", type: "uint32" },
    { name: "signer", type: "address" },
    { name: "counterparty", type: "address" },
    { name: "expiry", type: "uint64" },
    { name: "nonce", type: "uint256" },
  ],
};

type Signer = TestMarket["client"];
type Party = Pick<Signer, "address">;

let nonce = 0n;

/** The signer's word to the counterparty that a deal may end, signed by the signer's own key or by another. */
export async function consentOf(
  net: TestMarket,
  deal: bigint,
  signer: Party,
  counterparty: Party,
  changes: Partial<{
    expiry: number;
    nonce: bigint;
    domain: Record<string, unknown>;
    by: Signer;
  }> = {},
) {
  const terms = {
    expiry: changes.expiry ?? (await net.helpers.time.latest()) + 3_600,
    nonce: changes.nonce ?? nonce++,
  };
  const domain = { ...(await domainOf(net)), ...changes.domain };
  const message = {
    deal,
    signer: signer.address,
    counterparty: counterparty.address,
    ...terms,
  };
  const by = changes.by ?? (await net.ethers.getSigner(signer.address));
  return { ...terms, signature: await by.signTypedData(domain, consentTypes, message) };
}

/** The leaf of a deal's piece and its siblings upward. */
export async function pathOf(net: TestMarket, deal: bigint, leaf: number): Promise<string> {
  const { root } = await net.market.dealOf(deal);
  const piece = net.pieces.get(root);
  if (!piece) throw new Error(`the test has no piece with root ${root}`);
  return piece.path(leaf);
}
