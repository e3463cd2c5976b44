import { identityToRecipient } from "age-encryption";
import { getAddress, type Signer } from "ethers";
import { type CallOptions, invalidArgument } from "./call.ts";
import type { Context, Keys } from "./context.ts";
import type { IpfsClient } from "./ipfs.ts";
import { list, type ObjectSummary } from "./list.ts";
import { market } from "./market/contract.ts";
import { type Deployment, loadDeployment } from "./market/deployment.ts";
import { rpcError } from "./market/reverts.ts";
import type { AgeIdentity } from "./object/age.ts";
import { deriveIdentity } from "./object/identity.ts";
import type { ObjectId } from "./object-id.ts";
import { quote, type StorageQuote, type Terms } from "./quote.ts";
import { type Retrieval, type RetrieveOptions, retrieve } from "./retrieve.ts";
import { defaultState, type ResumeStore } from "./state/state.ts";
import { type ObjectStatus, status } from "./status.ts";
import type { Source } from "./store/source.ts";
import { type StoredObject, type StoreOptions, store } from "./store.ts";
import { type WithdrawOptions, withdraw } from "./withdraw.ts";

/** Something that opens age files, and the public key (`age1...`) that files are encrypted to for it: a passkey, for example. */
export type AgeKeyPair = { readonly recipient: string; readonly identity: AgeIdentity };

export type ConnectOptions = {
  /** Pays, and signs. Must be connected to the market's chain. */
  readonly signer: Signer;
  /** The market: as a deployment, or its address, whose parameters are then read from the chain. */
  readonly network: Deployment | { readonly market: string; readonly chainId?: number };
  /** Opens private objects: an age secret key, or a pair. Default: derived from the wallet, with two signatures at first use. */
  readonly identity?: string | AgeKeyPair;
  /** Where `store` remembers how far it came. Default: files of the user in Node, IndexedDB in a browser. */
  readonly state?: ResumeStore;
  /** A node where public content is pinned too, and read from: a client of `kubo-rpc-client`. */
  readonly ipfs?: IpfsClient;
  /** How long a provider may stay silent before another one is used. Default: 10,000 ms. */
  readonly timeoutMs?: number;
};

/** A connection of a wallet to a market. Amounts are `bigint` in the smallest unit of the market's token. */
export type Holdfast = {
  readonly deployment: Deployment;
  /**
   * Asks providers for binding prices, and pays nothing.
   *
   * @param bytes Size of the content.
   * @throws {HoldfastError} `TOO_FEW_PROVIDERS`, `ARGUMENT_INVALID`, `EMPTY`, `RPC_UNAVAILABLE`, `CANCELLED`
   * @example
   * const { total, providers } = await hold.quote(1_000_000, { periods: 30 });
   */
  quote(bytes: number, o?: Terms & CallOptions): Promise<StorageQuote>;
  /**
   * Stores content and pays for it: private by default, encrypted here, any k of n fragments bring it back. Resolves when the
   * deals are open. With a `key`, storing again after a failure goes on where it stopped, and never pays twice.
   *
   * @throws {HoldfastError} `TOO_FEW_PROVIDERS`, `BALANCE_TOO_LOW`, `ALLOWANCE_TOO_LOW`, `OFFER_INVALID`, `OPEN_REVERTED`,
   * `SOURCE_CHANGED`, `SOURCE_NOT_FOUND`, `RPC_UNAVAILABLE`, `CANCELLED` and others: docs/errors.md
   * @example
   * const { id } = await hold.store({ path: "photo.jpg" }, { periods: 30, key: "photo" });
   */
  store(source: Source, o?: StoreOptions): Promise<StoredObject>;
  /**
   * Reads an object by its id, or public content by its CID. Resolves when its size is known; the bytes follow as they are read.
   *
   * @throws {HoldfastError} `OBJECT_UNKNOWN`, `NOT_RECIPIENT`, `MANIFEST_UNSUPPORTED`, `WRONG_CHAIN`; the stream may fail with
   * `TOO_FEW_FRAGMENTS`
   * @example
   * const { bytes } = await hold.retrieve(id, { range: [0, 65_536] });
   */
  retrieve(id: ObjectId, o?: RetrieveOptions): Promise<Retrieval>;
  /**
   * The wallet's objects, newest first, from the chain alone.
   *
   * @example
   * for await (const { id, name } of hold.list()) console.log(id, name);
   */
  list(o?: CallOptions): AsyncIterable<ObjectSummary>;
  /**
   * How the deals of an object stand, derived from the chain.
   *
   * @throws {HoldfastError} `OBJECT_UNKNOWN`, `RPC_UNAVAILABLE`
   */
  status(id: ObjectId, o?: CallOptions): Promise<ObjectStatus>;
  /**
   * Sends what the market owes the wallet: refunds and compensation of settled periods.
   *
   * @returns the amount, 0 when there was nothing.
   */
  withdraw(o?: WithdrawOptions): Promise<bigint>;
};

