import { type CallOptions, invalidArgument, throwIfCancelled } from "./call.ts";
import type { Context } from "./context.ts";
import { HoldfastError } from "./errors.ts";
import type { Address } from "./market/deployment.ts";
import { recoverQuoteSigner, type SignedQuote } from "./market/eip712.ts";
import { rpcError } from "./market/reverts.ts";
import { defaultMaxMisses } from "./market/terms.ts";
import { payloadLength } from "./object/age.ts";
import { checkCode, layout } from "./object/stripes.ts";
import { MAX_PIECE_SIZE } from "./piece/size.ts";
import { requestQuote } from "./provider/client.ts";
import { type Candidate, type Dropped, discover } from "./provider/discover.ts";
import { chooseDiverse } from "./quote/choose.ts";
import { cannotLock, priceAt } from "./quote/pricing.ts";

/** What to buy. Defaults: 30 periods; private 4 of 6 fragments; public 3 full copies. */
export type Terms = {
  /** Length of the deals, in periods of the market. */
  readonly periods?: number;
  /** Fragments that suffice to read a private object. */
  readonly k?: number;
  /** Fragments of a private object, copies of a public one; as many providers. */
  readonly n?: number;
  /** True: everybody can read it by its CID. False: encrypted before it leaves. */
  readonly public?: boolean;
};

/** A provider's binding price for one fragment. Amounts in the token's smallest unit. */
export type ProviderQuote = {
  readonly url: string;
  readonly owner: Address;
  readonly operator: Address;
  readonly signed: SignedQuote;
  /** Price of the whole term. */
  readonly price: bigint;
  /** What the provider locks for it. */
  readonly collateral: bigint;
};

/** What storing will cost. Amounts in the token's smallest unit. */
export type StorageQuote = Required<Terms> & {
  readonly bytes: number;
  /** What the wallet will pay for the deals. */
  readonly total: bigint;
  /** What all providers lock for it together. */
  readonly collateral: bigint;
  /** Estimated gas of the one transaction. */
  readonly gas: bigint;
  /** Unix seconds until which all prices bind. */
  readonly expires: number;
  /** One for each fragment or copy. */
  readonly providers: readonly ProviderQuote[];
  /** Who takes over when one of them fails, best first. */
  readonly spares: readonly ProviderQuote[];
  /** Who was left out, and why. */
  readonly dropped: readonly Dropped[];
};

const PERIODS = 30;
const PRIVATE = { k: 4, n: 6 };
const COPIES = 3;
/** Measured for one deal and for each further provider, with permit and manifest. */
const GAS = { first: 240_000n, further: 110_000n };

/** Fills in the defaults and refuses what cannot be. */
function resolveTerms(ctx: Context, o: Terms): Required<Terms> {
  const isPublic = o.public ?? false;
  const k = isPublic ? 1 : (o.k ?? PRIVATE.k);
  const n = o.n ?? (isPublic ? COPIES : Math.max(PRIVATE.n, k));
  const periods = o.periods ?? Math.min(PERIODS, ctx.deployment.maxTerm);
  if (isPublic && o.k !== undefined && o.k !== 1) {
    throw invalidArgument(
      `A public object has whole copies: k is 1, got ${o.k}.`,
      "Leave k out, or store it privately.",
    );
  }
  checkCode(k, n);
  const { maxTerm } = ctx.deployment;
  if (!Number.isInteger(periods) || periods < 1 || periods > maxTerm) {
    throw invalidArgument(
      `A deal lasts 1 to ${maxTerm} periods in this market, got ${periods}.`,
      "Choose a shorter term and renew it.",
    );
  }
  return { periods, k, n, public: isPublic };
}

/** @see Holdfast.quote */
export async function quote(
  ctx: Context,
  bytes: number,
  o: Terms & CallOptions = {},
): Promise<StorageQuote> {
  const terms = resolveTerms(ctx, o);
  const size = pieceSize(bytes, terms);
  const { candidates, dropped } = await discover(ctx, o.signal);
  const offers = await askPrices(ctx, candidates, dropped, { size, ...terms, signal: o.signal });
  const ranked = offers.sort((a, b) => compare(a.price, b.price));
  const providers = chooseDiverse(ranked, terms.n);
  if (providers.length < terms.n) throw tooFew(terms.n, providers.length, dropped);
  return {
    ...terms,
    bytes,
    total: sum(providers.map(({ price }) => price)),
    collateral: sum(providers.map(({ collateral }) => collateral)),
    gas: GAS.first + GAS.further * BigInt(terms.n - 1),
    expires: Math.min(...providers.map(({ signed }) => signed.quote.expires)),
    providers,
    spares: ranked.filter((offer) => !providers.includes(offer)),
    dropped,
  };
}

