import { type Deal, type Deployment, type Market, periodAt } from "holdfast/market";
import type { Block } from "./chain/follower.ts";
import type { Outbox } from "./chain/outbox.ts";
import type { DealRecord, Journal } from "./journal/journal.ts";
import type { Log } from "./log.ts";

/** Deals settled in one transaction. */
const BATCH = 50;

export type Settlement = {
  /** Settles what is due; to be called at every poll, works once in a period. */
  run(head: Block): Promise<void>;
};

export type SettlementOptions = {
  readonly market: Market;
  readonly deployment: Deployment;
  readonly journal: Journal;
  readonly outbox: Outbox;
  readonly log: Log;
  /** Periods of income that are collected in one settlement. */
  readonly settleEvery: number;
};

/**
 * Collects income, closes what has ended, and admits defaults at once: a deal in default stays in the draws until
 * somebody settles it. What is earned goes to the beneficiary; the operator's key never holds any of it.
 */
export function settlement(options: SettlementOptions): Settlement {
  const { market, deployment, journal, outbox, log, settleEvery } = options;
  let reviewed = 0;
  const misses = new Map<bigint, number>();

  async function run({ time }: Block): Promise<void> {
    const period = periodAt(deployment, time);
    if (period === reviewed) return;

    const due: Deal[] = [];
    for (const record of await journal.deals("open")) {
      const deal = await market.deal(BigInt(record.id));
      await remember(record, deal);
      alarm(deal);
      if (isDue(deal, period)) due.push(deal);
    }
    for (let i = 0; i < due.length; i += BATCH) {
      if (!(await settle(due.slice(i, i + BATCH), period))) return;
    }
    reviewed = period;
  }

  function alarm(deal: Deal): void {
    const before = misses.get(deal.id);
    misses.set(deal.id, deal.misses);
    if (deal.defaulted) log("alarm", "deal-defaulted", describe(deal));
    else if (before !== undefined && deal.misses > before) {
      log("alarm", "period-missed", describe(deal));
    }
  }

  function isDue(deal: Deal, period: number): boolean {
    if (deal.closed || period <= deal.settledUpTo) return false;
    // While a challenge can be answered, settlement stands still.
    if (deal.challengedAt !== 0 && !deal.defaulted) return false;
    const ended = period >= deal.end || deal.defaulted;
    const worthIt = deal.earned > 0n && period - deal.settledUpTo >= settleEvery;
    return ended || worthIt;
  }

  async function settle(deals: readonly Deal[], period: number): Promise<boolean> {
    const ids = deals.map(({ id }) => id);
    const call = await market.contract.settle.populateTransaction(ids);
    if (!(await outbox.send(`settle ${ids[0]}-${ids.at(-1)} ${period}`, call))) return false;

    for (const deal of deals) {
      const { earned, refund, compensation, unlocked } = deal;
      log("info", "settled", { ...describe(deal), earned, refund, compensation, unlocked });
      const record = await journal.deal(Number(deal.id));
      if (record !== undefined) await remember(record, await market.deal(deal.id));
    }
    return payOut(new Set(deals.map(({ provider }) => provider)), period);
  }

  /** To the own beneficiaries alone: who was assigned the income of a deal collects it by itself. */
  async function payOut(providers: ReadonlySet<number>, period: number): Promise<boolean> {
    const records = await Promise.all([...providers].map((id) => market.provider(id)));
    for (const payee of new Set(records.map(({ beneficiary }) => beneficiary))) {
      const amount = await market.claimable(payee);
      if (amount === 0n || (await market.contract.keepsBalance(payee))) continue;
      const call = await market.contract.push.populateTransaction(payee);
      if (!(await outbox.send(`push ${payee} ${period}`, call))) return false;
      log("info", "paid-out", { payee, amount });
    }
    return true;
  }

  async function remember(record: DealRecord, deal: Deal): Promise<void> {
    const { end, settledUpTo } = deal;
    const state = deal.closed ? "closed" : "open";
    if (end === record.end && settledUpTo === record.settledUpTo && state === record.state) return;
    await journal.updateDeal(record.id, { end, settledUpTo, state, closedAt: 0 });
  }

  return { run };
}

function describe({ id, provider, misses, maxMisses }: Deal) {
  return { deal: id, provider, misses, maxMisses };
}
