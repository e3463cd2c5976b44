import type { ProviderRecord } from "../market/contract.ts";
import type { Deployment } from "../market/deployment.ts";
import { periodAt } from "../market/periods.ts";
import { classFor, type DealTerms, dealTerms } from "../market/terms.ts";

/** What a piece costs at a provider: the id whose class fits it, and the terms of the deal. */
export type Priced = { readonly id: ProviderRecord; readonly terms: DealTerms };

type Asked = {
  readonly size: number;
  readonly periods: number;
  readonly pricePerTiBPeriod: bigint;
  readonly maxMisses?: number;
};

/**
 * The smallest class of a provider that a piece fits into, as the provider chooses it too.
 *
 * @returns undefined when the piece outgrows the largest class.
 */
export function priceAt(
  deployment: Deployment,
  ids: readonly ProviderRecord[],
  asked: Asked,
): Priced | undefined {
  const rising = [...ids].sort((a, b) => (a.floor < b.floor ? -1 : 1));
  for (const id of rising) {
    const terms = termsIn(deployment, id, asked);
    if (classFor({ rate: terms.rate, floors: [id.floor] }) === id.floor) return { id, terms };
  }
  return undefined;
}

export function termsIn(
  deployment: Deployment,
  { floor }: ProviderRecord,
  asked: Asked,
): DealTerms {
  return dealTerms({ ...asked, floor, minCollateral: deployment.minCollateral });
}

/** Why a provider cannot lock the collateral now, if so. `time`: of the latest block. */
export function cannotLock(
  deployment: Deployment,
  id: ProviderRecord,
  collateral: bigint,
  time: number,
): string | undefined {
  if (id.free < collateral) return `its free stake is ${id.free}, the deal locks ${collateral}`;
  const touched = id.touchedAt === periodAt(deployment, time);
  const budget = touched ? id.budgetLeft : id.maxLock;
  return budget < collateral
    ? `its lock budget is ${budget}, the deal locks ${collateral}`
    : undefined;
}
