import type { TransactionReceipt } from "ethers";
import { rpcError } from "../market/reverts.ts";
import { nonceWord } from "../market/storage.ts";
import { chainTime, offersOf } from "./offers.ts";
import { broadcast, minedReceipt } from "./open.ts";
import type { SentTransaction } from "./record.ts";
import type { Run } from "./run.ts";

/**
 * What became of a transaction that an earlier call may have sent.
 *
 * @returns its receipt when it opened the deals; undefined when it can be sent anew without paying twice: then the offers
 * in the record are the same, which the contract opens once, or those in the transaction have expired.
 */
export async function earlierTransaction(run: Run): Promise<TransactionReceipt | undefined> {
  const { ctx, journal, call } = run;
  const sent = journal.record.transaction;
  if (!sent) return undefined;
  const receipt = (await receiptOf(run, sent)) ?? (await openedElsewhere(run, sent));
  if (receipt) return receipt.status === 1 ? receipt : forget(run);
  if (!(await canStillBeMined(run, sent))) return forget(run);
  await broadcast(ctx, sent);
  const mined = await minedReceipt(ctx, sent, call.signal);
  return mined.status === 1 ? mined : forget(run);
}

async function receiptOf({ ctx }: Run, { hash }: SentTransaction) {
  if (hash === undefined) return null;
  return ctx.node.getTransactionReceipt(hash).catch(rpcError(`look for transaction ${hash}`));
}

/** The receipt of another transaction with the same offers: a wallet may have raised the fee, or hidden the hash. */
async function openedElsewhere(run: Run, { block }: SentTransaction) {
  const { ctx, journal } = run;
  const { record } = journal;
  const [first] = offersOf(run);
  if (!first || !(await nonceUsed(run, first.offer.provider, first.offer.nonce))) return null;
  const received = record.owner !== ctx.account;
  for (const object of await ctx.market.objectsOf(record.owner, { received })) {
    if (object.block < block) break;
    const { contract } = ctx.market;
    const filter = contract.filters.DealOpened(object.firstDeal, undefined, ctx.account);
    const [event] = await contract
      .queryFilter(filter, object.block, object.block)
      .catch(rpcError("read the event of the deals"));
    if (!event || event.args.root !== record.fragments[0]?.piece?.root) continue;
    return receiptOf(run, { hash: event.transactionHash, block: object.block });
  }
  return null;
}

async function nonceUsed({ ctx }: Run, provider: number, nonce: bigint): Promise<boolean> {
  const word = await nonceWord(ctx.market, provider, nonce >> 8n).catch(
    rpcError("see whether the offers were opened"),
  );
  return ((word >> (nonce & 255n)) & 1n) === 1n;
}

/** A signed transaction lives while its offers do and no other one has taken its account nonce. */
async function canStillBeMined(run: Run, { raw, nonce }: SentTransaction): Promise<boolean> {
  if (raw === undefined || nonce === undefined) return false;
  const { ctx } = run;
  const used = await ctx.node
    .getTransactionCount(ctx.account, "latest")
    .catch(rpcError("read the account's nonce"));
  const time = await chainTime(run);
  return used <= nonce && offersOf(run).every(({ offer }) => offer.expiry >= time);
}

async function forget({ journal }: Run): Promise<undefined> {
  journal.record.transaction = undefined;
  await journal.save();
}
