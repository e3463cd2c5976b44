import { rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { undoOnExit } from "./cleanup.ts";
import { type Devnet, devnet } from "./devnet.ts";

const fileName = "holdfast.devnet.json";

const flags = {
  providers: { type: "string", default: "6" },
  period: { type: "string", default: "5" },
  port: { type: "string", default: "8545" },
  help: { type: "boolean", default: false },
} as const;

const usage = `holdfast devnet: a chain, a storage market, a stablecoin and storage providers on this machine

  --providers N   how many providers to start (default 6)
  --period S      length of a period in seconds (default 5); periods pass in real time
  --port P        port of the chain's RPC (default 8545; 0: any free one)
  --help          this text

It runs until Ctrl-C, and then removes all that it has made. Addresses and keys are in ${fileName} meanwhile.
`;

/** Runs `holdfast devnet` with the arguments after the command. The chain keeps the process going until a signal ends it. */
export async function runDevnetCli(argv: readonly string[]): Promise<void> {
  const options = parse(argv);
  if (options === undefined) return;
  say("Starting a chain and providers ...");
  const net = await devnet({ ...options, wallClock: true });
  const file = resolve(fileName);
  writeFileSync(file, `${JSON.stringify(summary(net), undefined, 2)}\n`);
  undoOnExit(() => rmSync(file, { force: true }));
  say(welcome(net));
}

type Options = { providers: number; periodSeconds: number; port: number };

/** @returns undefined when there is nothing to run: help was asked for, or an argument is wrong. */
function parse(argv: readonly string[]): Options | undefined {
  try {
    const { values } = parseArgs({ args: [...argv], options: flags });
    if (values.help) say(usage);
    else {
      return {
        providers: whole("providers", values.providers, 1, 100),
        periodSeconds: whole("period", values.period.replace(/s$/, ""), 2, 86_400),
        port: whole("port", values.port, 0, 65_535),
      };
    }
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n\n${usage}`);
    process.exitCode = 2;
  }
  return undefined;
}

function whole(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new Error(`--${name} takes a whole number from ${least} to ${most}, got "${text}".`);
}

function summary(net: Devnet) {
  const { rpc, deployment, signer, providers } = net;
  return {
    rpc,
    chainId: deployment.chainId,
    market: deployment.market,
    token: deployment.token,
    beacon: deployment.beacon,
    periodSeconds: deployment.length,
    client: { address: signer.address, privateKey: signer.privateKey },
    providers: providers.map(({ id, url, owner, operator, beneficiary, dataDir, log }) => ({
      id,
      url,
      operator,
      owner: { address: owner.address, privateKey: owner.privateKey },
      beneficiary: { address: beneficiary.address, privateKey: beneficiary.privateKey },
      dataDir,
      log,
    })),
  };
}

function welcome(net: Devnet): string {
  const { rpc, deployment, signer, providers } = net;
  const list = providers.map(({ id, url }) => `  provider ${id}  ${url}`).join("\n");
  return `
  chain       ${rpc}  (id ${deployment.chainId}, a period takes ${deployment.length} s)
  market      ${deployment.market}
  stablecoin  ${deployment.token}  (${deployment.tokenSymbol}, ${deployment.tokenDecimals} decimals)
${list}

An account with ether and test dollars (the key is public: use it here only):
  address     ${signer.address}
  key         ${signer.privateKey}

Store and retrieve:

  import { readFile } from "node:fs/promises";
  import { JsonRpcProvider, Wallet } from "ethers";
  import { connect } from "holdfast";

  const net = JSON.parse(await readFile("${fileName}", "utf8"));
  const signer = new Wallet(net.client.privateKey, new JsonRpcProvider(net.rpc));
  const hold = await connect({ signer, network: { market: net.market } });
  const object = await hold.store(new TextEncoder().encode("Hello"), { periods: 10 });
  const back = await hold.retrieve(object.id);
  console.log(new TextDecoder().decode(await back.bytes()));

All of this is in ${fileName}. Ctrl-C ends it.
`;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
