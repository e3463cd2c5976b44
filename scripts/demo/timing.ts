import type { Provider } from "ethers";
import { say } from "../lib/run.ts";
import { duration, table, thousands } from "../lib/screen.ts";

interface Work {
  readonly transactions: number;
  readonly gas: bigint;
}

interface Step extends Work {
  readonly name: string;
  readonly ms: number;
}

/** Runs the numbered steps of a story and keeps what each took. */
export interface Timing {
  /** Counts the gas on this chain, from its first block. */
  watch(chain: Provider | null): void;
  /** @param name For the table. @param title What happens, for the reader. */
  run<T>(name: string, title: string, work: () => Promise<T>): Promise<T>;
  print(): void;
}

export function timing(): Timing {
  const steps: Step[] = [];
  let chain: Provider | null = null;
  let next = 0;
  const used = async (): Promise<Work> => {
    let gas = 0n;
    let transactions = 0;
    const head = (await chain?.getBlockNumber()) ?? -1;
    for (; chain && next <= head; next++) {
      const block = await chain.getBlock(next);
      gas += block?.gasUsed ?? 0n;
      transactions += block?.length ?? 0;
    }
    return { transactions, gas };
  };
  return {
    watch: (started) => {
      chain = started;
    },
    run: async (name, title, work) => {
      say(`\n${steps.length + 1}. ${title}`);
      const started = performance.now();
      const result = await work();
      steps.push({ name, ms: performance.now() - started, ...(await used()) });
      return result;
    },
    print: () => {
      const rows = steps.map(({ name, ms, transactions, gas }, i) => [
        `${i + 1}. ${name}`,
        duration(ms),
        thousands(transactions),
        thousands(gas),
      ]);
      table(["", "time", "transactions", "gas"], rows);
    },
  };
}
