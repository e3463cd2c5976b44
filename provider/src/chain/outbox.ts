import { setTimeout as sleep } from "node:timers/promises";
import { type BaseWallet, type JsonRpcProvider, keccak256, type TransactionRequest } from "ethers";
import type { Journal, TransactionRecord } from "../journal/journal.ts";
import type { Log } from "../log.ts";
import { serial } from "../serial.ts";

const WAIT_MS = 60_000;
const POLL_MS = 250;
const GAS_MARGIN = 120n; // Percent: the state may move a little between the estimate and the block.
const BUMP = 125n; // Percent: nodes replace a pending transaction for at least 10 % more.

export type Call = { readonly to: string; readonly data: string };

/**
 * Sends with the one operator account, one transaction at a time.
 *
 * The account's nonce is always the next one the chain has not used: a transaction that got stuck is replaced by the
 * next one, at a higher fee. So nothing has to be rescued after a restart; what is still to be done is read from the
 * market's state.
 */
export type Outbox = {
  /** Returns whether it was included; false means "not yet": look at the state again. Throws when it would revert. */
  send(purpose: string, call: Call): Promise<boolean>;
};

export type OutboxOptions = {
  readonly rpc: JsonRpcProvider;
  readonly signer: BaseWallet;
  readonly journal: Journal;
  readonly log: Log;
  readonly signal: AbortSignal;
};

export function outbox({ rpc, signer, journal, log, signal }: OutboxOptions): Outbox {
  const inTurn = serial();

  async function send(purpose: string, call: Call): Promise<boolean> {
    const from = signer.address;
    const gas = await rpc.estimateGas({ ...call, from });
    const nonce = await rpc.getTransactionCount(from, "latest");
    const fees = await feesFor(await journal.transaction(nonce));
    const request: TransactionRequest = {
      ...call,
      ...fees,
      type: 2,
      nonce,
      chainId: (await rpc.getNetwork()).chainId,
      gasLimit: (gas * GAS_MARGIN) / 100n,
    };
    const signed = await signer.signTransaction(request);
    const hash = await broadcast(signed, { nonce, purpose, ...fees });
    return included(hash, purpose);
  }

  async function feesFor(stuck: TransactionRecord | undefined) {
    const { maxFeePerGas, maxPriorityFeePerGas, gasPrice } = await rpc.getFeeData();
    const fee = maxFeePerGas ?? gasPrice ?? 1n;
    const tip = maxPriorityFeePerGas ?? fee;
    return {
      maxFeePerGas: atLeast(fee, stuck?.maxFeePerGas),
      maxPriorityFeePerGas: atLeast(tip, stuck?.maxPriorityFeePerGas),
    };
  }

  async function broadcast(signed: string, record: Omit<TransactionRecord, "hash">) {
    const hash = keccak256(signed);
    await journal.recordTransaction({ ...record, hash });
    await rpc.send("eth_sendRawTransaction", [signed]);
    return hash;
  }

  async function included(hash: string, purpose: string): Promise<boolean> {
    const deadline = performance.now() + WAIT_MS;
    while (performance.now() < deadline && !signal.aborted) {
      const receipt = await rpc.getTransactionReceipt(hash);
      if (receipt !== null) {
        const { gasUsed, blockNumber, status } = receipt;
        log(status === 1 ? "info" : "warn", status === 1 ? "transaction" : "transaction-reverted", {
          purpose,
          hash,
          gasUsed,
          blockNumber,
        });
        return status === 1;
      }
      await sleep(POLL_MS);
    }
    log("warn", "transaction-pending", { purpose, hash });
    return false;
  }

  return { send: (purpose, call) => inTurn(() => send(purpose, call)) };
}

function atLeast(current: bigint, stuck: bigint | undefined): bigint {
  const needed = stuck === undefined ? 0n : (stuck * BUMP) / 100n + 1n;
  return current > needed ? current : needed;
}
