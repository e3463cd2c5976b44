import type { Wallet } from "ethers";
import { HoldfastError } from "./errors.ts";
import type { Address, Deployment } from "./market/deployment.ts";

/** What the devnet's package exports, as far as the SDK opens a door to it. It builds on the SDK, not the other way round. */
export type DevnetModule = {
  devnet(options?: DevnetOptions): Promise<Devnet>;
  runDevnetCli(argv: readonly string[]): Promise<void>;
};

/** How the devnet is to be; see `@holdfast/devnet` for all options. */
export type DevnetOptions = {
  /** How many providers to start. Default 6. */
  readonly providers?: number;
  /** Length of a period in seconds. Default: a day, or 5 on wall-clock time. */
  readonly periodSeconds?: number;
  /** Whether periods pass by themselves, in real time. Default: they pass by `advance` alone. */
  readonly wallClock?: boolean;
  /** What providers ask for 2^40 bytes and a period, in millionths of a test dollar. */
  readonly pricePerTiBPeriod?: bigint;
  /** Least collateral of each of the providers' classes, powers of 4 in millionths of a test dollar. */
  readonly floors?: readonly bigint[];
  /** How many deals at the least collateral a provider's stake secures. */
  readonly deals?: number;
  readonly capacityBytes?: number;
  readonly notice?: number;
};

/** A chain, a market, a stablecoin and providers on this machine, for as long as the process runs. */
export type Devnet = {
  readonly rpc: string;
  readonly deployment: Deployment;
  /** A client with ether and test dollars. */
  readonly signer: Wallet;
  /** Gives ether (in wei) and test dollars (in millionths) to an account. */
  fund(address: Address, amounts: { ether?: bigint; tokens?: bigint }): Promise<void>;
  /** A new account; funded as `signer` is, unless said otherwise. */
  newWallet(amounts?: { ether?: bigint; tokens?: bigint }): Promise<Wallet>;
  /** Lets periods pass, and waits in each until every running provider has proven. */
  advance(periods: number): Promise<void>;
  readonly providers: readonly DevnetProvider[];
  /** Ends every process and removes every directory. May be called again. */
  stop(): Promise<void>;
};

/** A provider that tests can harm. */
export type DevnetProvider = {
  readonly id: number;
  readonly url: string;
  /** Ends the process as a power cut would. */
  kill(): Promise<void>;
  /** Starts it again, with the same data and at the same address. */
  start(): Promise<void>;
  /** Makes it hang: connections are taken and never answered. */
  stall(): void;
  resume(): void;
  /** Damages every piece on its disk. */
  corrupt(): void;
};

const NAME = "@holdfast/devnet";

/** @throws {HoldfastError} `DEVNET_NOT_INSTALLED` */
export async function loadDevnet(name = NAME): Promise<DevnetModule> {
  try {
    return await import(name);
  } catch (cause) {
    const missing =
      cause instanceof Error && "code" in cause && cause.code === "ERR_MODULE_NOT_FOUND";
    // Something that the devnet itself lacks is its own error.
    if (!missing || !cause.message.includes(`'${name}'`)) throw cause;
    throw new HoldfastError("DEVNET_NOT_INSTALLED", {
      message: `The devnet is not installed: there is no package ${name}.`,
      fix: `Install it for development: npm install --save-dev ${name}`,
      cause,
    });
  }
}
