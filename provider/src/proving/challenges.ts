import { type Deal, type Deployment, type Market, periodAt } from "holdfast/market";
import type { Block } from "../chain/follower.ts";
import type { Outbox } from "../chain/outbox.ts";
import type { Journal } from "../journal/journal.ts";
import { type Log, reason } from "../log.ts";
import { PieceCorruptError, type Pieces } from "../pieces/pieces.ts";

export type ChallengesOptions = {
  readonly market: Market;
  readonly deployment: Deployment;
  readonly journal: Journal;
  readonly pieces: Pieces;
  readonly outbox: Outbox;
  readonly log: Log;
};

export type Challenges = {
  /** Answers what is open; to be called at every poll, works once in a period. */
  run(head: Block): Promise<void>;
};

/**
 * Answers the challenges of clients: the leaf that one of them could not get over HTTP goes to the market, with its path. A
 * challenge leaves time for an answer until the period after the next one at least, so looking once in a period is enough.
 */
export function challenges(options: ChallengesOptions): Challenges {
  const { market, deployment, journal, pieces, outbox, log } = options;
  let reviewed = 0;

  async function run({ time }: Block): Promise<void> {
    const period = periodAt(deployment, time);
    if (period === reviewed) return;
    for (const { id } of await journal.deals("open")) {
      const deal = await market.deal(BigInt(id));
      // In default already: it is too late, and settling says so.
      if (deal.challengedAt === 0 || deal.defaulted) continue;
      if (!(await answer(deal))) return;
    }
    reviewed = period;
  }

  /** Returns whether there is nothing more to be done in this period. */
  async function answer(deal: Deal): Promise<boolean> {
    const { id, provider, challengedAt, challengedLeaf: leaf } = deal;
    const about = { deal: id, provider, leaf, since: challengedAt };
    const path = await pathOf(deal);
    if (path instanceof PieceCorruptError) {
      const piece = pieces.cid(keyOf(deal));
      log("alarm", "challenge-unanswered", { ...about, piece, reason: reason(path) });
      return true;
    }
    const call = await market.contract.answer.populateTransaction(id, path);
    if (!(await outbox.send(`answer ${id} ${challengedAt}`, call))) return false;
    log("info", "challenge-answered", about);
    return true;
  }

  async function pathOf(deal: Deal): Promise<Uint8Array | PieceCorruptError> {
    try {
      return await pieces.prove(keyOf(deal), deal.challengedLeaf);
    } catch (error) {
      if (error instanceof PieceCorruptError) return error;
      throw error;
    }
  }

  return { run };
}

function keyOf({ root, size }: Deal) {
  return { root: root.slice(2), size };
}
