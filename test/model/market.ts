/**
 * A market of storage deals as the design tells it, without any care for gas: a set of proven periods for each provider, and a loop
 * that moves the money of each period by itself. The contract is compared with this.
 */

export interface Provider {
  readonly owner: string;
  readonly beneficiary: string;
  free: bigint;
  readonly proven: Set<number>;
  gaveUpAt: number;
}

export interface Deal {
  readonly provider: number;
  readonly start: number;
  readonly rate: bigint;
  readonly slash: bigint;
  readonly maxMisses: number;
  readonly notice: number;
  client: string;
  /** Undefined: the provider's beneficiary. */
  payee: string | undefined;
  end: number;
  settledUpTo: number;
  misses: number;
  escrow: bigint;
  collateral: bigint;
  closed: boolean;
  forfeited: boolean;
  challengedAt: number | undefined;
}

export interface Market {
  readonly bond: bigint;
  period: number;
  readonly providers: Provider[];
  readonly deals: Deal[];
  readonly balances: Map<string, bigint>;
}

export interface Terms {
  readonly provider: number;
  readonly client: string;
  readonly firstPeriod: number;
  readonly periods: number;
  readonly maxMisses: number;
  readonly notice: number;
  readonly rate: bigint;
  readonly slashFactor: bigint;
}

/** An act that the market must refuse. */
export class Refused extends Error {
  override readonly name = "Refused";
}

export function balanceOf(market: Market, account: string): bigint {
  return market.balances.get(account) ?? 0n;
}

export function payeeOf(market: Market, deal: Deal): string {
  return deal.payee ?? providerOf(market, deal).beneficiary;
}

/* OPENING AND PROVING */

export function open(market: Market, terms: Terms): void {
  const provider = market.providers[terms.provider] as Provider;
  const start = Math.max(terms.firstPeriod, market.period + 1);
  const slash = terms.rate * terms.slashFactor;
  const collateral = slash * BigInt(terms.maxMisses + 1);
  allow(terms.maxMisses < terms.periods, "as many misses as periods");
  allow(collateral <= provider.free, "the free stake is too low");

  provider.free -= collateral;
  market.deals.push({
    provider: terms.provider,
    start,
    rate: terms.rate,
    slash,
    maxMisses: terms.maxMisses,
    notice: terms.notice,
    client: terms.client,
    payee: undefined,
    end: start + terms.periods,
    settledUpTo: start,
    misses: 0,
    escrow: terms.rate * BigInt(terms.periods),
    collateral,
    closed: false,
    forfeited: false,
    challengedAt: undefined,
  });
}

export function prove(market: Market, id: number): void {
  const provider = market.providers[id] as Provider;
  allow(!provider.proven.has(market.period), "proven");
  allow(provider.gaveUpAt !== market.period, "given up");
  provider.proven.add(market.period);
}

export function giveUp(market: Market, caller: string, id: number): void {
  const provider = market.providers[id] as Provider;
  allow(caller === provider.owner, "not the owner");
  allow(!provider.proven.has(market.period), "proven");
  allow(provider.gaveUpAt !== market.period, "given up");
  provider.gaveUpAt = market.period;
}

/* SETTLING */

export function settle(market: Market, deal: Deal): void {
  if (deal.closed) return;
  if (deal.challengedAt !== undefined) {
    const lastAnswer = deal.challengedAt + Math.max(2, deal.maxMisses + 1);
    if (market.period > lastAnswer) breakDeal(market, deal);
    return;
  }
  while (!deal.closed && deal.settledUpTo < Math.min(market.period, deal.end)) {
    settlePeriod(market, deal, deal.settledUpTo);
  }
}

function settlePeriod(market: Market, deal: Deal, period: number): void {
  deal.settledUpTo = period + 1;
  deal.escrow -= deal.rate;
  if (providerOf(market, deal).proven.has(period)) {
    credit(market, payeeOf(market, deal), deal.rate);
  } else {
    credit(market, deal.client, deal.rate);
    // Who has abandoned has lost all collateral before.
    if (!deal.forfeited) {
      deal.misses += 1;
      deal.collateral -= deal.slash;
      credit(market, deal.client, deal.slash);
    }
  }
  if (deal.misses > deal.maxMisses) breakDeal(market, deal);
  else if (deal.settledUpTo === deal.end) close(market, deal);
}

