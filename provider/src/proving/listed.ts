import { listOf, type Market } from "holdfast/market";
import type { DealRecord, Journal } from "../journal/journal.ts";

/** A listed deal as far as proving needs it. */
export type ListedDeal = Pick<DealRecord, "id" | "root" | "size" | "start" | "end">;

type Sources = { readonly market: Market; readonly journal: Journal };

/** The provider's list in the chain's order. Terms come from the journal, and from the chain for what it does not know. */
export async function listedDeals(
  { market, journal }: Sources,
  provider: number,
  { fresh }: { readonly fresh: boolean },
): Promise<ListedDeal[]> {
  const listed: ListedDeal[] = [];
  for (const id of await listedIds(market, provider)) {
    const known = fresh ? undefined : await journal.deal(id);
    listed.push(known ?? (await readDeal(market, id)));
  }
  return listed;
}

/** Ids of the list as the journal has them. */
export async function listedIds(market: Market, provider: number): Promise<number[]> {
  return (await listOf(market, provider)).map(Number);
}

async function readDeal(market: Market, id: number): Promise<ListedDeal> {
  const { root, size, start, end } = await market.deal(BigInt(id));
  return { id, root: root.slice(2), size, start, end };
}

export function isLive({ start, end }: ListedDeal, period: number): boolean {
  return start <= period && period < end;
}

/** Whether a provider has proven a period. */
export async function isProven(market: Market, provider: number, period: number): Promise<boolean> {
  const word = await market.contract.provenWord(provider, Math.floor(period / 256));
  return ((word >> BigInt(period % 256)) & 1n) === 1n;
}
