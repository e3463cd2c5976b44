import { type Devnet, type DevnetProvider, devnet } from "@holdfast/devnet";
import { JsonRpcProvider, Wallet } from "ethers";
import { type ConnectOptions, connect, type Holdfast, memoryState } from "holdfast";
import { market } from "holdfast/market";
import { type FaultyProxy, startProxy } from "./proxy.ts";

/** A devnet, and doors before its providers and its chain that can be made to stick. */
export type World = {
  readonly net: Devnet;
  connect(o?: Partial<ConnectOptions>): Promise<Holdfast>;
  /** Puts a proxy before a provider, by its owner's word on the chain. */
  proxy(provider: DevnetProvider): Promise<FaultyProxy>;
  /** A wallet with its own connection to the chain, over a proxy. */
  walletOverProxy(): Promise<{ wallet: Wallet; rpc: FaultyProxy }>;
  stop(): Promise<void>;
};

export async function startWorld(o: { providers: number }): Promise<World> {
  const net = await devnet({ ...o, floors: [4n ** 10n], deals: 60 });
  const ends: (() => unknown)[] = [];
  return {
    net,
    connect: (options = {}) =>
      connect({
        signer: net.signer,
        network: net.deployment,
        state: memoryState(),
        timeoutMs: 2_000,
        ...options,
      }),
    async proxy(provider) {
      const proxy = await startProxy(provider.url);
      ends.push(proxy.stop);
      await configure(net, provider, { url: proxy.url });
      return proxy;
    },
    async walletOverProxy() {
      const rpc = await startProxy(net.rpc);
      const node = new JsonRpcProvider(rpc.url, net.deployment.chainId, {
        staticNetwork: true,
        cacheTimeout: -1,
        batchMaxCount: 1,
      });
      ends.push(() => node.destroy(), rpc.stop);
      const { privateKey } = await net.newWallet();
      return { wallet: new Wallet(privateKey, node), rpc };
    },
    async stop() {
      for (const end of ends) await end();
      await net.stop();
    },
  };
}

/** Changes settings of a provider by its owner's word. A budget that was lowered is refilled with the next period only. */
export async function configure(
  net: Devnet,
  provider: DevnetProvider,
  change: { operator?: string; maxLock?: bigint; url?: string },
): Promise<void> {
  const { contract, provider: record } = market(net.deployment, provider.owner);
  for (const id of provider.ids) {
    const { operator, beneficiary, maxLock, url } = { ...(await record(id)), ...change };
    const sent = await contract.configure(id, operator, beneficiary, maxLock, url);
    await sent.wait();
  }
}

/** The same bytes every time, unlike each other. */
export function sample(length: number, salt = 0): Uint8Array<ArrayBuffer> {
  let state = 0x2545_f491 ^ (salt + 1);
  return Uint8Array.from({ length }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state & 0xff;
  });
}

/** The error that a promise was rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<Record<string, unknown>> {
  return promise.then(
    () => {
      throw new Error("it was not rejected");
    },
    (error) => error,
  );
}

/** All that an iterable has. */
export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}