/** A default: all that is left is the client's, and the term ends with the current period. */
function breakDeal(market: Market, deal: Deal): void {
  credit(market, deal.client, deal.escrow + deal.collateral);
  endChallenge(market, deal, deal.client);
  deal.end = Math.min(deal.end, Math.max(deal.start, market.period + 1));
  deal.escrow = 0n;
  deal.collateral = 0n;
  deal.forfeited = true;
  deal.closed = true;
}

function close(market: Market, deal: Deal): void {
  providerOf(market, deal).free += deal.collateral;
  deal.collateral = 0n;
  deal.closed = true;
}

/* A DEAL'S LIFE */

export function transferDeal(market: Market, caller: string, deal: Deal, to: string): void {
  settleOpen(market, deal);
  allow(caller === deal.client, "not the client");
  allow(deal.challengedAt === undefined, "a challenge is open");
  deal.client = to;
}

export function assignPayee(market: Market, caller: string, deal: Deal, to: string): void {
  settleOpen(market, deal);
  allow(caller === (deal.payee ?? providerOf(market, deal).owner), "not who may assign");
  deal.payee = to;
}

export function cancel(market: Market, caller: string, deal: Deal): void {
  settleOpen(market, deal);
  allow(caller === deal.client, "not the client");
  shorten(market, deal, market.period + 1 + deal.notice);
}

/** With the consent of the other of the two parties. */
export function terminate(market: Market, caller: string, deal: Deal): void {
  settleOpen(market, deal);
  allow(deal.challengedAt === undefined, "a challenge is open");
  allow(caller === deal.client || caller === payeeOf(market, deal), "not a party");
  shorten(market, deal, market.period + 1);
}

function shorten(market: Market, deal: Deal, bound: number): void {
  const end = Math.max(deal.start, bound);
  allow(end < deal.end, "ends earlier");
  cutOff(market, deal, end);
  if (end === deal.start) close(market, deal);
}

function cutOff(market: Market, deal: Deal, end: number): void {
  for (; deal.end > end; deal.end--) {
    deal.escrow -= deal.rate;
    credit(market, deal.client, deal.rate);
  }
}

export function abandon(market: Market, caller: string, deal: Deal): void {
  settleOpen(market, deal);
  allow(caller === providerOf(market, deal).owner, "not the owner");
  allow(!deal.forfeited, "forfeited");
  if (deal.challengedAt === undefined) loseCollateral(market, deal);
  // What an unanswered challenge brings, at once.
  else breakDeal(market, deal);
}

/** The current period was drawn before, so it still settles by its bit. */
function loseCollateral(market: Market, deal: Deal): void {
  cutOff(market, deal, Math.max(deal.start, market.period + 1));
  credit(market, deal.client, deal.collateral);
  deal.collateral = 0n;
  deal.forfeited = true;
  if (deal.settledUpTo === deal.end) close(market, deal);
}

/** The bond is paid by allowance, so no balance changes. */
export function challenge(market: Market, caller: string, deal: Deal): void {
  settleOpen(market, deal);
  allow(caller === deal.client, "not the client");
  allow(deal.challengedAt === undefined, "a challenge is open");
  allow(!deal.forfeited, "forfeited");
  allow(deal.start <= market.period && market.period < deal.end, "not live");
  deal.challengedAt = market.period;
}

export function answer(market: Market, deal: Deal): void {
  settleOpen(market, deal);
  allow(deal.challengedAt !== undefined, "no challenge is open");
  endChallenge(market, deal, providerOf(market, deal).beneficiary);
}

function endChallenge(market: Market, deal: Deal, to: string): void {
  if (deal.challengedAt === undefined) return;
  deal.challengedAt = undefined;
  credit(market, to, market.bond);
}

/* ACCOUNTS */

export function unstake(market: Market, caller: string, id: number, amount: bigint): void {
  const provider = market.providers[id] as Provider;
  allow(caller === provider.owner, "not the owner");
  allow(amount <= provider.free, "the free stake is too low");
  provider.free -= amount;
  credit(market, caller, amount);
}

export function withdraw(market: Market, caller: string, amount: bigint): void {
  allow(amount <= balanceOf(market, caller), "the balance is too low");
  credit(market, caller, -amount);
}

/* PRIVATE */

/** Each act settles first, and none may touch what is over. */
function settleOpen(market: Market, deal: Deal): void {
  settle(market, deal);
  allow(!deal.closed, "closed");
}

function providerOf(market: Market, deal: Deal): Provider {
  return market.providers[deal.provider] as Provider;
}

function credit(market: Market, account: string, amount: bigint): void {
  market.balances.set(account, balanceOf(market, account) + amount);
}

function allow(condition: boolean, reason: string): void {
  if (!condition) throw new Refused(reason);
}
