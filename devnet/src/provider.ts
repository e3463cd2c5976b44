import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Wallet } from "ethers";
import type { Address } from "holdfast/market";
import { daemon } from "./daemon.ts";

/** A provider of the devnet: a process with the operator's key, and an owner whose key it never sees. */
export interface DevnetProvider {
  /** Its id in the market, the first one when it has several classes. */
  readonly id: number;
  readonly ids: readonly number[];
  readonly url: string;
  /** Registered and staked; takes the stake back. */
  readonly owner: Wallet;
  readonly operator: Address;
  /** Gets the income. */
  readonly beneficiary: Wallet;
  /** What the process keeps: its journal and its pieces. */
  readonly dataDir: string;
  /** What the process has printed, JSON lines. */
  readonly log: string;
  running(): boolean;
  /** Ends the process as a power cut would. */
  kill(): Promise<void>;
  /** Starts it again, with the same data and at the same address. */
  start(): Promise<void>;
  /** Makes it hang: connections are taken and never answered. */
  stall(): void;
  resume(): void;
  /** Damages every piece on its disk. */
  corrupt(): void;
}

/** A provider as the devnet sees it. */
export interface ManagedProvider extends DevnetProvider {
  /** Whether it can be expected to prove: it runs, and its data are whole. */
  sound(): boolean;
  stop(): Promise<void>;
  /** Ends the process without waiting. */
  abandon(): void;
}

/** What the process reads; see the provider's own description of its configuration. */
export interface ProviderSettings {
  readonly rpc: string;
  readonly market: Address;
  readonly operatorKey: string;
  readonly host: string;
  readonly port: number;
  readonly pricePerTiBPeriod: string;
  readonly capacityBytes: number;
  readonly notice: number;
  readonly settleEvery: number;
  readonly pollMs: number;
}

type Identity = Pick<DevnetProvider, "ids" | "url" | "owner" | "operator" | "beneficiary">;

/** Prepares a provider in a directory of its own. Its process is not started yet. */
export function prepareProvider(
  identity: Identity,
  settings: ProviderSettings,
  dir: string,
): ManagedProvider {
  const [id = 0] = identity.ids;
  const dataDir = join(dir, "data");
  const configFile = join(dir, "config.json");
  const log = join(dir, "log.jsonl");
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(configFile, JSON.stringify({ ...settings, provider: id, dataDir }));
  const { state, start, kill, stall, resume, stop, abandon } = daemon(
    `Provider ${id}`,
    configFile,
    log,
  );
  let whole = true;
  const running = () => state() === "running";
  return {
    ...identity,
    id,
    dataDir,
    log,
    running,
    sound: () => whole && running(),
    start,
    kill,
    stall,
    resume,
    stop,
    abandon,
    corrupt: () => {
      whole = false;
      corruptPieces(join(dataDir, "pieces"));
    },
  };
}

/** Flips every bit, so that whichever leaf is drawn next is wrong. */
function corruptPieces(dir: string): void {
  for (const name of readdirSync(dir)) {
    if (!name.endsWith(".piece")) continue;
    const file = join(dir, name);
    writeFileSync(
      file,
      readFileSync(file).map((byte) => byte ^ 0xff),
    );
  }
}
