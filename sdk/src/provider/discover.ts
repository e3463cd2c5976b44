import type { Context } from "../context.ts";
import { HoldfastError } from "../errors.ts";
import type { ProviderRecord } from "../market/contract.ts";
import type { ProviderInfo } from "../market/wire.ts";
import { getInfo } from "./client.ts";

/** A provider that is on the chain, staked, and answers. Its ids are size classes of one owner and operator. */
export type Candidate = {
  readonly url: string;
  readonly ids: readonly ProviderRecord[];
  readonly info: ProviderInfo;
};

/** A provider that was left out, and why. */
export type Dropped = {
  readonly url: string;
  readonly ids: readonly number[];
  readonly reason: string;
};

/** Finds all providers in the market's state and asks each for its conditions. */
export async function discover(
  ctx: Context,
  signal?: AbortSignal,
): Promise<{ candidates: Candidate[]; dropped: Dropped[] }> {
  const candidates: Candidate[] = [];
  const dropped: Dropped[] = [];
  const groups = groupByUrl(await ctx.market.providers());
  const asked = groups.map(async ([url, ids]) => {
    const why = unusable(url, ids);
    if (why) return dropped.push({ url, ids: ids.map(({ id }) => id), reason: why });
    try {
      candidates.push(await ask(ctx, url, ids.filter(isOpen), signal));
    } catch (error) {
      if (!HoldfastError.is(error) || error.code === "CANCELLED") throw error;
      dropped.push({ url, ids: ids.map(({ id }) => id), reason: error.message });
    }
  });
  await Promise.all(asked);
  return { candidates, dropped };
}

async function ask(
  ctx: Context,
  url: string,
  ids: ProviderRecord[],
  signal?: AbortSignal,
): Promise<Candidate> {
  const info = await getInfo({ url, timeoutMs: ctx.timeoutMs, signal });
  const { chainId, market } = ctx.deployment;
  if (info.chainId !== chainId || info.market !== market) {
    throw foreign(url, `it serves market ${info.market} of chain ${info.chainId}`);
  }
  // Anybody can register another one's url: only ids of the operator that answers there count.
  const own = ids.filter(({ operator }) => operator === info.operator);
  if (own.length === 0)
    throw foreign(url, `its operator is ${info.operator}, not the registered one`);
  return { url, ids: own, info };
}

function groupByUrl(records: readonly ProviderRecord[]): [string, ProviderRecord[]][] {
  const groups = new Map<string, ProviderRecord[]>();
  for (const record of records) groups.set(record.url, [...(groups.get(record.url) ?? []), record]);
  return [...groups];
}

/** What rules a provider out before it is asked. */
function unusable(url: string, ids: readonly ProviderRecord[]): string | undefined {
  if (!URL.canParse(url)) return "its url is not one";
  const { protocol, hostname } = new URL(url);
  if (protocol !== "https:" && !(protocol === "http:" && isLoopback(hostname))) {
    return "its url is not https";
  }
  if (!ids.some(isOpen)) return "it is stopped, or has no free stake";
  return undefined;
}

function isOpen({ maxLock, free }: ProviderRecord): boolean {
  return maxLock > 0n && free > 0n;
}

export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || hostname.startsWith("127.");
}

function foreign(url: string, why: string): HoldfastError {
  return new HoldfastError("PROVIDER_UNREACHABLE", {
    message: `The provider at ${url} cannot be used: ${why}.`,
    fix: "Use other providers.",
    provider: url,
  });
}
