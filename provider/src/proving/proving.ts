import { concat, type JsonRpcProvider } from "ethers";
import {
  type Deployment,
  type Market,
  periodAt,
  periodStart,
  seedTime,
  walkDraws,
} from "holdfast/market";
import type { Block } from "../chain/follower.ts";
import type { Outbox } from "../chain/outbox.ts";
import type { Journal } from "../journal/journal.ts";
import { type Log, reason } from "../log.ts";
import { PieceCorruptError, type Pieces } from "../pieces/pieces.ts";
import { isLive, isProven, type ListedDeal, listedDeals } from "./listed.ts";
import { freshSeed, hashSeed, markedBlock, type Seed, storedSeed } from "./seed.ts";
import { turnOf } from "./turn.ts";

/** Deals taken off the list in one transaction. */
const MAX_DELIST = 64;

export type ProvingOptions = {
  readonly rpc: JsonRpcProvider;
  readonly market: Market;
  readonly deployment: Deployment;
  readonly journal: Journal;
  readonly pieces: Pieces;
  readonly outbox: Outbox;
  readonly log: Log;
};

export type Proving = {
  /** Does what the current period still needs of provider `id`; to be called at every poll. */
  run(id: number, head: Block): Promise<void>;
  /** Forgets what was seen: the chain went back, and a proof may have gone with it. */
  forget(): void;
};

/** What is known of a provider in a period. In memory only: all of it can be read again from the chain. */
type Progress = { readonly period: number; decided: boolean; polls: number; alarmed: Set<string> };

/** Proves possession once in each period, early, for all deals of a provider. */
export function proving(options: ProvingOptions): Proving {
  const { rpc, market, deployment, pieces, outbox, log } = options;
  const { contract } = market;
  const progress = new Map<number, Progress>();

  async function run(id: number, { time }: Block): Promise<void> {
    const period = periodAt(deployment, time);
    const state = stateOf(id, period);
    if (state.decided) return;
    const provider = await contract.providerOf(id);
    state.decided = Number(provider.gaveUpAt) === period || (await isProven(market, id, period));
    if (state.decided) return;

    const frozen = Number(
      Number(provider.touchedAt) === period ? provider.frozen : provider.listed,
    );
    const seedAt = seedTime(deployment, period);
    if (time < seedAt) return clearDead(id, period, time);
    if (frozen === 0) {
      state.decided = true;
      return;
    }
    const seed = await seedFor(id, seedAt, state);
    if (seed === undefined) return;
    await attempt({ id, period, frozen, seed, state });
  }

  function stateOf(id: number, period: number): Progress {
    const known = progress.get(id);
    if (known?.period === period) return known;
    const state = { period, decided: false, polls: 0, alarmed: new Set<string>() };
    progress.set(id, state);
    return state;
  }

  /** Providers wait for each other for a few polls, so that one of them pays for the capture, in turn. */
  async function seedFor(id: number, time: number, state: Progress): Promise<Seed | undefined> {
    const value = await storedSeed(deployment, rpc, time);
    if (value !== 0n) return { value, evidence: "0x" };
    const block = await markedBlock(deployment, rpc, time);
    if (block !== undefined) return hashSeed(rpc, block);
    const early = state.polls++ < turnOf(id, state.period);
    return early ? undefined : freshSeed(rpc, time);
  }

  type Attempt = { id: number; period: number; frozen: number; seed: Seed; state: Progress };

  async function attempt(a: Attempt): Promise<void> {
    const listed = await listedDeals(options, a.id, { fresh: false });
    if (!listed.some((deal) => isLive(deal, a.period))) {
      // Deals start in a later period than they are opened in: there is nothing to prove in this one any more.
      a.state.decided = true;
      return;
    }
    try {
      await prove(a, listed);
    } catch (error) {
      if (error instanceof PieceCorruptError || !isRevert(error)) throw error;
      // The journal may be behind the chain, for one poll: the chain's own view decides.
      await prove(a, await listedDeals(options, a.id, { fresh: true }));
    }
  }

  async function prove(a: Attempt, listed: readonly ListedDeal[]): Promise<void> {
    const proof = await buildProof(a, listed);
    if (proof === undefined) return;
    const delist = await ended(listed, a.period + 1);
    const call = await contract.prove.populateTransaction(
      a.id,
      a.period,
      proof,
      a.seed.evidence,
      delist,
    );
    const sent = await outbox.send(`prove ${a.id} ${a.period}`, call);
    if (!sent) return;
    const captured = a.seed.evidence !== "0x";
    log("info", "proven", { provider: a.id, period: a.period, captured, delisted: delist.length });
  }

  /** The paths of all draws, or undefined when a piece is not what it was: a bad proof is never sent. */
  async function buildProof(
    a: Attempt,
    listed: readonly ListedDeal[],
  ): Promise<string | undefined> {
    const at = (index: number) => listed[index] as ListedDeal;
    const draws = walkDraws({
      ...{ seed: a.seed.value, chainId: deployment.chainId, market: deployment.market },
      ...{ provider: a.id, period: a.period, frozen: a.frozen },
      baseSamples: deployment.baseSamples,
      dealAt: (index) => {
        const deal = at(index);
        return { deal: BigInt(deal.id), live: isLive(deal, a.period), size: deal.size };
      },
    });
    const byId = new Map(listed.map((deal) => [BigInt(deal.id), deal]));
    const paths: Uint8Array[] = [];
    for (const { deal, leaf } of draws) {
      const drawn = byId.get(deal) as ListedDeal;
      const path = await pathOf(a, drawn, leaf);
      if (path === undefined) return undefined;
      paths.push(path);
    }
    return concat(paths);
  }

  async function pathOf(
    { state, id, period }: Attempt,
    deal: ListedDeal,
    leaf: number,
  ): Promise<Uint8Array | undefined> {
    try {
      return await pieces.prove(deal, leaf);
    } catch (error) {
      if (!(error instanceof PieceCorruptError)) throw error;
      if (state.alarmed.has(deal.root)) return undefined;
      state.alarmed.add(deal.root);
      const where = { provider: id, period, deal: deal.id, piece: pieces.cid(deal), leaf };
      log("alarm", "piece-corrupt", { ...where, reason: reason(error) });
      return undefined;
    }
  }

  /** Before the draws are known, deals that have ended may leave the list without a proof. */
  async function clearDead(id: number, period: number, time: number): Promise<void> {
    if (time >= periodStart(deployment, period) + deployment.delay / 2) return;
    const delist = await ended(await listedDeals(options, id, { fresh: false }), period);
    if (delist.length === 0) return;
    const call = await contract.delist.populateTransaction(id, delist);
    await outbox.send(`delist ${id} ${period}`, call);
  }

  /** Indices of deals with end <= bound, falling; each is looked up, for one mistake would cost the whole proof. */
  async function ended(listed: readonly ListedDeal[], bound: number): Promise<number[]> {
    const indices: number[] = [];
    for (let index = listed.length - 1; index >= 0 && indices.length < MAX_DELIST; index--) {
      const deal = listed[index] as ListedDeal;
      if (deal.end > bound) continue;
      if ((await market.deal(BigInt(deal.id))).end <= bound) indices.push(index);
    }
    return indices;
  }

  return { run, forget: () => progress.clear() };
}

function isRevert(error: unknown): boolean {
  return (error as { code?: unknown }).code === "CALL_EXCEPTION";
}
