import type { Devnet, DevnetProvider } from "@holdfast/devnet";
import { type Deal, type Market, market } from "holdfast/market";
import { ledger } from "../lib/ledger.ts";
import { say } from "../lib/run.ts";
import { exact, rounded, table } from "../lib/screen.ts";

/** A provider with its deal, and what it proved: one sign for each day of the deal so far. */
export interface Standing {
  readonly provider: DevnetProvider;
  readonly deal: Deal;
  readonly history: string;
  /** What it has earned on days that are over, and how much of that is settled. */
  readonly earned: bigint;
  readonly settled: bigint;
}

/** How the deals stand, read from the chain; one deal for each provider. */
export async function standings({
  deployment,
  signer,
  providers,
}: Devnet): Promise<readonly Standing[]> {
  const chain = market(deployment, signer);
  const today = await chain.period();
  const deals = await Promise.all(providers.map((_, i) => chain.deal(BigInt(i + 1))));
  return Promise.all(
    deals.map(async (deal) => {
      const provider = providers.find(({ ids }) => ids.includes(deal.provider));
      if (!provider)
        throw new Error(`Deal ${deal.id} is with a provider that is not of this devnet`);
      const history = await historyOf(chain, deal, today);
      const over = history.slice(0, today - deal.start);
      const earned = deal.rate * BigInt(over.replaceAll("✗", "").length);
      return { provider, deal, history, earned, settled: earned - deal.earned };
    }),
  );
}

async function historyOf({ contract }: Market, deal: Deal, today: number): Promise<string> {
  let history = "";
  for (let period = deal.start; period < Math.min(deal.end, today + 1); period++) {
    const bits = await contract.provenWord(deal.provider, Math.floor(period / 256));
    history += (bits >> BigInt(period % 256)) & 1n ? "✓" : "✗";
  }
  return history;
}

/** Prints a row for each deal. */
export function printDeals(all: readonly Standing[]): void {
  const byProvider = [...all].sort((a, b) => a.provider.id - b.provider.id);
  const rows = byProvider.map(({ provider, deal, history, earned, settled }) => [
    `provider ${provider.id}`,
    provider.running() ? "running" : "dead",
    history,
    rounded(earned),
    rounded(settled),
    deal.forfeited ? "defaulted" : deal.closed ? "fulfilled" : "in force",
  ]);
  table(["", "process", "days proven", "earned", "settled", "deal"], rows);
}

/** Prints what every party paid and got, to the unit. @throws when it does not add up. */
export async function printMoney({ deployment, signer, providers }: Devnet): Promise<void> {
  const parties = new Map([["you", [signer.address]]]);
  for (const { id, owner, beneficiary } of providers) {
    parties.set(`provider ${id}`, [owner.address, beneficiary.address]);
  }
  const balances = await ledger(deployment, signer, parties);
  const paid = balances.reduce((sum, balance) => sum + balance.paid, 0n);
  const got = balances.reduce((sum, balance) => sum + balance.got, 0n);
  const rows = [...balances, { party: "sum", paid, got }].map((row) => [
    row.party,
    exact(row.paid),
    exact(row.got),
    `${row.got > row.paid ? "+" : ""}${exact(row.got - row.paid)}`,
  ]);
  table([deployment.tokenSymbol, "paid to the market", "got from it", "difference"], rows);
  if (paid !== got || balances.some(({ party }) => party === "others")) {
    throw new Error(`The money does not add up: ${exact(paid - got)} are left in the market.`);
  }
  say("  All that came in went out again, to the last millionth.");
}
