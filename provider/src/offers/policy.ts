import { classFor, type Deployment, dealTerms } from "holdfast/market";
import { Problem } from "../problem.ts";

type DealTerms = ReturnType<typeof dealTerms>;

/** A provider id of this operator and the least collateral of its deals. */
export type ProviderClass = { readonly id: number; readonly floor: bigint };

export type Classes = {
  list(): readonly ProviderClass[];
  /** The id whose class fits the piece, and the terms of a deal in it. */
  forPiece(piece: PieceTerms): { readonly provider: number; readonly terms: DealTerms };
};

export type PieceTerms = {
  readonly size: number;
  readonly periods: number;
  readonly pricePerTiBPeriod: bigint;
  readonly maxMisses?: number;
};

/** Picks among own provider ids: a deal belongs to the smallest class that its rate does not outgrow. */
export function providerClasses(
  deployment: Deployment,
  list: () => readonly ProviderClass[],
): Classes {
  const { minCollateral } = deployment;
  return {
    list,
    forPiece(piece) {
      const rising = [...list()].sort((a, b) => (a.floor < b.floor ? -1 : 1));
      for (const { id, floor } of rising) {
        const terms = dealTerms({ ...piece, floor, minCollateral });
        if (classFor({ rate: terms.rate, floors: [floor] }) === floor)
          return { provider: id, terms };
      }
      throw floorTooLow(piece.size, rising.at(-1)?.floor ?? 0n);
    },
  };
}

function floorTooLow(size: number, largest: bigint): Problem {
  return new Problem({
    status: 409,
    code: "PROVIDER_FLOOR_TOO_LOW",
    detail: `A piece of ${size} bytes outgrows this provider's largest class (floor ${largest}).`,
    fix: "Split the data over more fragments, or use a provider with a larger class.",
    details: { size, floor: largest.toString() },
  });
}
