import { formatUnits } from "ethers";
import type { Deployment } from "./deployment.ts";

/** An amount as people read it: `1.25 tUSD`. */
export function formatMoney(
  { tokenDecimals, tokenSymbol }: Pick<Deployment, "tokenDecimals" | "tokenSymbol">,
  amount: bigint,
): string {
  const text = formatUnits(amount, tokenDecimals);
  return `${text.endsWith(".0") ? text.slice(0, -2) : text} ${tokenSymbol}`;
}
