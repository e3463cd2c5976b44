import type { Address } from "../market/deployment.ts";
import { isLoopback } from "../provider/discover.ts";

/** What tells providers apart. */
export type Party = { readonly url: string; readonly owner: Address };

/**
 * The first n of a ranking that differ from each other: in owner always, in domain and network except on loopback.
 *
 * @param taken Those who hold other fragments of the object already.
 */
export function chooseDiverse<T extends Party>(
  ranked: readonly T[],
  n: number,
  taken: readonly Party[] = [],
): T[] {
  const used = new Set(taken.flatMap(marks));
  const chosen: T[] = [];
  for (const party of ranked) {
    if (chosen.length === n) break;
    const own = marks(party);
    if (own.some((mark) => used.has(mark))) continue;
    for (const mark of own) used.add(mark);
    chosen.push(party);
  }
  return chosen;
}

/** An honest approximation: who wants to pose as two can buy two domains. Collateral is what counts. */
function marks({ url, owner }: Party): string[] {
  const { hostname } = new URL(url);
  if (isLoopback(hostname)) return [`owner ${owner}`];
  const ipv4 = /^(\d+\.\d+\.\d+)\.\d+$/.exec(hostname);
  const place = ipv4 ? `network ${ipv4[1]}` : `domain ${hostname.split(".").slice(-2).join(".")}`;
  return [`owner ${owner}`, place];
}
