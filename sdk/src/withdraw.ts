import { getAddress, isAddress } from "ethers";
import { type CallOptions, invalidArgument, throwIfCancelled } from "./call.ts";
import type { Context } from "./context.ts";

export type WithdrawOptions = CallOptions & {
  /** Where the money goes; default: the wallet. */
  readonly to?: string;
};

/** @see Holdfast.withdraw */
export async function withdraw(ctx: Context, o: WithdrawOptions = {}): Promise<bigint> {
  const to = o.to ?? ctx.account;
  if (!isAddress(to)) {
    throw invalidArgument(`"${to}" is not an address.`, "Pass the address of an account.");
  }
  throwIfCancelled(o.signal);
  const amount = await ctx.market.claimable(ctx.account);
  if (amount > 0n) await ctx.inTurn(() => ctx.market.withdraw(getAddress(to), amount));
  return amount;
}
