import type { Devnet } from "@holdfast/devnet";
import { Contract } from "ethers";
import { erc20Abi } from "holdfast/market";
import { ledger } from "../../../scripts/lib/ledger.ts";

/** Deals of the first object stored in a devnet, on six providers. */
export const dealIds = [1n, 2n, 3n, 4n, 5n, 6n];

/** What an account has in the stablecoin. */
export function tokensIn({ deployment, signer }: Devnet, account: string): Promise<bigint> {
  return new Contract(deployment.token, erc20Abi, signer).getFunction("balanceOf")(account);
}

/** What each party paid to the market and got from it; an account that is not of a party is listed as "others". */
export async function moneyOf({
  deployment,
  signer,
  providers,
}: Devnet): Promise<Map<string, { paid: bigint; got: bigint }>> {
  const parties = new Map([["client", [signer.address]]]);
  for (const { id, owner, beneficiary } of providers) {
    parties.set(`provider ${id}`, [owner.address, beneficiary.address]);
  }
  const balances = await ledger(deployment, signer, parties);
  return new Map(balances.map(({ party, paid, got }) => [party, { paid, got }]));
}
