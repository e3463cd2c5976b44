import { Contract, type ContractRunner, type TransactionReceipt } from "ethers";
import { storageMarketAbi } from "../abi/storage-market.ts";
import type { IMarketState, StorageMarket } from "../typechain/StorageMarket.ts";
import type { Address, Deployment } from "./deployment.ts";
import { rpcError } from "./reverts.ts";
import { type ObjectRef, type ObjectsOptions, objectsOf } from "./storage.ts";

/** A deal as it stands now. Amounts in the token's smallest unit; periods are numbers from 1. */
export type Deal = {
  readonly id: bigint;
  readonly root: string;
  /** Raw bytes of the piece. */
  readonly size: number;
  readonly provider: number;
  /** Who is refunded and compensated now: who opened the deal, or to whom it was transferred. */
  readonly client: Address;
  /** Who earns now: the provider's beneficiary, or whom the right was assigned to. */
  readonly payee: Address;
  readonly start: number;
  /** First period after the term. */
  readonly end: number;
  readonly settledUpTo: number;
  /** Misses among the settled periods. */
  readonly missed: number;
  readonly maxMisses: number;
  readonly notice: number;
  readonly rate: bigint;
  readonly slash: bigint;
  readonly closed: boolean;
  /** Whether the provider lost the rest of its collateral, by a default or by abandoning, as far as it is settled. */
  readonly forfeited: boolean;
  /** The same, settled or not. */
  readonly defaulted: boolean;
  /** Misses in all closed periods of the term, up to a default. */
  readonly misses: number;
  /** Period of the open challenge, at which settlement stands still; 0 when there is none. And the leaf that it asks for. */
  readonly challengedAt: number;
  readonly challengedLeaf: number;
  /** What settling now would give to the payee, to the client out of escrow and collateral, and back to the free stake. */
  readonly earned: bigint;
  readonly refund: bigint;
  readonly compensation: bigint;
  readonly unlocked: bigint;
  /** What stays escrowed and locked after settling now. */
  readonly escrow: bigint;
  readonly collateral: bigint;
};

/** A provider id as stored. Amounts in the token's smallest unit. */
export type ProviderRecord = {
  readonly id: number;
  readonly owner: Address;
  /** Who may take it over; the zero address for nobody. */
  readonly pendingOwner: Address;
  readonly operator: Address;
  readonly beneficiary: Address;
  /** Least collateral of each of its deals. */
  readonly floor: bigint;
  /** What the operator may lock within a period; 0 means stopped. */
  readonly maxLock: bigint;
  /** Stake that no deal locks. */
  readonly free: bigint;
  readonly budgetLeft: bigint;
  readonly listed: number;
  readonly frozen: number;
  readonly touchedAt: number;
  readonly gaveUpAt: number;
  readonly version: number;
  readonly url: string;
};

/** Typed reads and calls of a market. Calls resolve when their transaction is mined. */
export type Market = {
  readonly deployment: Deployment;
  /** The contract itself, for everything else. */
  readonly contract: StorageMarket;
  /** @throws {HoldfastError} `CALL_REVERTED` with `DealUnknown`. */
  deal(id: bigint): Promise<Deal>;
  /** @throws {HoldfastError} `CALL_REVERTED` with `ProviderUnknown`. */
  provider(id: number): Promise<ProviderRecord>;
  /** All provider ids ever registered, by id. */
  providers(): Promise<ProviderRecord[]>;
  /** What the account can withdraw. */
  claimable(account: Address): Promise<bigint>;
  /** The current period, by the latest block. */
  period(): Promise<number>;
  /** Objects of an owner, newest first. */
  objectsOf(owner: Address, o?: ObjectsOptions): Promise<ObjectRef[]>;
  /** Settles the closed periods of deals, for everybody. */
  settle(ids: readonly bigint[]): Promise<TransactionReceipt>;
  /** Ends a deal after its notice, by its client; the price of later periods goes back at once. */
  cancel(id: bigint): Promise<TransactionReceipt>;
  /**
   * Asks for a leaf of a live deal, by its client. The bond (`challengeBond` of `contract.parameters()`) is taken from the
   * allowance, and comes back unless somebody answers.
   */
  challenge(id: bigint, leaf: number): Promise<TransactionReceipt>;
  /** Sends `amount` of the runner's balance in the market to `to`. */
  withdraw(to: Address, amount: bigint): Promise<TransactionReceipt>;
  /** Sends the whole balance of an account to the account itself. */
  push(account: Address): Promise<TransactionReceipt>;
};

