import type { Log, TransactionReceipt } from "ethers";
import { type CallOptions, throwIfCancelled } from "./call.ts";
import type { Context } from "./context.ts";
import type { HoldfastError } from "./errors.ts";
import { type ObjectId, objectId } from "./object-id.ts";
import type { StorageQuote, Terms } from "./quote.ts";
import { memoryState } from "./state/state.ts";
import { earlierTransaction } from "./store/earlier.ts";
import { writeManifest } from "./store/manifest.ts";
import { collectOffers } from "./store/offers.ts";
import { open, type Refusal } from "./store/open.ts";
import { pin } from "./store/pin.ts";
import { newRecord } from "./store/plan.ts";
import { openContent, startRun } from "./store/prepare.ts";
import { type Failure, journal, loadRecord } from "./store/record.ts";
import { fragmentAt, type Run, replaceProvider } from "./store/run.ts";
import type { Source } from "./store/source.ts";
import { upload } from "./store/upload.ts";

/** How to store. The terms of a `quote` go before those given here. */
export type StoreOptions = Terms &
  CallOptions & {
    /** A quote for at least as many bytes; without one, prices are asked for now. */
    readonly quote?: StorageQuote;
    /** For a stream without a quote: how many bytes it has at most. */
    readonly maxBytes?: number;
    /** Names the call, so that calling again after a crash goes on and pays nothing twice. One key, one content. */
    readonly key?: string;
    /** Sealed into private objects; default: those of a File or path. Public objects carry none. */
    readonly name?: string;
    readonly type?: string;
    /** Age public keys (`age1...`) of those who can open a private object besides this wallet. */
    readonly recipients?: readonly string[];
    /** Whose list the object goes to; default: the wallet, which pays in any case. */
    readonly owner?: string;
  };

/** An object that is stored and paid for. */
export type StoredObject = {
  readonly id: ObjectId;
  /** CID of a public object. */
  readonly cid?: string;
  /** Bytes of the source. */
  readonly size: number;
  /** What was paid, in the token's smallest unit. */
  readonly cost: bigint;
  /** Hash of the transaction that opened the deals. */
  readonly transaction: string;
  /** Deals in the order of the fragments. */
  readonly deals: readonly bigint[];
  readonly report: {
    /** Who holds which fragment. */
    readonly providers: readonly { fragment: number; url: string; deal: bigint }[];
    /** Who failed on the way and was replaced. */
    readonly failures: readonly Failure[];
  };
};

/** @see Holdfast.store */
export async function store(
  ctx: Context,
  source: Source,
  o: StoreOptions = {},
): Promise<StoredObject> {
  throwIfCancelled(o.signal);
  // Without a key nobody could find the record again: it ends with the call.
  const state = o.key === undefined ? memoryState() : ctx.state;
  const key = `${ctx.deployment.chainId}/${ctx.deployment.market}/${ctx.account}/${o.key ?? ""}`;
  const earlier = await loadRecord(state, key);
  if (earlier?.result) return earlier.result;
  const content = await openContent(ctx, source, earlier);
  const record = earlier ?? (await newRecord(ctx, content, o));
  const kept = journal(state, key, record);
  await kept.save();
  return finish(await startRun(ctx, kept, content.source, o));
}

/** Does what is left to do, whatever an earlier call has done. */
async function finish(run: Run): Promise<StoredObject> {
  const mined = (await earlierTransaction(run)) ?? (await openDeals(run));
  const result = resultOf(run, mined);
  await run.journal.finish(result);
  run.call.onProgress?.({ phase: "open", sent: 1, total: 1 });
  return result;
}

async function openDeals(run: Run): Promise<TransactionReceipt> {
  // Each fragment may be refused twice: by a stale offer, and by a provider that cannot.
  for (let round = 0; ; round++) {
    throwIfCancelled(run.call.signal);
    await upload(run);
    if (!(await collectOffers(run))) continue;
    await pin(run);
    await writeManifest(run);
    const outcome = await open(run);
    if (!("error" in outcome)) return outcome;
    if (round >= 2 * run.journal.record.n) throw outcome.error;
    await mend(run, outcome);
  }
}

/** Asks the same provider for a fresh offer; at its second refusal another provider gets the fragment. */
async function mend(run: Run, { fragment: index, error }: Refusal): Promise<void> {
  const { record, save } = run.journal;
  const fragment = fragmentAt(record.fragments, index);
  if (fragment.refused !== undefined || !fragment.offer) return replaceProvider(run, index, error);
  record.failures.push(failure(index, fragment.provider.url, error));
  fragment.refused = fragment.offer.offer.nonce.toString();
  fragment.offer = undefined;
  await save();
}

function failure(fragment: number, provider: string, error: HoldfastError): Failure {
  return { fragment, provider, code: error.code, message: error.message };
}

function resultOf({ ctx, journal: { record } }: Run, receipt: TransactionReceipt): StoredObject {
  const deals = dealsIn(ctx, receipt.logs);
  const [first = 0n] = deals;
  const cost = record.fragments.reduce((sum, { offer }) => {
    const { pieces = [], periods = 0 } = offer?.offer ?? {};
    return sum + pieces.reduce((all, { rate }) => all + rate * BigInt(periods), 0n);
  }, 0n);
  return {
    id: objectId(ctx.deployment, first),
    ...(record.contentCid === undefined ? {} : { cid: record.contentCid }),
    size: record.size ?? 0,
    cost,
    transaction: receipt.hash,
    deals,
    report: {
      providers: record.fragments.map(({ provider }, fragment) => ({
        fragment,
        url: provider.url,
        deal: deals[fragment] ?? 0n,
      })),
      failures: record.failures,
    },
  };
}

function dealsIn({ deployment, market }: Context, logs: readonly Log[]): bigint[] {
  const { interface: contract } = market.contract;
  return logs
    .filter(({ address }) => address === deployment.market)
    .map((log) => contract.parseLog(log))
    .flatMap((event) => (event?.name === "DealOpened" ? [event.args.deal as bigint] : []));
}
