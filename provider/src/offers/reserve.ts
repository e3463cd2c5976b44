import type { Signer } from "ethers";
import type { Market } from "holdfast/market";
import type { Journal } from "../journal/journal.ts";
import { nonceReader } from "./nonces.ts";
import * as problems from "./problems.ts";

type Stores = { readonly journal: Journal; readonly market: Market; readonly signer: Signer };

/**
 * Makes sure that an offer could be opened: by the chain's view of the provider, less what outstanding offers may take.
 * @throws Problem that says what is short, and by how much
 */
export async function reserve(
  { journal, market, signer }: Stores,
  o: { provider: number; collateral: bigint; now: number; current: number },
): Promise<void> {
  const { provider: id, collateral } = o;
  const provider = await market.contract.providerOf(id);
  if (provider.operator !== (await signer.getAddress())) {
    throw problems.stopped(id, "its owner has named another operator");
  }
  if (provider.maxLock === 0n) throw problems.stopped(id, "its lock budget is 0");

  const promised = await outstanding({ journal, market }, id, o.now);
  const free = provider.free - promised;
  if (collateral > free) throw problems.stakeTooLow(id, collateral, free > 0n ? free : 0n);

  const touched = Number(provider.touchedAt) === o.current;
  const left = (touched ? provider.budgetLeft : provider.maxLock) - promised;
  if (collateral > left) throw problems.budgetTooLow(id, collateral, left > 0n ? left : 0n);
}

/** Collateral of the offers that are not opened yet but still can be. */
async function outstanding(
  { journal, market }: Pick<Stores, "journal" | "market">,
  provider: number,
  now: number,
): Promise<bigint> {
  const isUsed = nonceReader(market, provider);
  let sum = 0n;
  for (const offer of await journal.outstanding(provider, now)) {
    if (!(await isUsed(offer.nonce))) sum += offer.collateral;
  }
  return sum;
}
