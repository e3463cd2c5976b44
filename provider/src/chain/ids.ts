import type { Market } from "holdfast/market";
import type { ProviderClass } from "../offers/policy.ts";

/** The ids that one operator runs: the configured one and every other with the same owner and operator. */
export type OwnIds = {
  list(): readonly ProviderClass[];
  set(): ReadonlySet<number>;
  /** Looks for ids that were registered since. */
  refresh(): Promise<void>;
};

/** Thrown when the chain does not know the provider as the configuration describes it. */
export class ProviderIdError extends Error {
  override readonly name = "ProviderIdError";
  readonly fix: string;

  constructor(message: string, fix: string) {
    super(message);
    this.fix = fix;
  }
}

/** @throws ProviderIdError when there is no such id, or its operator is another account */
export async function ownIds(market: Market, first: number, operator: string): Promise<OwnIds> {
  const { contract } = market;
  if (BigInt(first) > (await contract.providerCount())) {
    throw new ProviderIdError(
      `Provider ${first} is not registered in this market.`,
      "Let the owner send the transactions that `holdfast-provider init` prints, then put the id into the configuration.",
    );
  }
  const own = await contract.providerOf(first);
  if (own.operator !== operator) {
    throw new ProviderIdError(
      `Provider ${first} has operator ${own.operator}, but the configured key is that of ${operator}.`,
      "Use the operator's key, or let the owner call configure() with this operator.",
    );
  }

  const classes: ProviderClass[] = [];
  let seen = 0;
  const ids: OwnIds = {
    list: () => classes,
    set: () => new Set(classes.map(({ id }) => id)),
    async refresh() {
      const count = Number(await contract.providerCount());
      for (let id = seen + 1; id <= count; id++) {
        const other = await contract.providerOf(id);
        if (other.owner === own.owner && other.operator === operator) {
          classes.push({ id, floor: other.floor });
        }
        seen = id;
      }
    },
  };
  await ids.refresh();
  return ids;
}
