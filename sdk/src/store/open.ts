import { type ContractTransaction, isError, keccak256, type TransactionReceipt } from "ethers";
import { sleep } from "../call.ts";
import type { Context } from "../context.ts";
import { HoldfastError } from "../errors.ts";
import { rpcError, rpcFailure } from "../market/reverts.ts";
import { chainTime, offersOf } from "./offers.ts";
import { preparePayment } from "./payment.ts";
import type { Journal, SentTransaction } from "./record.ts";
import type { Run } from "./run.ts";

/** The contract will not open the offer of this fragment. */
export type Refusal = { readonly fragment: number; readonly error: HoldfastError };

const POLL_MS = 500;
const MINED_WITHIN_MS = 300_000;
/** Polls in a row that a node may fail. */
const FAILED_POLLS = 6;

/** Opens all offers in one transaction and resolves when it is mined, or says which offer the contract refuses. */
export async function open(run: Run): Promise<TransactionReceipt | Refusal> {
  const { ctx, journal } = run;
  const sent = await ctx.inTurn(async () => {
    const call = await prepare(run);
    return "error" in call ? call : send(run, call);
  });
  if ("error" in sent) return sent;
  const receipt = await minedReceipt(ctx, sent, run.call.signal);
  if (receipt.status === 1) return receipt;
  // It cost gas, but opened nothing. The next estimate says why.
  journal.record.transaction = undefined;
  await journal.save();
  return open(run);
}

/** The transaction with its gas, or the refusal that an estimate has found: nothing is sent then. */
async function prepare(run: Run): Promise<ContractTransaction | Refusal> {
  const { ctx, journal } = run;
  const { record } = journal;
  const offers = offersOf(run);
  const total = offers
    .flatMap(({ offer }) => offer.pieces.map(({ rate }) => rate * BigInt(offer.periods)))
    .reduce((sum, price) => sum + price, 0n);
  const payment = await preparePayment(ctx, total, await chainTime(run));
  const call = await ctx.market.contract.open.populateTransaction(
    offers.map(({ offer, signature }) => ({
      offer: { ...offer, pieces: [...offer.pieces] },
      signature,
    })),
    payment,
    record.owner,
    record.manifest ?? "0x",
  );
  try {
    const gas = await ctx.signer.estimateGas(call);
    return { ...call, gasLimit: (gas * 5n) / 4n };
  } catch (cause) {
    const about = { token: ctx.deployment, reverted: "OPEN_REVERTED" } as const;
    const error = rpcFailure("open the deals", cause, about);
    if (error.offerIndex === undefined) throw error;
    return { fragment: error.offerIndex, error };
  }
}

/** Journals what is about to be sent, then sends it: after a crash at any point it can be found again. */
async function send(run: Run, call: ContractTransaction): Promise<SentTransaction> {
  const { ctx, journal } = run;
  const block = await ctx.node.getBlockNumber().catch(rpcError("read the latest block"));
  run.call.onProgress?.({ phase: "open", sent: 0, total: 1 });
  return signsAlone(ctx) ? sendRaw(run, call, block) : sendByWallet({ ctx, journal }, call, block);
}

async function sendRaw({ ctx, journal }: Run, call: ContractTransaction, block: number) {
  const filled = await ctx.signer
    .populateTransaction(call)
    .catch(rpcError("prepare the transaction"));
  const raw = await ctx.signer.signTransaction(filled);
  const sent = { hash: keccak256(raw), raw, nonce: Number(filled.nonce), block };
  await expose(journal, sent);
  await broadcast(ctx, sent);
  return sent;
}

async function sendByWallet(
  { ctx, journal }: Pick<Run, "ctx" | "journal">,
  call: ContractTransaction,
  block: number,
): Promise<SentTransaction> {
  await expose(journal, { block });
  try {
    const { hash } = await ctx.signer.sendTransaction(call);
    journal.record.transaction = { hash, block };
  } catch (cause) {
    if (isError(cause, "ACTION_REJECTED")) journal.record.transaction = undefined;
    await journal.save();
    return rpcError("send the transaction")(cause);
  }
  await journal.save();
  return journal.record.transaction;
}

async function expose(journal: Journal, sent: SentTransaction): Promise<void> {
  journal.record.transaction = sent;
  journal.record.exposed = true;
  await journal.save();
}

/** Sends signed bytes, once more too: a node that has them already says so. */
export async function broadcast(ctx: Context, { raw, hash }: SentTransaction): Promise<void> {
  if (raw === undefined || hash === undefined) return;
  try {
    await ctx.node.broadcastTransaction(raw);
  } catch (cause) {
    // Some nodes answer with an error although they took it; others had it before.
    const known = await ctx.node.getTransaction(hash).catch(rpcError("send the transaction"));
    if (!known) rpcError("send the transaction")(cause);
  }
}

/** Polls by hand: a subscription of ethers waits for ever in silence when the node is gone. */
export async function minedReceipt(
  ctx: Context,
  { hash }: SentTransaction,
  signal?: AbortSignal,
): Promise<TransactionReceipt> {
  if (hash === undefined) throw notMined("of unknown hash");
  let failed = 0;
  for (const end = Date.now() + MINED_WITHIN_MS; Date.now() < end; await sleep(POLL_MS, signal)) {
    try {
      const receipt = await ctx.node.getTransactionReceipt(hash);
      if (receipt) return receipt;
      failed = 0;
    } catch (cause) {
      if (++failed === FAILED_POLLS) rpcError(`see whether transaction ${hash} was mined`)(cause);
    }
  }
  throw notMined(hash);
}

function notMined(hash: string): HoldfastError {
  return new HoldfastError("RPC_UNAVAILABLE", {
    message: `The transaction ${hash} was sent, but is not mined yet.`,
    fix: "Store again under the same key later: it finds out what became of it and pays nothing twice.",
  });
}

/** A wallet with its own key signs without asking, so that the hash is known before anything is sent. */
function signsAlone({ signer }: Context): boolean {
  return "signingKey" in signer;
}
