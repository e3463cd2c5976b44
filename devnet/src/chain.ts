import { Agent } from "node:http";
import { fileURLToPath } from "node:url";
import { FetchRequest, JsonRpcProvider, toQuantity, zeroPadValue } from "ethers";
import type { HardhatUserConfig } from "hardhat/config";
import { isFree } from "./ports.ts";

/** EIP-2935: the contract in which a chain keeps the hashes of its last 8,191 blocks, and its code. */
const historyAddress = "0x0000F90827F1C53a10cb7A02335B175320002935";
const historyCode =
  "0x3373fffffffffffffffffffffffffffffffffffffffe14604657602036036042575f35600143038111604257611fff81430311604257611fff9006545f5260205ff35b5f5ffd5b5f35611fff60014303065500";
const historyLength = 8_191;

const host = "127.0.0.1";

export interface Chain {
  readonly rpc: string;
  readonly provider: JsonRpcProvider;
  /** Time of the latest block, Unix seconds. */
  now(): Promise<number>;
  /** Mines a block at a time; later ones go on from there. */
  mineAt(time: number): Promise<void>;
  setEther(address: string, wei: bigint): Promise<void>;
  stop(): Promise<void>;
}

export interface ChainOptions {
  /** Time of the first block, Unix seconds. */
  readonly time: number;
  /** 0: any free one. */
  readonly port: number;
  /** Also mine a block every second. */
  readonly wallClock: boolean;
}

/** Starts a chain in this process, served over HTTP. A transaction is mined as it arrives. @throws when the port is taken. */
export async function startChain({ time, port, wallClock }: ChainOptions): Promise<Chain> {
  // Hardhat would ask about telemetry, and send it, when it runs on a terminal.
  process.env.HARDHAT_DISABLE_TELEMETRY ??= "true";
  if (port !== 0 && !(await isFree(port))) {
    throw new Error(`Port ${port} is taken. Choose another one for the chain, or 0 for any.`);
  }
  const { createHardhatRuntimeEnvironment } = await import("hardhat/hre");
  const config: HardhatUserConfig = {
    networks: {
      devnet: {
        type: "edr-simulated",
        chainType: "l1",
        accounts: [],
        initialDate: new Date(time * 1000),
        // Else each of many transactions in a second would push the clock ahead by one.
        allowBlocksWithSameTimestamp: true,
        // As nodes do: a failed transaction has a hash and a receipt.
        throwOnTransactionFailures: false,
        ...(wallClock ? { mining: { auto: true, interval: 1000 } } : {}),
      },
    },
  };
  // This package in place of the user's directory, which need not be one that Hardhat accepts.
  const project = fileURLToPath(new URL("..", import.meta.url));
  const hardhat = await createHardhatRuntimeEnvironment(config, {}, project);
  const server = await hardhat.network.createServer("devnet", host, port);
  const rpc = `http://${host}:${(await server.listen()).port}`;
  // A connection that is kept open would keep the server from closing for seconds.
  const request = new FetchRequest(rpc);
  request.getUrlFunc = FetchRequest.createGetUrlFunc({ agent: new Agent({ keepAlive: false }) });
  const provider = new JsonRpcProvider(request, undefined, {
    staticNetwork: true,
    // Collecting requests into batches would make each wait for 10 ms.
    batchMaxCount: 1,
    pollingInterval: 50,
    cacheTimeout: -1,
  });
  const forget = await keepHistory(provider);
  return {
    rpc,
    provider,
    now: async () =>
      Number((await provider.send("eth_getBlockByNumber", ["latest", false])).timestamp),
    mineAt: async (at) => {
      await provider.send("evm_setNextBlockTimestamp", [at]);
      await provider.send("evm_mine", []);
    },
    setEther: (address, wei) => provider.send("hardhat_setBalance", [address, toQuantity(wei)]),
    stop: async () => {
      await forget();
      if (wallClock) await provider.send("evm_setIntervalMining", [0]);
      provider.destroy();
      await server.close();
    },
  };
}

/** The simulated chain knows EIP-2935 by address only: gives it the real code, and the hashes that a system call would. */
async function keepHistory(provider: JsonRpcProvider): Promise<() => Promise<void>> {
  await provider.send("hardhat_setCode", [historyAddress, historyCode]);
  let next = 0;
  let stopped = false;
  let writing = Promise.resolve();
  const write = async (head: number) => {
    for (; next <= head && !stopped; next++) {
      const block = await provider.send("eth_getBlockByNumber", [toQuantity(next), false]);
      const slot = toQuantity(next % historyLength);
      await provider.send("hardhat_setStorageAt", [
        historyAddress,
        slot,
        zeroPadValue(block.hash, 32),
      ]);
    }
  };
  const onBlock = (head: number) => {
    writing = writing.then(() => write(head));
  };
  await provider.on("block", onBlock);
  return async () => {
    stopped = true;
    await provider.off("block", onBlock);
    await writing;
  };
}