const TIMEOUT_MS = 10_000;

/**
 * Connects a wallet to a market and checks that both are on the same chain.
 *
 * @throws {HoldfastError} `WRONG_CHAIN`, `MARKET_UNKNOWN`, `RPC_UNAVAILABLE`, `ARGUMENT_INVALID`
 * @example
 * const hold = await connect({ signer: wallet, network: { market: "0x5FbD…" } });
 */
export async function connect(o: ConnectOptions): Promise<Holdfast> {
  const ctx = await contextOf(o);
  return {
    deployment: ctx.deployment,
    quote: (bytes, options) => quote(ctx, bytes, options),
    store: (source, options) => store(ctx, source, options),
    retrieve: (id, options) => retrieve(ctx, id, options),
    list: (options) => list(ctx, options),
    status: (id, options) => status(ctx, id, options),
    withdraw: (options) => withdraw(ctx, options),
  };
}

async function contextOf(o: ConnectOptions): Promise<Context> {
  const { signer, network } = o;
  const deployment = await deploymentOf(signer, network);
  if (!signer.provider) throw new Error("unreachable: the chain was read");
  const account = await signer.getAddress().catch(rpcError("ask the wallet for its account"));
  return {
    signer,
    account: getAddress(account),
    node: signer.provider,
    deployment,
    market: market(deployment, signer),
    keys: lazily(() => keysOf(signer, o.identity)),
    state: o.state ?? (await defaultState()),
    ipfs: o.ipfs,
    timeoutMs: o.timeoutMs ?? TIMEOUT_MS,
    inTurn: queue(),
  };
}

async function deploymentOf(
  signer: Signer,
  network: ConnectOptions["network"],
): Promise<Deployment> {
  const { market: address, chainId } = network;
  const found = await loadDeployment(signer, address, { chainId });
  // The chain is the truth; only where it can be read is not written on it.
  return "rpc" in network && network.rpc !== undefined ? { ...found, rpc: network.rpc } : found;
}

async function keysOf(signer: Signer, identity: ConnectOptions["identity"]): Promise<Keys> {
  if (identity === undefined) {
    const { secret, recipient } = await deriveIdentity(signer);
    return { recipient, identity: secret };
  }
  if (typeof identity !== "string") return identity;
  try {
    return { recipient: await identityToRecipient(identity), identity };
  } catch {
    // The cause stays here: its message may quote the secret.
    throw invalidArgument(
      "The identity is not an age secret key.",
      "Pass a key that starts with AGE-SECRET-KEY-1.",
    );
  }
}

/** Once, when it is first needed; again after a failure. */
function lazily<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}

/** Jobs one after the other, whether they fail or not. */
function queue(): Context["inTurn"] {
  let last: Promise<unknown> = Promise.resolve();
  return (job) => {
    const result = last.then(job);
    last = result.catch(() => undefined);
    return result;
  };
}
