import type { Random } from "./random.ts";
import { LIST_LIMIT } from "./rules.ts";
import { number } from "./text.ts";

/** How many deals each provider id lists. */
export type Lists = { readonly name: string; readonly sizes: readonly number[] };

/** Every provider has the same number of deals. */
export function uniform(deals: number, providers: number): Lists {
  const sizes = new Array<number>(providers).fill(deals / providers);
  return { name: `${number(deals / providers)} deals each`, sizes };
}

/** The n-th largest provider has 1/n of the largest one's deals (Zipf). Who outgrows a list has several, of equal length. */
export function zipf(deals: number, providers: number): Lists {
  const weights = Array.from({ length: providers }, (_, i) => 1 / (i + 1));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const sizes = weights.flatMap((weight) => {
    const own = Math.max(1, Math.round((deals * weight) / total));
    const ids = Math.ceil(own / LIST_LIMIT);
    return new Array<number>(ids).fill(Math.round(own / ids));
  });
  return { name: "Zipf", sizes };
}

/** The list that a deal picked at random is in. */
export function listOfDeal({ sizes }: Lists): (random: Random) => number {
  const ends: number[] = [];
  let deals = 0;
  for (const size of sizes) {
    deals += size;
    ends.push(deals);
  }
  return (random) => {
    const pick = random.share() * deals;
    let [low, high] = [0, ends.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ends[middle] ?? 0) > pick) high = middle;
      else low = middle + 1;
    }
    return sizes[low] ?? 1;
  };
}
