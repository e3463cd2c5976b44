import { formatEther, Wallet } from "ethers";
import { type Deal, formatMoney, listOf, type Market, market as openMarket } from "holdfast/market";
import { connectChain } from "../chain/connection.ts";
import { ownIds } from "../chain/ids.ts";
import { operatorKey } from "../config.ts";
import { reason } from "../log.ts";
import { isProven } from "../proving/listed.ts";
import { configFlags, configFrom, parseFlags } from "./options.ts";

const statusHelp = `holdfast-provider status: what the chain says about this provider, and whether its daemon answers

Usage:
  holdfast-provider status --config provider.json [flags as for run]

Reads the chain and the daemon's HTTP interface only, so it can run beside the daemon. Per deal it shows first how many misses
are left before the collateral is lost. Exit code 0: all is well. 1: the current period is not proven yet, a deal is close to
default or challenged, or the daemon does not answer.
`;

/** Prints the state of all own ids and their listed deals. */
export async function status(args: readonly string[]): Promise<number> {
  const flags = parseFlags(args, ["config", ...configFlags], []);
  if (flags.help === true) {
    process.stdout.write(statusHelp);
    return 0;
  }
  const config = configFrom(flags);
  const { rpc, deployment } = await connectChain(config.rpc, config.market);
  try {
    const { address } = new Wallet(operatorKey(config));
    const market = openMarket(deployment, rpc);
    const ids = await ownIds(market, config.provider, address);
    const period = await market.period();
    const reports: Report[] = [];
    for (const { id } of ids.list()) reports.push(await reportOf(market, id, period));
    const daemon = await askDaemon(config.publicUrl ?? `http://${config.host}:${config.port}`);

    const lines = [
      `Market    ${deployment.market} on chain ${deployment.chainId}, period ${period}`,
      `Operator  ${address}, ${formatEther(await rpc.getBalance(address))} ether for gas`,
      ...reports.flatMap(({ lines }) => ["", ...lines]),
      "",
      `Daemon    ${daemon.text}`,
      "",
    ];
    process.stdout.write(lines.join("\n"));
    return daemon.up && reports.every(({ well }) => well) ? 0 : 1;
  } finally {
    rpc.destroy();
  }
}

type Report = { readonly lines: readonly string[]; readonly well: boolean };

async function reportOf(market: Market, id: number, period: number): Promise<Report> {
  const money = (value: bigint) => formatMoney(market.deployment, value);
  const { free, floor, listed } = await market.provider(id);
  const deals: Deal[] = [];
  for (const deal of await listOf(market, id)) deals.push(await market.deal(deal));

  const proven = await isProven(market, id, period);
  const due = !proven && deals.some(({ start, end }) => start <= period && period < end);
  const word = due ? "NOT YET PROVEN" : proven ? "proven" : "nothing to prove";
  const safe = deals.every(
    ({ maxMisses, misses, closed, challengedAt }) =>
      closed || (misses < maxMisses && challengedAt === 0),
  );
  return {
    well: !due && safe,
    lines: [
      `Provider ${id}: this period ${word}; free stake ${money(free)}, floor ${money(floor)}, ${listed} listed`,
      ...deals.map((deal) => `  ${describe(deal)}, ${money(deal.earned)} to collect`),
    ],
  };
}

function describe({ id, misses, maxMisses, size, start, end, ...deal }: Deal): string {
  const left = deal.defaulted ? "DEFAULTED" : `${maxMisses - misses} misses left of ${maxMisses}`;
  const asked = deal.challengedAt === 0 ? "" : `, CHALLENGED for leaf ${deal.challengedLeaf}`;
  return `deal ${id}: ${left}${asked}; ${size} bytes, periods ${start} to ${end - 1}`;
}

async function askDaemon(url: string): Promise<{ up: boolean; text: string }> {
  try {
    const response = await fetch(`${url}/v1/info`, { signal: AbortSignal.timeout(5_000) });
    return { up: response.ok, text: `${url} answers with HTTP ${response.status}` };
  } catch (error) {
    return { up: false, text: `${url} does not answer: ${reason(error)}` };
  }
}