/** Bytes of each fragment or copy of an object. */
function pieceSize(bytes: number, terms: Required<Terms>): number {
  if (bytes === 0) {
    throw new HoldfastError("EMPTY", {
      message: "An object of 0 bytes cannot be stored.",
      fix: "Store at least one byte.",
    });
  }
  if (!Number.isSafeInteger(bytes) || bytes < 0 || bytes > MAX_PIECE_SIZE) {
    throw invalidArgument(
      `An object has 1 to ${MAX_PIECE_SIZE} bytes, got ${bytes}.`,
      "Split larger data into several objects.",
    );
  }
  if (terms.public) return bytes;
  return layout({ ...terms, length: payloadLength(bytes) }).fragmentLength;
}

type Ask = { size: number; periods: number; n: number; signal: AbortSignal | undefined };

/** Signed prices of the cheapest candidates, with as many in reserve; adds those that refuse to `dropped`. */
async function askPrices(
  ctx: Context,
  candidates: readonly Candidate[],
  dropped: Dropped[],
  ask: Ask,
): Promise<ProviderQuote[]> {
  const block = await ctx.node.getBlock("latest").catch(rpcError("read the latest block"));
  const time = block?.timestamp ?? 0;
  const cheapest = [...candidates].sort((a, b) =>
    compare(a.info.pricePerTiBPeriod, b.info.pricePerTiBPeriod),
  );
  const offers: ProviderQuote[] = [];
  // In rounds, so that a market of thousands is not asked as a whole.
  for (let at = 0; at < cheapest.length; at += 2 * ask.n) {
    if (chooseDiverse(offers, 2 * ask.n).length >= ask.n) break;
    throwIfCancelled(ask.signal);
    const round = cheapest.slice(at, at + 2 * ask.n).map(async (candidate) => {
      const offer = await priceOf(ctx, candidate, ask, time);
      if (typeof offer !== "string") offers.push(offer);
      else
        dropped.push({ url: candidate.url, ids: candidate.ids.map(({ id }) => id), reason: offer });
    });
    await Promise.all(round);
  }
  return offers;
}

/** A provider's price, or why it has none. */
async function priceOf(
  ctx: Context,
  { url, ids, info }: Candidate,
  { size, periods, signal }: Ask,
  time: number,
): Promise<ProviderQuote | string> {
  if (size > info.maxPieceBytes) return `it takes ${info.maxPieceBytes} bytes at most`;
  if (periods < info.minPeriods || periods > info.maxPeriods) {
    return `it takes ${info.minPeriods} to ${info.maxPeriods} periods`;
  }
  try {
    const peer = { url, timeoutMs: ctx.timeoutMs, signal };
    const signed = await requestQuote(peer, { client: ctx.account, maxBytes: size, periods });
    const { pricePerTiBPeriod, maxMisses } = signed.quote;
    const wrong = wrongQuote(ctx, signed, { ids, size, periods, time });
    if (wrong) return wrong;
    const priced = priceAt(ctx.deployment, ids, { size, periods, pricePerTiBPeriod, maxMisses });
    if (!priced)
      return `PROVIDER_FLOOR_TOO_LOW: a piece of ${size} bytes outgrows its largest class`;
    const { id, terms } = priced;
    const cannot = cannotLock(ctx.deployment, id, terms.collateral, time);
    if (cannot) return cannot;
    const { owner, operator } = id;
    return { url, owner, operator, signed, price: terms.total, collateral: terms.collateral };
  } catch (error) {
    if (HoldfastError.is(error) && error.code !== "CANCELLED") return error.message;
    throw error;
  }
}

/** What a signed quote says other than what was asked, if so. */
function wrongQuote(
  ctx: Context,
  signed: SignedQuote,
  asked: { ids: Candidate["ids"]; size: number; periods: number; time: number },
): string | undefined {
  const { quote } = signed;
  const id = asked.ids.find((record) => record.id === quote.provider);
  if (!id) return `its quote is of provider ${quote.provider}`;
  if (recoverQuoteSigner(ctx.deployment, signed) !== id.operator) {
    return "its quote is not signed by its operator";
  }
  if (quote.client !== ctx.account) return `its quote is for ${quote.client}`;
  if (quote.periods !== asked.periods) return `its quote is for ${quote.periods} periods`;
  if (quote.maxBytes < asked.size) return `its quote is for ${quote.maxBytes} bytes`;
  const usual = defaultMaxMisses(quote.periods);
  if (quote.maxMisses > usual) return `it wants ${quote.maxMisses} tolerated misses, not ${usual}`;
  return quote.expires <= asked.time ? `its quote expired at ${quote.expires}` : undefined;
}

function tooFew(n: number, found: number, dropped: readonly Dropped[]): HoldfastError {
  const reasons = dropped.map(({ url, reason }) => `${url}: ${reason}`);
  return new HoldfastError("TOO_FEW_PROVIDERS", {
    message:
      `${n} providers of different owners are needed, ${found} can be used. ${reasons.join("; ")}`.trim(),
    fix: "Ask for fewer fragments (n), or wait until more providers can be reached.",
  });
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function sum(values: readonly bigint[]): bigint {
  return values.reduce((total, value) => total + value, 0n);
}
