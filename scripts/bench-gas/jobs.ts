import { type ContractTransactionResponse, concat, ZeroAddress } from "ethers";
import {
  ALLOWANCE,
  enterPeriod,
  evidence,
  freshMarket,
  newOffer,
  registerProvider,
  seedTime,
  sign,
  type TestMarket,
} from "../../test/contracts/support/market.ts";
import { uniformPiece } from "../../test/contracts/support/piece.ts";

/**
 * What each job costs, in gas from receipts, calldata included, in the steady state: balances, nonce words, bit words and list
 * words in use. Pieces are trees of 25 levels (1 GiB), as in the peers' figures.
 */
export type Gas = Record<string, number>;

const TREE = uniformPiece(25);
const PIECE = { root: TREE.root, size: TREE.size, slashFactor: 3, contentCid: "0x" };
/** As long as that of a private file with one recipient, a name and a type. */
const MANIFEST = `0x${"5a".repeat(270)}`;
const YEAR = { periods: 365, maxMisses: 10 };
const MONTH = { periods: 30, maxMisses: 1 };

type Terms = { readonly periods: number; readonly maxMisses: number };

/** Gas of one transaction. */
async function gas(transaction: Promise<ContractTransactionResponse>): Promise<number> {
  return Number((await (await transaction).wait())?.gasUsed);
}

/** Opens `pieces` deals at each of `providers` in one transaction. */
async function open(net: TestMarket, providers: number[], terms: Terms, pieces = 1) {
  const rate = 1_000 + Math.ceil(33_000 / (3 * (terms.maxMisses + 1)));
  const opened = await net.market.dealCount();
  const offers = await Promise.all(
    providers.map(async (provider, i) =>
      sign(
        net,
        await newOffer(net, {
          provider,
          ...terms,
          nonce: 1_000n + BigInt(i) + opened,
          pieces: Array.from({ length: pieces }, () => ({ ...PIECE, rate })),
        }),
      ),
    ),
  );
  const manifest = providers.length > 1 ? MANIFEST : "0x";
  return net.market.connect(net.client).open(offers, ALLOWANCE, ZeroAddress, manifest);
}

async function openMany(net: TestMarket, provider: number, deals: number, terms: Terms) {
  for (let left = deals; left > 0; left -= 100)
    await open(net, [provider], terms, Math.min(100, left));
}

/** Captures the seed of period `p`; the gas of it. Kept apart from proving: it is paid once for all providers of a chain. */
async function capture(net: TestMarket, p: number): Promise<number> {
  const seed = [await seedTime(net, p), await evidence(net, p), { gasLimit: 1_000_000 }] as const;
  return gas(net.beacon.seed(...seed));
}

/** Every path of a uniform tree is the same, so no walk is needed to make a proof. */
async function proveAt(
  net: TestMarket,
  p: number,
  listed: number,
  delist: number[] = [],
  provider = 1,
) {
  const proof = concat(Array<string>(5 + Math.floor(listed / 128)).fill(TREE.path(0)));
  return gas(net.market.prove(provider, p, proof, "0x", delist));
}

async function provePeriods(net: TestMarket, from: number, to: number, listed: number) {
  let total = 0;
  for (let p = from; p <= to; p++) {
    if ((await net.market.period()) < p) await enterPeriod(net, p);
    await capture(net, p);
    total += await proveAt(net, p, listed);
  }
  return total;
}

/** Six providers with a deal each, listed objects, nonce words and list words with room. */
async function inUse(): Promise<TestMarket> {
  const net = await freshMarket();
  for (let i = 0; i < 5; i++) await registerProvider(net);
  await open(net, [1, 2, 3, 4, 5, 6], YEAR);
  return net;
}

export async function opening(): Promise<Gas> {
  const net = await inUse();
  const result: Gas = {
    "open-1": await gas(open(net, [1], YEAR)),
    "open-6": await gas(open(net, [1, 2, 3, 4, 5, 6], YEAR)),
  };
  await net.helpers.time.increase(1_000);
  result["open-1-first-in-period"] = await gas(open(net, [1], YEAR));
  result["open-100"] = await gas(open(net, [2], YEAR, 100));
  const cold = await freshMarket();
  result["open-1-cold"] = await gas(open(cold, [1], YEAR));
  return result;
}

/** One proof with `deals` in the list. */
export async function proving(deals: number): Promise<Gas> {
  const net = await freshMarket();
  await openMany(net, 1, deals, MONTH);
  await provePeriods(net, 2, 3, deals);
  await enterPeriod(net, 4);
  const captured = await capture(net, 4);
  return { [`prove-${deals}`]: await proveAt(net, 4, deals), capture: captured };
}

