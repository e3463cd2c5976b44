import { readFileSync } from "node:fs";
import { Contract, ContractFactory, type InterfaceAbi, type Wallet } from "ethers";
import { type Deployment, loadDeployment } from "holdfast/market";

/** Draws in a period, as in production. */
const baseSamples = 5;
const maxTerm = 366;
/** Seconds without a captured header after which seeds may come from block hashes, as in production. */
const quiet = 36 * 3600;
/** Least collateral of a deal: one test dollar. */
const minCollateral = 1_000_000n;

export interface Token {
  readonly address: string;
  mint(to: string, amount: bigint): Promise<void>;
  approve(from: Wallet, spender: string): Promise<void>;
}

export interface Deployed {
  readonly deployment: Deployment;
  readonly token: Token;
}

/** Deploys a beacon, a stablecoin and a market whose first period starts at `genesis`. */
export async function deploy(
  deployer: Wallet,
  rpc: string,
  genesis: number,
  length: number,
): Promise<Deployed> {
  const token = await create(deployer, "TestStablecoin");
  const beacon = await create(deployer, "PrevrandaoBeacon", quiet);
  const market = await create(deployer, "StorageMarket", {
    token,
    beacon,
    genesis,
    periodLength: length,
    delay: 0,
    baseSamples,
    maxTerm,
    minCollateral,
    challengeBond: minCollateral,
  });
  const deployment = await loadDeployment(deployer, await market.getAddress());
  return { deployment: { ...deployment, rpc }, token: tokenOf(await token.getAddress(), deployer) };
}

function tokenOf(address: string, faucet: Wallet): Token {
  const { abi } = artifact("TestStablecoin");
  const send = async (from: Wallet, method: string, ...args: unknown[]) => {
    const sent = await new Contract(address, abi, from).getFunction(method)(...args);
    await sent.wait();
  };
  return {
    address,
    mint: (to, amount) => send(faucet, "mint", to, amount),
    approve: (from, spender) => send(from, "approve", spender, (1n << 256n) - 1n),
  };
}

async function create(deployer: Wallet, name: string, ...args: unknown[]): Promise<Contract> {
  const { abi, bytecode } = artifact(name);
  const contract = await new ContractFactory<unknown[], Contract>(abi, bytecode, deployer).deploy(
    ...args,
  );
  await contract.waitForDeployment();
  return contract;
}

function artifact(name: string): { abi: InterfaceAbi; bytecode: string } {
  return JSON.parse(readFileSync(new URL(`../artifacts/${name}.json`, import.meta.url), "utf8"));
}
