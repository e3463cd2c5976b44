import { Contract, type ContractRunner, getAddress, isAddress } from "ethers";
import { erc20Abi } from "../abi/erc20.ts";
import { storageMarketAbi } from "../abi/storage-market.ts";
import { HoldfastError } from "../errors.ts";
import type { TestStablecoin } from "../typechain/mocks/TestStablecoin.ts";
import type { StorageMarket } from "../typechain/StorageMarket.ts";
import { rpcError } from "./reverts.ts";

/** An account or a contract, with checksum. */
export type Address = string;

/** A market and its immutable parameters. Amounts are in the token's smallest unit, times in Unix seconds. */
export type Deployment = {
  readonly chainId: number;
  readonly market: Address;
  readonly token: Address;
  readonly beacon: Address;
  /** Where the chain can be read, when known. */
  readonly rpc?: string;
  /** Start of period 1. */
  readonly genesis: number;
  /** Seconds in a period. */
  readonly length: number;
  /** Seconds from the start of a period to the time of its seed. */
  readonly delay: number;
  /** Draws in a period, before one more for each 128 listed deals. */
  readonly baseSamples: number;
  /** Longest term of a deal, in periods. */
  readonly maxTerm: number;
  /** Least collateral of a deal. */
  readonly minCollateral: bigint;
  readonly tokenDecimals: number;
  readonly tokenSymbol: string;
};

// A node that does not answer makes ethers try again for ever; this is when we stop waiting for it.
const FIRST_ANSWER_MS = 15_000;

/**
 * Reads a market's parameters from the chain that `runner` is connected to.
 *
 * @param expected What the caller takes the chain to be.
 * @throws {HoldfastError} `WRONG_CHAIN`, `MARKET_UNKNOWN` when no market of this version is at the address, `RPC_UNAVAILABLE`.
 * @example
 * const deployment = await loadDeployment(new JsonRpcProvider(url), "0x5FbD…");
 */
export async function loadDeployment(
  runner: ContractRunner,
  market: Address,
  expected?: { chainId?: number | undefined },
): Promise<Deployment> {
  if (!isAddress(market)) throw marketUnknown(market, "that is not an address");
  const chainId = await readChainId(runner);
  if (expected?.chainId !== undefined && expected.chainId !== chainId) {
    throw wrongChain(expected.chainId, chainId);
  }
  const address = getAddress(market);
  const code = await runner.provider?.getCode(address).catch(rpcError("read the market's code"));
  if (code === undefined || code === "0x") {
    throw marketUnknown(address, `chain ${chainId} has no contract there`);
  }
  const contract = new Contract(address, storageMarketAbi, runner) as unknown as StorageMarket;
  const found = await readParameters(contract, address);
  const { token, beacon, minCollateral } = found;
  const erc20 = new Contract(token, erc20Abi, runner) as unknown as TestStablecoin;
  const [tokenDecimals, tokenSymbol] = await Promise.all([erc20.decimals(), erc20.symbol()]).catch(
    rpcError("read the market's token"),
  );
  return {
    chainId,
    market: address,
    token,
    beacon,
    genesis: Number(found.genesis),
    length: Number(found.periodLength),
    delay: Number(found.delay),
    baseSamples: Number(found.baseSamples),
    maxTerm: Number(found.maxTerm),
    minCollateral,
    tokenDecimals: Number(tokenDecimals),
    tokenSymbol,
  };
}

/** The chain id behind `runner`, or `RPC_UNAVAILABLE` when nothing answers in time. */
async function readChainId(runner: ContractRunner): Promise<number> {
  const { provider } = runner;
  if (!provider) {
    throw new HoldfastError("RPC_UNAVAILABLE", {
      message: "The signer is not connected to a chain: it has no provider.",
      fix: "Connect it, for example with `wallet.connect(new JsonRpcProvider(url))`.",
    });
  }
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    const seconds = FIRST_ANSWER_MS / 1000;
    timer = setTimeout(() => reject(new Error(`no answer in ${seconds} s`)), FIRST_ANSWER_MS);
  });
  try {
    return Number((await Promise.race([provider.getNetwork(), tooLate])).chainId);
  } catch (cause) {
    return rpcError("ask the node for its chain")(cause);
  } finally {
    clearTimeout(timer);
  }
}

export function wrongChain(expected: number, actual: number): HoldfastError {
  return new HoldfastError("WRONG_CHAIN", {
    message: `The market is on chain ${expected}, the signer is connected to chain ${actual}.`,
    fix: `Switch the wallet to chain ${expected}, or name the market of chain ${actual}.`,
  });
}

async function readParameters(contract: StorageMarket, address: Address) {
  try {
    const [domain, parameters] = await Promise.all([
      contract.eip712Domain(),
      contract.parameters(),
    ]);
    if (domain.name === "Holdfast" && domain.version === "1") return parameters;
  } catch (cause) {
    throw marketUnknown(address, "the contract there does not answer as a market does", cause);
  }
  throw marketUnknown(address, "the contract there is not a Holdfast market of version 1");
}

function marketUnknown(market: string, why: string, cause?: unknown): HoldfastError {
  return new HoldfastError("MARKET_UNKNOWN", {
    message: `There is no storage market at ${market}: ${why}.`,
    fix: "Check the market's address and the chain that the signer is connected to.",
    cause,
  });
}
