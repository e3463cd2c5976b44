import { rmSync } from "node:fs";
import { basename } from "node:path";
import { type Devnet, type DevnetProvider, devnet } from "@holdfast/devnet";
import { JsonRpcProvider, Wallet } from "ethers";
import { connect, type Holdfast, type ObjectId } from "holdfast";
import { market } from "holdfast/market";
import { cashOut } from "../lib/cash-out.ts";
import { say } from "../lib/run.ts";
import { progressBar, rounded, table } from "../lib/screen.ts";
import { type DemoFile, pricesFor, sha256, sha256OfFile } from "./file.ts";
import { printDeals, type Standing, standings } from "./report.ts";

const days = 10;
const enough = 4;
const fragments = 6;
/** Deals that each provider's stake can secure. */
const secured = 10;

export interface Scene {
  readonly file: DemoFile;
  readonly net: Devnet;
  /** Directory of what the client remembers between calls. */
  readonly memory: string;
}

export async function setUp({ size }: DemoFile): Promise<Devnet> {
  const { pricePerTiBPeriod, floor } = pricesFor(size / enough);
  const net = await devnet({
    providers: fragments,
    pricePerTiBPeriod,
    floors: [floor],
    deals: secured,
    capacityBytes: 2 * size + 100_000_000,
  });
  say(`  chain   ${net.rpc}; a day passes there when this demo says so`);
  say(`  market  ${net.deployment.market}; holds all money, by rules nobody can change\n`);
  const stake = rounded(floor * BigInt(secured));
  const rows = net.providers.map(({ id, url }) => [`provider ${id}`, url, stake]);
  table(["a process each", "serves at", "owner's stake"], rows);
  return net;
}

export async function store({ file, net }: Scene): Promise<void> {
  const hold = await connect({ signer: net.signer, network: net.deployment });
  const quote = await hold.quote(file.size, { periods: days, k: enough, n: fragments });
  say(
    `  It is encrypted here and cut into ${fragments} fragments; any ${enough} of them bring it back.`,
  );
  say(
    `  The price of it all is ${rounded(quote.total)}. Providers that lose their fragment compensate you`,
  );
  say(`  from what they lock for it, ${rounded(quote.collateral)} together.`);
  const bar = progressBar("sending");
  const object = await hold.store(
    { path: file.path },
    {
      quote,
      name: basename(file.path),
      onProgress: ({ phase, sent, total }) => {
        if (phase === "upload" && total) bar(sent / total);
      },
    },
  );
  say("  Each provider has signed an offer; one transaction has opened all six deals.");
  say(`  The object is ${object.id}`);
  await retrieve(file, hold, object.id, "It can be read at once");
}

export async function prove({ net }: Scene): Promise<void> {
  say("  Every day a number that nobody could know before picks spots in the data. Providers that");
  say("  show what is there have earned that day's pay. They do so by themselves:\n");
  await net.advance(3);
  printDeals(await standings(net));
}

export async function loseOne({ net }: Scene): Promise<void> {
  const lost = providerAt(net, 2);
  await lost.kill();
  say(`  Provider ${lost.id} has been killed (kill -9), for good. Three more days pass:\n`);
  await net.advance(3);
  const you = market(net.deployment, net.signer);
  await you.settle((await standings(net)).map(({ deal }) => deal.id));
  const settled = await standings(net);
  printDeals(settled);
  const deal = defaulted(settled, lost);
  const back = await you.claimable(net.signer.address);
  const compensation = deal.slash * BigInt(deal.missed);
  say(
    `\n  One missed day is tolerated, the second was a default. ${rounded(back)} are yours again:`,
  );
  say(
    `  ${rounded(back - compensation)} that you had paid for days without a proof, and ${rounded(compensation)} from the`,
  );
  say(`  collateral of provider ${lost.id}. The other five are untouched.`);
}

export async function recover({ file, net, memory }: Scene): Promise<void> {
  rmSync(memory, { recursive: true, force: true });
  const { market: address, chainId, rpc = "" } = net.deployment;
  const chain = new JsonRpcProvider(rpc, chainId, { staticNetwork: true });
  const wallet = new Wallet(net.signer.privateKey, chain);
  const hold = await connect({ signer: wallet, network: { market: address, chainId } });
  const { id } = await onlyObject(hold);
  say(`  The chain lists what your wallet has stored: ${id}`);
  await retrieve(file, hold, id, "From the five that are left");
  const another = providerAt(net, 5);
  await another.kill();
  await retrieve(file, hold, id, `Provider ${another.id} is cut off too. From exactly four`);
  await another.start();
  say(`  Provider ${another.id} is back before the day is over, and has lost nothing.`);
  chain.destroy();
}

export async function payOut({ net }: Scene): Promise<void> {
  await net.advance(days - 5);
  await cashOut(net);
  printDeals(await standings(net));
}

async function retrieve(file: DemoFile, hold: Holdfast, id: ObjectId, from: string): Promise<void> {
  const { stream } = await hold.retrieve(id);
  const [got, expected] = [await sha256(stream), await sha256OfFile(file.path)];
  if (got !== expected)
    throw new Error(`SHA-256 of what came back is ${got}, expected ${expected}`);
  say(`  ${from}: the same ${file.size} bytes (SHA-256 ${got.slice(0, 16)}…)`);
}

async function onlyObject(hold: Holdfast): Promise<{ readonly id: ObjectId }> {
  for await (const object of hold.list()) return object;
  throw new Error("The chain lists no object of this wallet");
}

/** The deal of the lost provider. @throws when it has not defaulted, or when another one has a miss too. */
function defaulted(all: readonly Standing[], lost: DevnetProvider): Standing["deal"] {
  const missed = all.filter(({ deal }) => deal.misses > 0);
  const [only] = missed;
  if (only && missed.length === 1 && only.provider === lost && only.deal.forfeited)
    return only.deal;
  const names = missed.map(({ provider }) => provider.id).join(", ");
  throw new Error(
    `Only provider ${lost.id} should have missed days, and defaulted; missed: ${names}`,
  );
}

function providerAt({ providers }: Devnet, index: number): DevnetProvider {
  const provider = providers[index];
  if (!provider) throw new Error(`There is no provider at index ${index}`);
  return provider;
}