export async function settling(): Promise<Gas> {
  const net = await freshMarket();
  const terms = { periods: 366, maxMisses: 3 };
  const { market, beneficiary, token } = net;
  await open(net, [1], { periods: 3, maxMisses: 2 });
  for (let i = 0; i < 3; i++) await open(net, [1], terms);
  await open(net, [1], terms, 50);
  for (let i = 0; i < 50; i++) await open(net, [1], terms);
  const [missed, proven] = [2n, 3n];
  const pieces = Array.from({ length: 50 }, (_, i) => BigInt(5 + i));
  const offers = Array.from({ length: 50 }, (_, i) => BigInt(55 + i));
  // Both parties have money already.
  await provePeriods(net, 2, 2, 104);
  await enterPeriod(net, 5);
  await market.settle([1n]);
  await provePeriods(net, 5, 5, 104);
  await enterPeriod(net, 6);
  await market.settle([missed, proven, ...pieces, ...offers]);
  const result: Gas = {};
  await provePeriods(net, 6, 6, 104);
  await enterPeriod(net, 7);
  result["settle-1"] = await gas(market.settle([proven]));
  await provePeriods(net, 7, 36, 104);
  await enterPeriod(net, 37);
  result["settle-30"] = await gas(market.settle([proven]));
  result["settle-50-each"] = Math.round((await gas(market.settle(pieces))) / 50);
  result["settle-50-offers-each"] = Math.round((await gas(market.settle(offers))) / 50);
  await enterPeriod(net, 38);
  result["settle-miss"] = await gas(market.settle([missed]));
  await token.mint(beneficiary, 1n);
  result["withdraw-part"] = await gas(market.connect(beneficiary).withdraw(beneficiary, 1_000n));
  const balance = await market.balanceOf(beneficiary);
  result.withdraw = await gas(market.connect(beneficiary).withdraw(beneficiary, balance));
  return { ...result, "settle-365": await settlingYear() };
}

/** A year of proven periods at once; its history lies in two words. */
async function settlingYear(): Promise<number> {
  const net = await freshMarket();
  await open(net, [1], { periods: 1, maxMisses: 0 });
  await open(net, [1], { periods: 366, maxMisses: 10 });
  await provePeriods(net, 2, 2, 2);
  await enterPeriod(net, 3);
  await net.market.settle([1n]);
  await provePeriods(net, 3, 366, 2);
  await enterPeriod(net, 367);
  return gas(net.market.settle([2n]));
}

/** Thirty days of one deal, all parties, among `deals` of its provider opened alike: its share of what is shared. */
export async function life(deals: number): Promise<number> {
  const net = await inUse();
  await provePeriods(net, 2, 2, 1);
  const first = Number(await net.market.dealCount()) + 1;
  let total = 0;
  for (let left = deals; left > 0; left -= 100)
    total += await gas(open(net, [1], MONTH, Math.min(100, left)));
  const ids = Array.from({ length: deals }, (_, i) => first + i);
  total += await provePeriods(net, 3, 31, deals + 1);
  await enterPeriod(net, 32);
  await capture(net, 32);
  // The last proof takes the deals off the list, behind the first one.
  const indices = ids.map((_, i) => i + 1).reverse();
  total += await proveAt(net, 32, deals + 1, indices);
  await enterPeriod(net, 33);
  for (let i = 0; i < ids.length; i += 100)
    total += await gas(net.market.settle(ids.slice(i, i + 100)));
  total += await gas(net.market.push(net.beneficiary));
  return Math.round(total / deals);
}

/** The worst change of open, prove and settle, in percent, between a market with one provider and one with 100,000 deals. */
export async function flatness(deals = 100_000): Promise<number> {
  const net = await freshMarket();
  for (const account of [net.client, net.owner]) await net.token.mint(account, 10n ** 18n);
  const few = await threeActs(net, 2);
  for (let left = deals; left > 0; left -= 8_000) {
    const provider = Number(await registerProvider(net, 10n ** 12n));
    await openMany(net, provider, Math.min(8_000, left), YEAR);
  }
  const many = await threeActs(net, Number(await net.market.period()) + 1);
  const changes = few.map((before, i) => Math.abs(((many[i] as number) - before) / before) * 100);
  return Math.round(Math.max(...changes) * 10) / 10;
}

/** Open, prove and settle of a new provider with two deals, whose words are in use. */
async function threeActs(net: TestMarket, p: number): Promise<number[]> {
  const provider = Number(await registerProvider(net));
  await open(net, [provider], MONTH);
  await enterPeriod(net, p);
  const opened = await gas(open(net, [provider], MONTH));
  const deal = await net.market.dealCount();
  await enterPeriod(net, p + 1);
  await capture(net, p + 1);
  await proveAt(net, p + 1, 2, [], provider);
  await enterPeriod(net, p + 2);
  await capture(net, p + 2);
  const proven = await proveAt(net, p + 2, 2, [], provider);
  await net.market.settle([deal]);
  await enterPeriod(net, p + 3);
  return [opened, proven, await gas(net.market.settle([deal]))];
}
