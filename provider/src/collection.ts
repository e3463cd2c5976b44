import type { Deployment, Market } from "holdfast/market";
import type { Block } from "./chain/follower.ts";
import type { Journal, OfferRecord, UploadRecord } from "./journal/journal.ts";
import type { Log } from "./log.ts";
import { nonceIsUsed } from "./offers/nonces.ts";
import type { Pieces } from "./pieces/pieces.ts";
import { listedIds } from "./proving/listed.ts";
import { IDLE_SECONDS, type Uploads } from "./uploads/uploads.ts";

/** How often it looks, in the chain's time. Seconds. */
const EVERY = 60;
/** Bytes without an offer are kept this long after their quote stopped to bind. Seconds. */
const GRACE = 3600;

export type CollectionOptions = {
  readonly journal: Journal;
  readonly market: Market;
  readonly deployment: Deployment;
  readonly pieces: Pieces;
  readonly uploads: Uploads;
  readonly log: Log;
};

export type Collection = { run(final: Block): Promise<void> };

/**
 * Deletes what nobody can have a claim to any more, by the time of final blocks: uploads that were left, bytes of offers
 * that can never be opened, pieces whose deals are over. Nothing else deletes.
 */
export function collection(options: CollectionOptions): Collection {
  const { journal, market, deployment, pieces, uploads, log } = options;
  let last = Number.NEGATIVE_INFINITY;

  async function run({ time }: Block): Promise<void> {
    if (time < last + EVERY) return;
    last = time;
    for (const upload of await journal.uploads()) {
      const offers = await journal.offersOf(upload.id);
      const why = await reasonToDrop(upload, offers, time);
      if (why !== undefined && (await uploads.drop(upload.id, offers.length))) {
        log("info", "upload-dropped", { upload: upload.id, why });
      }
    }
    await endDeals(time);
    for (const piece of await pieces.removeOrphans()) {
      log("info", "piece-removed", { piece: pieces.cid(piece), size: piece.size });
    }
    await journal.dropQuotes(time - GRACE);
  }

  async function reasonToDrop(
    upload: UploadRecord,
    offers: readonly OfferRecord[],
    time: number,
  ): Promise<string | undefined> {
    if (upload.root === undefined) {
      return time > upload.touchedAt + IDLE_SECONDS ? "idle" : undefined;
    }
    if (offers.length === 0) {
      const quote = await journal.quote(upload.quote);
      const until = quote?.expires ?? upload.touchedAt + IDLE_SECONDS;
      return time > until + GRACE ? "no offer was asked for" : undefined;
    }
    if (offers.some(({ expiry }) => time <= expiry)) return undefined;

    // A nonce that is used means a deal; until the journal knows it, the upload is all that keeps its bytes.
    const deal = await journal.hasDeal(upload.root, upload.length ?? 0);
    if (deal) return "its deal keeps the bytes";
    for (const { provider, nonce } of offers) {
      if (await nonceIsUsed(market, provider, nonce)) return undefined;
    }
    return "its offers have expired";
  }

  /** Closed deals that are off the list leave after a period and an hour more, by final time. */
  async function endDeals(time: number): Promise<void> {
    const closed = await journal.deals("closed");
    const lists = new Map<number, Set<number>>();
    for (const deal of closed) {
      if (deal.closedAt !== 0) {
        if (time > deal.closedAt + deployment.length + GRACE) {
          await journal.updateDeal(deal.id, { ...deal, state: "gone" });
        }
        continue;
      }
      const listed = lists.get(deal.provider) ?? new Set(await listedIds(market, deal.provider));
      lists.set(deal.provider, listed);
      if (!listed.has(deal.id)) await journal.updateDeal(deal.id, { ...deal, closedAt: time });
    }
  }

  return { run };
}
