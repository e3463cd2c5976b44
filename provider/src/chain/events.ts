import { getBytes, type Log, type LogDescription } from "ethers";
import type { Market } from "holdfast/market";
import type { DealRecord, ManifestRecord } from "../journal/journal.ts";

type MarketInterface = Market["contract"]["interface"];

/** What may end a deal before its term. */
const EARLY_ENDS = ["Defaulted", "Abandoned", "Shortened"] as const;

/** Topics of the events that a provider has to know of. */
export function eventTopics(market: MarketInterface): string[] {
  return [
    market.getEvent("DealOpened").topicHash,
    market.getEvent("Stored").topicHash,
    ...EARLY_ENDS.map((name) => market.getEvent(name).topicHash),
  ];
}

export type Events = {
  readonly deals: readonly DealRecord[];
  readonly manifests: readonly ManifestRecord[];
  /** Deals of any provider whose end may have moved. */
  readonly shortened: readonly number[];
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

  const opened = named("DealOpened");
  const stored = named("Stored").filter((entry) => isOpening(entry, opened));
  const deals = opened
    .filter(({ event }) => ids.has(Number(event.args.provider)))
    .map((entry) => asDeal(entry, objectOf(entry, stored)));
  const own = new Set(deals.map(({ firstDeal }) => firstDeal));

  return {
    deals,
    manifests: stored.map(asManifest).filter(({ firstDeal }) => own.has(firstDeal)),
    shortened: EARLY_ENDS.flatMap(named).map(({ event }) => Number(event.args.deal)),
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

/** Whether an object was listed as its deals were opened: anybody may publish a manifest for any deal afterwards. */
function isOpening({ log, event }: Parsed, opened: readonly Parsed[]): boolean {
  return opened.some(
    (other) =>
      other.log.transactionHash === log.transactionHash &&
      other.event.args.deal === event.args.firstDeal,
  );
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