/** Reads in flight at a time. */
const PARALLEL = 20;

/**
 * Typed access to a market, for integrators; reading needs no key.
 *
 * @param runner A provider to read, a signer to send too.
 * @example
 * const { misses, maxMisses, escrow } = await market(deployment, provider).deal(1n);
 */
export function market(deployment: Deployment, runner: ContractRunner): Market {
  const contract = new Contract(
    deployment.market,
    storageMarketAbi,
    runner,
  ) as unknown as StorageMarket;
  const failed = (what: string) => rpcError(what, { token: deployment });
  const provider = async (id: number) =>
    providerRecord(id, await contract.providerOf(id).catch(failed(`read provider ${id}`)));

  return {
    deployment,
    contract,
    provider,
    deal: async (id) => deal(id, await contract.dealOf(id).catch(failed(`read deal ${id}`))),
    providers: async () => {
      const count = Number(await contract.providerCount().catch(failed("count the providers")));
      const records: ProviderRecord[] = [];
      for (let first = 1; first <= count; first += PARALLEL) {
        const ids = Array.from(
          { length: Math.min(PARALLEL, count - first + 1) },
          (_, i) => first + i,
        );
        records.push(...(await Promise.all(ids.map(provider))));
      }
      return records;
    },
    claimable: (account) => contract.balanceOf(account).catch(failed("read a balance")),
    period: async () => Number(await contract.period().catch(failed("read the period"))),
    objectsOf: async (owner, o) => {
      const page = objectsOf({ contract }, owner, o).catch(failed("read the list of objects"));
      return (await page).objects;
    },
    settle: async (ids) => mined(await contract.settle([...ids]).catch(failed("settle"))),
    cancel: async (id) => mined(await contract.cancel(id).catch(failed(`cancel deal ${id}`))),
    challenge: async (id, leaf) => {
      const bond = { kind: 0, data: "0x" };
      return mined(await contract.challenge(id, leaf, bond).catch(failed(`challenge deal ${id}`)));
    },
    withdraw: async (to, amount) =>
      mined(await contract.withdraw(to, amount).catch(failed("withdraw"))),
    push: async (account) => mined(await contract.push(account).catch(failed("push a balance"))),
  };

  async function mined(sent: { wait(): Promise<TransactionReceipt | null> }) {
    const receipt = await sent.wait().catch(failed("see the transaction mined"));
    if (receipt) return receipt;
    throw new Error("unreachable: a wait for one confirmation gives a receipt");
  }
}

function deal(id: bigint, d: IMarketState.DealStructOutput): Deal {
  return {
    id,
    root: d.root,
    size: Number(d.size),
    provider: Number(d.provider),
    client: d.client,
    payee: d.payee,
    start: Number(d.start),
    end: Number(d.end),
    settledUpTo: Number(d.settledUpTo),
    missed: Number(d.missed),
    maxMisses: Number(d.maxMisses),
    notice: Number(d.notice),
    rate: d.rate,
    slash: d.slash,
    closed: d.closed,
    forfeited: d.forfeited,
    defaulted: d.defaulted,
    misses: Number(d.misses),
    challengedAt: Number(d.challengedAt),
    challengedLeaf: Number(d.challengedLeaf),
    earned: d.earned,
    refund: d.refund,
    compensation: d.compensation,
    unlocked: d.unlocked,
    escrow: d.escrow,
    collateral: d.collateral,
  };
}

function providerRecord(id: number, p: IMarketState.ProviderStructOutput): ProviderRecord {
  return {
    id,
    owner: p.owner,
    pendingOwner: p.pendingOwner,
    operator: p.operator,
    beneficiary: p.beneficiary,
    floor: p.floor,
    maxLock: p.maxLock,
    free: p.free,
    budgetLeft: p.budgetLeft,
    listed: Number(p.listed),
    frozen: Number(p.frozen),
    touchedAt: Number(p.touchedAt),
    gaveUpAt: Number(p.gaveUpAt),
    version: Number(p.version),
    url: p.url,
  };
}
