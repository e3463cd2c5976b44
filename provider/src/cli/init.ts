import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Contract, getAddress, isAddress, parseUnits, Wallet } from "ethers";
import {
  type Deployment,
  erc20Abi,
  formatMoney,
  type Market,
  market as openMarket,
} from "holdfast/market";
import { connectChain } from "../chain/connection.ts";
import { ConfigError } from "../config.ts";
import { type Flags, parseFlags } from "./options.ts";

const initHelp = `holdfast-provider init: create the operator's key and a configuration, and print what the owner has to send

Usage:
  holdfast-provider init --rpc URL --market ADDRESS --data-dir PATH --url URL --beneficiary ADDRESS
                         --floor AMOUNT --stake AMOUNT [--max-lock AMOUNT] [--price AMOUNT] [--capacity-bytes N]

  --url          where clients will reach this provider; https unless it is on this machine
  --beneficiary  account that earns the income
  --floor        least collateral of a deal in whole tokens, rounded up to a power of 4 of the smallest unit
  --stake        collateral to deposit, in whole tokens
  --max-lock     collateral that the operator may lock in a period, in whole tokens; default: the stake
  --price        price of 2^40 bytes for a period, in whole tokens; default 0.1
  --capacity-bytes  default 1099511627776 (1 TiB)

It writes PATH/operator.key (if it is not there) and PATH/provider.json and sends nothing. Owner and operator are two keys
on purpose: the daemon holds the operator's, which can sign offers within the lock budget and nothing else.
`;

const FLAGS = ["rpc", "market", "data-dir", "url", "beneficiary", "floor", "stake"] as const;
const OPTIONAL = ["max-lock", "price", "capacity-bytes"] as const;

/** What the operator and the owner agree on; amounts in the token's smallest unit. */
type Plan = {
  readonly url: string;
  readonly beneficiary: string;
  readonly floor: bigint;
  readonly stake: bigint;
  readonly maxLock: bigint;
  readonly price: bigint;
};

/** Prepares a data directory and prints the owner's transactions. */
export async function init(args: readonly string[]): Promise<number> {
  const flags = parseFlags(args, [...FLAGS, ...OPTIONAL], []);
  if (flags.help === true) {
    process.stdout.write(initHelp);
    return 0;
  }
  const dataDir = required(flags, "data-dir");
  const chain = await connectChain(required(flags, "rpc"), required(flags, "market"));
  try {
    const plan = planFrom(flags, chain.deployment.tokenDecimals);
    await mkdir(dataDir, { recursive: true });
    const keyFile = join(dataDir, "operator.key");
    const operator = operatorAt(keyFile);
    const { contract } = openMarket(chain.deployment, chain.rpc);
    const id = Number(await contract.providerCount()) + 1;
    const configFile = join(dataDir, "provider.json");
    writeConfig(configFile, {
      rpc: required(flags, "rpc"),
      market: chain.deployment.market,
      provider: id,
      operatorKeyFile: keyFile,
      dataDir,
      host: "127.0.0.1",
      port: 8402,
      publicUrl: plan.url,
      pricePerTiBPeriod: plan.price.toString(),
      capacityBytes: Number(flags["capacity-bytes"] ?? 2 ** 40),
    });
    process.stdout.write(
      [
        `Operator  ${operator}  (key in ${keyFile}; send it some ether for gas)`,
        `Configuration  ${configFile}`,
        "",
        ...ownersPart(plan, { deployment: chain.deployment, contract, operator, id }),
        "",
        `Then put the id from step 1 into "provider" of the configuration (now ${id}) and run:`,
        `   holdfast-provider run --config ${configFile}`,
        "",
      ].join("\n"),
    );
    return 0;
  } finally {
    chain.rpc.destroy();
  }
}

function planFrom(flags: Flags, decimals: number): Plan {
  const amount = (name: string, otherwise?: string) => {
    const text =
      flags[name] === undefined && otherwise !== undefined ? otherwise : required(flags, name);
    return amountFlag(name, text, decimals);
  };
  return {
    url: required(flags, "url"),
    beneficiary: addressFlag("beneficiary", required(flags, "beneficiary")),
    floor: powerOf4(amount("floor")),
    stake: amount("stake"),
    maxLock: amount("max-lock", required(flags, "stake")),
    price: amount("price", "0.1"),
  };
}

type Registration = {
  readonly deployment: Deployment;
  readonly contract: Market["contract"];
  readonly operator: string;
  readonly id: number;
};

/** The transactions that only the owner's key can send, ready to paste into any wallet. */
function ownersPart(plan: Plan, { deployment, contract, operator, id }: Registration): string[] {
  const { beneficiary, floor, stake, maxLock, url } = plan;
  const { interface: abi } = contract;
  const token = new Contract(deployment.token, erc20Abi).interface;
  const money = (value: bigint) => formatMoney(deployment, value);
  const payment = { kind: 0, data: "0x" };
  return [
    `The owner sends three transactions on chain ${deployment.chainId}:`,
    `1. register the provider: floor ${money(floor)}, lock budget ${money(maxLock)} per period`,
    `   to ${deployment.market}`,
    `   data ${abi.encodeFunctionData("register", [operator, beneficiary, floor, maxLock, url])}`,
    `2. allow the market to take the stake of ${money(stake)}`,
    `   to ${deployment.token}`,
    `   data ${token.encodeFunctionData("approve", [deployment.market, stake])}`,
    `3. deposit it, only when step 1 is mined and its ProviderRegistered event names id ${id}: a stake belongs to`,
    `   whoever has the id. If it names another one, encode stake(id, ${stake}, (0, 0x)) anew`,
    `   to ${deployment.market}`,
    `   data ${abi.encodeFunctionData("stake", [id, stake, payment])}`,
  ];
}

function required(flags: Flags, name: string): string {
  const value = flags[name];
  if (typeof value === "string" && value !== "") return value;
  throw new ConfigError(`--${name} is missing.`, "Add it; --help explains each flag.");
}

function addressFlag(name: string, value: string): string {
  if (isAddress(value)) return getAddress(value);
  throw new ConfigError(
    `--${name} must be an address, got "${value}".`,
    "Give 0x and 40 hex digits.",
  );
}

function amountFlag(name: string, value: string, decimals: number): bigint {
  try {
    const amount = parseUnits(value, decimals);
    if (amount > 0n) return amount;
  } catch (cause) {
    throw new ConfigError(
      `--${name} must be an amount of tokens, got "${value}".`,
      `Give a number with at most ${decimals} decimals.`,
      cause,
    );
  }
  throw new ConfigError(`--${name} must be more than 0, got "${value}".`, "Give a larger amount.");
}

function powerOf4(least: bigint): bigint {
  let power = 1n;
  while (power < least) power *= 4n;
  return power;
}

function operatorAt(keyFile: string): string {
  if (existsSync(keyFile)) return new Wallet(readFileSync(keyFile, "utf8").trim()).address;
  const { privateKey } = Wallet.createRandom();
  writeFileSync(keyFile, `${privateKey}\n`, { mode: 0o600, flag: "wx", flush: true });
  return new Wallet(privateKey).address;
}

function writeConfig(path: string, config: object): void {
  if (existsSync(path)) {
    throw new ConfigError(`${path} is there already.`, "Remove it or choose another --data-dir.");
  }
  writeFileSync(path, `${JSON.stringify(config, undefined, 2)}\n`, { flag: "wx" });
}
