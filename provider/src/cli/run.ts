import { startProvider } from "../daemon.ts";
import { jsonLog } from "../log.ts";
import { configFlags, configFrom, parseFlags } from "./options.ts";

const runHelp = `holdfast-provider run: serve, prove and get paid until stopped

Usage:
  holdfast-provider run --config provider.json [flags]

Every field of the configuration file can be given as a flag, which then counts:
  --rpc URL                      JSON-RPC endpoint of the chain
  --market ADDRESS               the storage market
  --provider ID                  one of your provider ids; the others are found on the chain
  --operator-key-file PATH       file with the operator's private key (or --operator-key HEX)
  --data-dir PATH                journal and pieces; one daemon per directory
  --price-per-tib-period AMOUNT  price of 2^40 bytes for a period, in the token's smallest unit
  --capacity-bytes N             how much to store at most
Optional:
  --host HOST                    default 127.0.0.1; put a TLS proxy in front for the world
  --port PORT                    default 0, any free one
  --public-url URL               where clients reach this provider
  --max-piece-bytes N            largest piece; default 32 GiB
  --unpaid-bytes N               bytes that nobody pays for yet; default 5 % of capacity, at least one piece
  --unpaid-bytes-per-client N    the same for one client; default one piece
  --min-periods N, --max-periods N   terms you offer; default 1 to the market's longest
  --notice N                     periods of notice of a cancellation; default 30
  --terms TEXT                   your legal terms; their hash is in every offer
  --abuse-contact TEXT           where people report content
  --settle-every N               periods of income collected at once; default 7
  --poll-ms N                    how often the chain is looked at; default 2000
  --until-stdin-closes           also stop when the standard input ends: no orphan of a dead parent

When it is ready it prints one line {"ready":true,"url":…,"provider":…,"operator":…,"pid":…}, then a line of JSON for each
event. An event of level "alarm" needs you: income or collateral is at stake.
SIGTERM or Ctrl-C stops it gracefully. The operator's account needs ether for gas; the owner's key is never needed here.
`;

/** Runs until a signal stops it. */
export async function run(args: readonly string[]): Promise<number> {
  const flags = parseFlags(args, ["config", ...configFlags], ["until-stdin-closes"]);
  if (flags.help === true) {
    process.stdout.write(runHelp);
    return 0;
  }
  const config = configFrom(flags);
  const log = jsonLog((line) => process.stdout.write(line));
  // Listening before the start, so that no signal is lost while it starts.
  const stopped = stopSignal(flags["until-stdin-closes"] === true);
  const running = await startProvider(config, { log });
  const { url, operator } = running;
  const ready = { ready: true, url, provider: config.provider, operator, pid: process.pid };
  process.stdout.write(`${JSON.stringify(ready)}\n`);

  log("info", "stopping", { why: await stopped });
  await running.stop();
  // An input that is still open would keep the process.
  process.stdin.destroy();
  return 0;
}

function stopSignal(untilStdinCloses: boolean): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
      process.once(signal, () => resolve(signal));
    }
    if (!untilStdinCloses) return;
    process.stdin.once("close", () => resolve("the standard input closed"));
    process.stdin.resume();
  });
}
