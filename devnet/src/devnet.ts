import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseEther, Wallet } from "ethers";
import { type Address, type Deployment, market } from "holdfast/market";
import { account } from "./accounts.ts";
import { type Chain, startChain } from "./chain.ts";
import { undoOnExit } from "./cleanup.ts";
import { deploy, type Token } from "./deploy.ts";
import type { DevnetOptions } from "./options.ts";
import type { DevnetProvider, ManagedProvider } from "./provider.ts";
import { prepareProviders } from "./providers.ts";
import { advance } from "./time.ts";

/** A chain, a market, a stablecoin and providers on this machine, for as long as the process runs. */
export interface Devnet {
  /** Address of the chain. */
  readonly rpc: string;
  readonly deployment: Deployment;
  /** A client with ether and test dollars. */
  readonly signer: Wallet;
  /** Gives ether (in wei) and test dollars (in millionths) to an account. */
  fund(address: Address, amounts: Amounts): Promise<void>;
  /** A new account; funded as `signer` is, unless said otherwise. */
  newWallet(amounts?: Amounts): Promise<Wallet>;
  /**
   * Lets periods pass, one at a time, and waits in each until every running provider has proven.
   *
   * @throws when a provider has not proven within 30 s; the message names it.
   */
  advance(periods: number): Promise<void>;
  readonly providers: readonly DevnetProvider[];
  /** Ends every process and removes every directory. May be called again. */
  stop(): Promise<void>;
}

export interface Amounts {
  readonly ether?: bigint;
  readonly tokens?: bigint;
}

const day = 86_400;
const plenty = { ether: parseEther("100"), tokens: 10_000_000_000n };
const client = 0;
const faucet = 1;

/**
 * Starts a devnet.
 *
 * @throws when a provider does not start; the message has what it printed.
 * @example
 * const net = await devnet({ providers: 6 });
 * const hold = await connect({ signer: net.signer, network: net.deployment });
 * await net.advance(3);
 * await net.stop();
 */
export async function devnet(o: DevnetOptions = {}): Promise<Devnet> {
  const { wallClock = false, port = 0, patienceSeconds = 30 } = o;
  const length = o.periodSeconds ?? (wallClock ? 5 : day);
  const now = Math.floor(Date.now() / 1000);
  const genesis = now - (now % length);
  const chain = await startChain({ time: wallClock ? now : genesis, port, wallClock });
  const dir = mkdtempSync(join(tmpdir(), "holdfast-devnet-"));
  const providers: ManagedProvider[] = [];
  const stop = takeDown(chain, dir, providers);
  try {
    const deployer = account(faucet, chain.provider);
    await chain.setEther(deployer.address, plenty.ether);
    const { deployment, token } = await deploy(deployer, chain.rpc, genesis, length);
    providers.push(...(await prepareProviders({ chain, deployment, token, dir, options: o })));
    await Promise.all(providers.map((provider) => provider.start()));
    const fund = funding(chain, token);
    const signer = account(client, chain.provider);
    await fund(signer.address, plenty);
    const passage = {
      chain,
      market: market(deployment, chain.provider),
      providers,
      wallClock,
      patienceSeconds,
    };
    return {
      rpc: chain.rpc,
      deployment,
      signer,
      providers,
      fund,
      newWallet: async (amounts = plenty) => {
        const wallet = new Wallet(Wallet.createRandom().privateKey, chain.provider);
        await fund(wallet.address, amounts);
        return wallet;
      },
      advance: (periods) => advance(passage, periods),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Ends it all in order, once, when it is called; at once and as well as can be when this process ends before. */
function takeDown(
  chain: Chain,
  dir: string,
  providers: readonly ManagedProvider[],
): () => Promise<void> {
  const undone = undoOnExit(() => {
    for (const provider of providers) provider.abandon();
    removeDirectory(dir);
  });
  let stopping: Promise<void> | undefined;
  const stop = async () => {
    await Promise.all(providers.map((provider) => provider.stop()));
    await chain.stop();
    removeDirectory(dir);
    undone();
  };
  return () => {
    stopping ??= stop();
    return stopping;
  };
}

/** Tries again for a while: a process that has just been killed may still be writing there. */
function removeDirectory(dir: string): void {
  rmSync(dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
}

function funding(chain: Chain, token: Token): Devnet["fund"] {
  return async (address, { ether = 0n, tokens = 0n }) => {
    await chain.setEther(address, (await chain.provider.getBalance(address)) + ether);
    if (tokens > 0n) await token.mint(address, tokens);
  };
}
