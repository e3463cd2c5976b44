import { formatEther, Wallet } from "ethers";
import { type Deal, formatMoney, market as openMarket, periodAt } from "holdfast/market";
import { connectChain } from "../chain/connection.ts";
import { ownIds } from "../chain/ids.ts";
import { operatorKey } from "../config.ts";
import { reason } from "../log.ts";
import { listOf } from "../proving/listed.ts";
import { configFlags, configFrom, parseFlags } from "./options.ts";

const statusHelp = `holdfast-provider status: what the chain says about this provider, and whether its daemon answers

Usage:
  holdfast-provider status --config provider.json [flags as for run]

Reads the chain and the daemon's HTTP interface only, so it can run beside the daemon. Per deal it shows first how many misses
are left before the collateral is lost. Exit code 0: all is well. 1: the current period is not proven yet, a deal is close to
default, or the daemon does not answer.
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
    const head = await rpc.getBlock("latest");
    const period = periodAt(deployment, head?.timestamp ?? 0);
    const money = (value: bigint) => formatMoney(deployment, value);

    const lines = [
      `Market    ${deployment.market} on chain ${deployment.chainId}, period ${period}`,
      `Operator  ${address}, ${formatEther(await rpc.getBalance(address))} ether for gas`,
    ];
    let well = true;
    for (const { id, floor } of ids.list()) {
      const provider = await market.provider(id);
      const deals = await dealsOf(id);
      const live = deals.filter(({ start, end }) => start <= period && period < end);
      const proven = await isProven(id);
      const word = live.length === 0 ? "nothing to prove" : proven ? "proven" : "NOT YET PROVEN";
      well &&= live.length === 0 || proven;
      lines.push(
        "",
        `Provider ${id}: this period ${word}; free stake ${money(provider.free)}, floor ${money(floor)}, ${provider.listed} listed`,
        ...deals.map((deal) => describe(deal)),
      );
      well &&= deals.every(({ maxMisses, misses, closed }) => closed || misses < maxMisses);
    }
    const answer = await askDaemon(config.publicUrl ?? `http://${config.host}:${config.port}`);
    lines.push("", `Daemon    ${answer.text}`, "");
    process.stdout.write(lines.join("\n"));
    return well && answer.up ? 0 : 1;

    async function dealsOf(id: number): Promise<Deal[]> {
      const deals: Deal[] = [];
      for (const deal of await listOf(market, id)) deals.push(await market.deal(BigInt(deal)));
      return deals;
    }

    async function isProven(id: number): Promise<boolean> {
      const bits = await market.contract.provenWord(id, period >> 8);
      return ((bits >> BigInt(period & 0xff)) & 1n) === 1n;
    }

    function describe(deal: Deal): string {
      const { id, misses, maxMisses, size, start, end, earned } = deal;
      const left = deal.defaulted ? "DEFAULTED" : `${maxMisses - misses} misses left`;
      return `  deal ${id}: ${left} of ${maxMisses}; ${size} bytes, periods ${start} to ${end - 1}, ${money(earned)} to collect`;
    }
  } finally {
    rpc.destroy();
  }
}

async function askDaemon(url: string): Promise<{ up: boolean; text: string }> {
  try {
    const response = await fetch(`${url}/v1/info`, { signal: AbortSignal.timeout(5_000) });
    return { up: response.ok, text: `${url} answers with HTTP ${response.status}` };
  } catch (error) {
    return { up: false, text: `${url} does not answer: ${reason(error)}` };
  }
}
