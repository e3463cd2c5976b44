import { Contract, type ContractRunner, type TransactionReceipt } from "ethers";
import { storageMarketAbi } from "../abi/storage-market.ts";
import type { IStorageMarket, StorageMarket } from "../typechain/StorageMarket.ts";
import type { Address, Deployment } from "./deployment.ts";
import { rpcError } from "./reverts.ts";

/** A deal as it stands now. Amounts in the token's smallest unit; periods are numbers from 1. */
export type Deal = {
  readonly id: bigint;
  readonly root: string;
  /** Raw bytes of the piece. */
  readonly size: number;
  readonly provider: number;
  readonly client: Address;
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
  /** Whether the provider defaulted, as far as it is settled. */
  readonly forfeited: boolean;
  /** Misses in all closed periods, and whether they are more than `maxMisses`. */
  readonly misses: number;
  readonly defaulted: boolean;
  /** What settling now would give to the payee, to the client, and back to the provider's free stake. */
  readonly earned: bigint;
  readonly refund: bigint;
  readonly unlocked: bigint;
  /** What stays escrowed and locked after settling now. */
  readonly escrow: bigint;
  readonly collateral: bigint;
};

/** A provider id as stored. Amounts in the token's smallest unit. */
export type ProviderRecord = {
  readonly id: number;
  readonly owner: Address;
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

/** An object in an owner's list. `index`: its place in the list. `block`: where its `Stored` event is. */
export type ObjectRef = {
  readonly firstDeal: bigint;
  readonly block: number;
  readonly index: number;
  readonly received: boolean;
};

export type ObjectsOptions = {
  /** True: objects that others paid for. Default: those the owner paid for as client. */
  readonly received?: boolean;
  /** Continue after this entry. */
  readonly after?: Pick<ObjectRef, "index">;
  readonly limit?: number;
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
  /** Sends `amount` of the runner's balance in the market to `to`. */
  withdraw(to: Address, amount: bigint): Promise<TransactionReceipt>;
  /** Sends the whole balance of an account to the account itself. */
  push(account: Address): Promise<TransactionReceipt>;
};

const PAGE = 100;
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
    objectsOf: (owner, o = {}) =>
      objectsOf(contract, owner, o).catch(failed("read the list of objects")),
    settle: async (ids) => mined(await contract.settle([...ids]).catch(failed("settle"))),
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

/** The contract lists oldest first; its newest are asked for from the end. */
async function objectsOf(
  contract: StorageMarket,
  owner: Address,
  { received = false, after, limit = PAGE }: ObjectsOptions,
): Promise<ObjectRef[]> {
  const end = after?.index ?? Number((await contract.objectsOf(owner, received, 0, 0)).total);
  const from = Math.max(0, end - limit);
  if (from === end) return [];
  const { objects } = await contract.objectsOf(owner, received, from, end - from);
  return objects
    .map((packed, i) => ({
      firstDeal: packed >> 32n,
      block: Number(packed & 0xffff_ffffn),
      index: from + i,
      received,
    }))
    .reverse();
}

function deal(id: bigint, d: IStorageMarket.DealStructOutput): Deal {
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
    misses: Number(d.misses),
    defaulted: d.defaulted,
    earned: d.earned,
    refund: d.refund,
    unlocked: d.unlocked,
    escrow: d.escrow,
    collateral: d.collateral,
  };
}

function providerRecord(id: number, p: IStorageMarket.ProviderStructOutput): ProviderRecord {
  return {
    id,
    owner: p.owner,
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
