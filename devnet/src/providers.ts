import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseEther } from "ethers";
import type { Deployment } from "holdfast/market";
import { account } from "./accounts.ts";
import type { Chain } from "./chain.ts";
import type { Token } from "./deploy.ts";
import { type DevnetOptions, termsOf } from "./options.ts";
import { freePorts } from "./ports.ts";
import { type ManagedProvider, prepareProvider } from "./provider.ts";
import { register } from "./register.ts";

const host = "127.0.0.1";
/** How often a provider asks the chain for new blocks. */
const pollMs = 200;
/** Income is collected as soon as a period is over: gas costs nothing here. */
const settleEvery = 1;
const gasMoney = parseEther("100");
/** Index of the first provider's owner among the accounts; its operator and beneficiary follow, then the next provider's. */
const firstAccount = 10;

export interface Place {
  readonly chain: Chain;
  readonly deployment: Deployment;
  readonly token: Token;
  /** Where the providers keep their data, each in its own directory. */
  readonly dir: string;
  readonly options: DevnetOptions;
}

/** Registers the providers one after the other, so that their ids follow their order. */
export async function prepareProviders(place: Place): Promise<readonly ManagedProvider[]> {
  const ports = await freePorts(place.options.providers ?? 6);
  const providers: ManagedProvider[] = [];
  for (const port of ports) providers.push(await prepare(place, providers.length, port));
  return providers;
}

async function prepare(place: Place, index: number, port: number): Promise<ManagedProvider> {
  const { chain, deployment, token, options } = place;
  const key = (role: number) => account(firstAccount + 3 * index + role, chain.provider);
  const [owner, operator, beneficiary] = [key(0), key(1), key(2)];
  for (const { address } of [owner, operator, beneficiary]) await chain.setEther(address, gasMoney);
  const terms = termsOf(options);
  const url = `http://${host}:${port}`;
  const ids = await register({
    deployment,
    token,
    terms,
    owner,
    operator: operator.address,
    beneficiary: beneficiary.address,
    url,
  });
  const dir = join(place.dir, `provider-${index + 1}`);
  mkdirSync(dir);
  const settings = {
    rpc: chain.rpc,
    market: deployment.market,
    operatorKey: operator.privateKey,
    host,
    port,
    pricePerTiBPeriod: terms.pricePerTiBPeriod.toString(),
    capacityBytes: terms.capacityBytes,
    notice: terms.notice,
    settleEvery,
    pollMs,
  };
  const identity = { ids, url, owner, operator: operator.address, beneficiary };
  return prepareProvider(identity, settings, dir);
}
