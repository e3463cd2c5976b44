import { getBytes, type Log, type LogDescription } from "ethers";
import type { Market } from "holdfast/market";
import type { DealRecord, ManifestRecord } from "../journal/journal.ts";

type MarketInterface = Market["contract"]["interface"];

/** Topics of the events that a provider has to know of. */
export function eventTopics(market: MarketInterface): string[] {
  return [
    market.getEvent("DealOpened").topicHash,
    market.getEvent("Stored").topicHash,
    market.getEvent("Defaulted").topicHash,
  ];
}

export type Events = {
  readonly deals: readonly DealRecord[];
  readonly manifests: readonly ManifestRecord[];
  /** Deals of any provider that ended before their term. */
  readonly defaulted: readonly number[];
};

type Parsed = { readonly log: Log; readonly event: LogDescription };

/** Reads own deals and the manifests of their objects out of the market's logs. */
export function readEvents(
  market: MarketInterface,
  logs: readonly Log[],
  ids: ReadonlySet<number>,
): Events {
  const parsed = logs.flatMap((log): Parsed[] => {
    const event = market.parseLog(log);
    return event === null ? [] : [{ log, event }];
  });
  const named = (name: string) => parsed.filter(({ event }) => event.name === name);

  const stored = named("Stored");
  const opened = named("DealOpened").filter(({ event }) => ids.has(Number(event.args.provider)));
  const deals = opened.map((entry) => asDeal(entry, objectOf(entry, stored)));
  const own = new Set(deals.map(({ firstDeal }) => firstDeal));

  return {
    deals,
    manifests: stored.map(asManifest).filter(({ firstDeal }) => own.has(firstDeal)),
    defaulted: named("Defaulted").map(({ event }) => Number(event.args.deal)),
  };
}

/** The first deal of the object that a deal was opened for: the nearest one listed in the same transaction. */
function objectOf({ log, event }: Parsed, stored: readonly Parsed[]): number {
  const deal = Number(event.args.deal);
  const candidates = stored
    .filter((other) => other.log.transactionHash === log.transactionHash)
    .map((other) => Number(other.event.args.firstDeal))
    .filter((first) => first <= deal);
  return candidates.length === 0 ? deal : Math.max(...candidates);
}

function asDeal({ log, event }: Parsed, firstDeal: number): DealRecord {
  const { args } = event;
  const start = Number(args.start);
  return {
    id: Number(args.deal),
    provider: Number(args.provider),
    client: String(args.client),
    root: String(args.root).slice(2),
    size: Number(args.size),
    start,
    end: start + Number(args.periods),
    firstDeal,
    block: log.blockNumber,
    state: "open",
    settledUpTo: start,
    closedAt: 0,
  };
}

function asManifest({ event }: Parsed): ManifestRecord {
  return { firstDeal: Number(event.args.firstDeal), bytes: getBytes(String(event.args.manifest)) };
}
