import { Contract, type ContractRunner } from "ethers";
import { type Deployment, erc20Abi } from "holdfast/market";

export interface Balance {
  readonly party: string;
  /** What the party paid to the market, and what it got from it. */
  readonly paid: bigint;
  readonly got: bigint;
}

/**
 * What every party has paid to a market and got from it: the token's own record, which the market cannot embellish.
 *
 * @param parties Accounts of each party, by its name. What any other account moved is listed as "others".
 */
export async function ledger(
  { token, market }: Deployment,
  chain: ContractRunner,
  parties: ReadonlyMap<string, readonly string[]>,
): Promise<readonly Balance[]> {
  const party = new Map(
    [...parties].flatMap(([name, accounts]) => accounts.map((account) => [account, name])),
  );
  const paid = new Map<string, bigint>();
  const got = new Map<string, bigint>();
  const contract = new Contract(token, erc20Abi, chain);
  for (const log of await contract.queryFilter("Transfer", 0)) {
    const event = contract.interface.parseLog(log);
    if (!event) continue;
    const [from, to, value] = event.args;
    if (to === market) add(paid, party.get(from) ?? "others", value);
    if (from === market) add(got, party.get(to) ?? "others", value);
  }
  const names = new Set([...parties.keys(), ...paid.keys(), ...got.keys()]);
  return [...names].map((name) => ({
    party: name,
    paid: paid.get(name) ?? 0n,
    got: got.get(name) ?? 0n,
  }));
}

function add(sums: Map<string, bigint>, name: string, value: bigint): void {
  sums.set(name, (sums.get(name) ?? 0n) + value);
}
