import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { listOf, type Market, periodAt, seedTime } from "holdfast/market";
import type { Chain } from "./chain.ts";
import type { ManagedProvider } from "./provider.ts";

const pollMs = 100;

export interface Passage {
  readonly chain: Chain;
  readonly market: Market;
  readonly providers: readonly ManagedProvider[];
  /** How long a provider may take to prove, in seconds of real time. */
  readonly patienceSeconds: number;
  /** Whether periods pass by themselves. */
  readonly wallClock: boolean;
}

/**
 * Lets periods pass, one at a time: on to the time of the next seed, then until every sound provider has proven.
 *
 * @throws when one has not within `patienceSeconds`, with its name.
 */
export async function advance(passage: Passage, periods: number): Promise<void> {
  for (let i = 0; i < periods; i++) {
    const period = await nextPeriod(passage);
    await Promise.all(passage.providers.map((provider) => proven(passage, provider, period)));
  }
}

async function nextPeriod({ chain, market, wallClock }: Passage): Promise<number> {
  const { deployment } = market;
  const next = periodAt(deployment, await chain.now()) + 1;
  const time = seedTime(deployment, next);
  if (!wallClock) await chain.mineAt(time);
  while ((await chain.now()) < time) await sleep(pollMs);
  return next;
}

async function proven(passage: Passage, provider: ManagedProvider, period: number): Promise<void> {
  const { market, patienceSeconds } = passage;
  const deadline = Date.now() + 1000 * patienceSeconds;
  const due = new Set<number>();
  for (const id of provider.ids) if (await hasLiveDeal(market, id, period)) due.add(id);
  while (due.size > 0 && provider.sound()) {
    for (const id of due) if (await isProven(market, id, period)) due.delete(id);
    if (due.size === 0) return;
    if (Date.now() > deadline) throw unproven(provider, period, patienceSeconds);
    await sleep(pollMs);
  }
}

async function hasLiveDeal(market: Market, id: number, period: number): Promise<boolean> {
  for (const deal of await listOf(market, id)) {
    const { start, end } = await market.deal(deal);
    if (start <= period && period < end) return true;
  }
  return false;
}

async function isProven({ contract }: Market, id: number, period: number): Promise<boolean> {
  const word = await contract.provenWord(id, Math.floor(period / 256));
  return ((word >> BigInt(period % 256)) & 1n) === 1n;
}

function unproven({ id, log }: ManagedProvider, period: number, seconds: number): Error {
  const last = readFileSync(log, "utf8").trimEnd().split("\n").slice(-5).join("\n");
  return new Error(
    `Provider ${id} has not proven period ${period} within ${seconds} s. Its last words:\n${last}`,
  );
}
