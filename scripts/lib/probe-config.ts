// What a scratch project adds to the configuration of this one: rewritten contracts may be of any size, and the coinbase says
// which mutant is active.
import type { HardhatUserConfig } from "hardhat/config";
import type { HardhatPlugin } from "hardhat/types/plugins";
import base from "../../hardhat.config.ts";
import { coinbase, hitsOf } from "./probe.ts";

/** Set by those who start a process in a scratch project. */
const mutant = Number(process.env.HOLDFAST_MUTANT ?? 0);
/** Ends what a mutant made endless, and is far above what any test needs. */
const BLOCK_GAS = 300_000_000n;

interface Resettable {
  readonly provider: {
    request(request: { method: string; params?: unknown[] }): Promise<unknown>;
  };
  readonly networkHelpers?: { clearSnapshots(): void };
}

/** Open chains, and where each was when the first mutant came: what test files deploy while they load stays. */
const connections = new Map<Resettable, unknown>();
let active = mutant;
let hits = new Set<number>();

/** Puts every chain back to where it was, with another mutant on it. */
export async function activate(id: number): Promise<void> {
  active = id;
  for (const [connection, snapshot] of connections) {
    const { provider } = connection;
    if (snapshot !== undefined)
      await provider.request({ method: "evm_revert", params: [snapshot] });
    connections.set(connection, await provider.request({ method: "evm_snapshot" }));
    await switchOn(connection);
  }
  forgetFixtures();
}

/** Lets the next test deploy what it needs, so that all that it reaches is its own. */
export function forgetFixtures(): void {
  for (const connection of connections.keys()) connection.networkHelpers?.clearSnapshots();
}

/** What was reached since the last call. */
export function takeHits(): Set<number> {
  const taken = hits;
  hits = new Set();
  return taken;
}

async function switchOn({ provider }: Resettable): Promise<void> {
  await provider.request({ method: "hardhat_setCoinbase", params: [coinbase(active)] });
  // Calls without a transaction see the coinbase of the latest block.
  await provider.request({ method: "hardhat_mine", params: ["0x1"] });
}

const plugin: HardhatPlugin = {
  id: "holdfast-probe",
  hookHandlers: {
    network: async () => ({
      default: async () => ({
        newConnection: async (context, next) => {
          const connection = await next(context);
          connections.set(connection, undefined);
          await switchOn(connection);
          return connection;
        },
        closeConnection: async (context, connection, next) => {
          connections.delete(connection);
          await next(context, connection);
        },
        // Reports of what is reached cost time: only the process that asks for them gets them.
        ...(process.env.HOLDFAST_RECORD && {
          onCoverageData: async (_context: unknown, tags: string[]) => {
            for (const id of hitsOf(tags)) hits.add(id);
          },
        }),
      }),
    }),
  },
};

const network = {
  type: "edr-simulated",
  allowUnlimitedContractSize: true,
  blockGasLimit: BLOCK_GAS,
  // Given, so that no transaction has to run many times for an estimate.
  gas: BLOCK_GAS / 2n,
  transactionGasCap: false,
} as const;

const quick = {
  coinbase: coinbase(mutant),
  fuzz: { runs: 200, seed: "0x01" },
  invariant: { runs: 8, depth: 100, failOnRevert: true },
};

export const probeConfig: HardhatUserConfig = {
  ...base,
  plugins: [...(base.plugins ?? []), plugin],
  solidity: {
    ...(base.solidity as object),
    version: "0.8.37",
    // Unoptimized: a schema is large, and how much gas its code takes does not matter.
    settings: { evmVersion: "cancun", viaIR: true, optimizer: { enabled: false } },
  },
  networks: { default: network },
  coverage: { skipFiles: ["**/*"] },
  test: {
    ...base.test,
    // The second is named by tests that are longer on CI.
    solidity: { profiles: { default: quick, ci: quick } },
  },
};
