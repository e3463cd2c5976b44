import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Devnet, devnet } from "@holdfast/devnet";
import { type LogLevel, type ProviderConfig, startProvider } from "@holdfast/provider";
import {
  Contract,
  type ContractTransactionResponse,
  type JsonRpcProvider,
  type Wallet,
} from "ethers";
import {
  erc20Abi,
  type Market,
  market as openMarket,
  parseSignedOffer,
  periodStart,
} from "holdfast/market";
import { askOffer, forOpen, upload } from "./uploader.ts";

const STAKE = 1_000_000_000n;
const FLOOR = 4n ** 11n;

export type LogEntry = {
  readonly level: LogLevel;
  readonly event: string;
  [field: string]: unknown;
};

/** A chain with a market and no provider, and a place for data: what tests of the daemon run on. */
export type Bench = {
  readonly net: Devnet;
  /** Registers and stakes a provider; the result is a complete configuration with a data directory of its own. */
  provider(o?: Partial<ProviderConfig> & { stake?: bigint }): Promise<ProviderConfig>;
  /** The market as the owner of a provider. */
  ownerOf(config: ProviderConfig): Market;
  /** Starts the daemon in this process. What it logs is kept; stop it, or let `stop` do it. */
  start(config: ProviderConfig): Promise<TestProvider>;
  /** The market as the net's client. */
  readonly market: Market;
  /** The client's allowance for everything that the tests open. */
  approve(): Promise<void>;
  /** Uploads and opens as the net's client; resolves with the deal's id once the daemon knows of it. */
  open(
    provider: TestProvider,
    bytes: Uint8Array,
    o?: { periods?: number; manifest?: string },
  ): Promise<bigint>;
  /** Goes to the next period by the clock alone. */
  nextPeriod(): Promise<number>;
  stop(): Promise<void>;
};

export type TestProvider = {
  readonly url: string;
  readonly log: readonly LogEntry[];
  /** Resolves with the first entry of this event, also when it was logged before. */
  seen(event: string, match?: (entry: LogEntry) => boolean): Promise<LogEntry>;
  stop(): Promise<void>;
};

export async function bench(): Promise<Bench> {
  const net = await devnet({ providers: 0 });
  const directory = mkdtempSync(join(tmpdir(), "holdfast-provider-test-"));
  const running = new Set<TestProvider>();
  const owners = new Map<number, Market>();
  const market = openMarket(net.deployment, net.signer);
  let count = 0;

  return {
    net,
    market,

    async provider({ stake = STAKE, ...o } = {}) {
      const [owner, operator] = [await net.newWallet(), await net.newWallet()];
      const asOwner = openMarket(net.deployment, owner);
      const { contract } = asOwner;
      const register = contract.register(
        operator.address,
        owner.address,
        FLOOR,
        STAKE,
        "http://localhost",
      );
      await (await register).wait();
      const id = Number(await contract.providerCount());
      owners.set(id, asOwner);
      await allow(owner, net);
      if (stake > 0n) await (await contract.stake(id, stake, { kind: 0, data: "0x" })).wait();
      return {
        rpc: net.rpc,
        market: net.deployment.market,
        provider: id,
        operatorKey: operator.privateKey,
        dataDir: join(directory, String(++count)),
        host: "127.0.0.1",
        port: 0,
        pricePerTiBPeriod: "13107200000",
        capacityBytes: 2 ** 30,
        pollMs: 50,
        ...o,
      };
    },

    ownerOf({ provider }) {
      const owner = owners.get(provider);
      if (owner === undefined) throw new Error(`provider ${provider} was not registered here`);
      return owner;
    },

    async start(config) {
      const started = await startForTest(config, () => running.delete(started));
      running.add(started);
      return started;
    },
    approve: () => allow(net.signer, net),

    async open(provider, bytes, { periods = 3, manifest = "0x" } = {}) {
      const client = net.signer.address;
      const mine = await upload(provider.url, { client, bytes, periods });
      const reply = await askOffer(mine, { client, bytes, periods });
      const signed = forOpen(parseSignedOffer(reply.body, provider.url));
      const payment = { kind: 0, data: "0x" };
      await (await market.contract.open([signed], payment, client, manifest)).wait();
      const id = await market.contract.dealCount();
      await provider.seen("deal-opened", (entry) => BigInt(entry.deal as number) === id);
      return id;
    },

    async nextPeriod() {
      const next = (await market.period()) + 1;
      const chain = net.signer.provider as JsonRpcProvider;
      await chain.send("evm_setNextBlockTimestamp", [periodStart(net.deployment, next)]);
      await chain.send("evm_mine", []);
      return next;
    },

    async stop() {
      await Promise.all([...running].map((provider) => provider.stop()));
      await net.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function startForTest(config: ProviderConfig, stopped: () => void): Promise<TestProvider> {
  const log: LogEntry[] = [];
  const waiting = new Set<() => void>();
  const provider = await startProvider(config, {
    log: (level, event, fields = {}) => {
      log.push({ ...fields, level, event });
      for (const look of waiting) look();
    },
  });
  return {
    url: provider.url,
    log,
    seen: (event, match = () => true) =>
      new Promise((resolve) => {
        const look = () => {
          const entry = log.find((candidate) => candidate.event === event && match(candidate));
          if (entry === undefined) return;
          waiting.delete(look);
          resolve(entry);
        };
        waiting.add(look);
        look();
      }),
    async stop() {
      stopped();
      await provider.stop();
    },
  };
}

async function allow(from: Wallet, net: Devnet): Promise<void> {
  const token = new Contract(net.deployment.token, erc20Abi, from);
  const sent: ContractTransactionResponse = await token.getFunction("approve")(
    net.deployment.market,
    2n ** 255n,
  );
  await sent.wait();
}
