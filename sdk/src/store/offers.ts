import { getBytes, hexlify } from "ethers";
import { HoldfastError } from "../errors.ts";
import type { ProviderRecord } from "../market/contract.ts";
import { recoverOfferSigner, type SignedOffer } from "../market/eip712.ts";
import { periodAt } from "../market/periods.ts";
import { rpcError } from "../market/reverts.ts";
import { classFor } from "../market/terms.ts";
import { pieceCid } from "../piece/cid.ts";
import { requestOffer } from "../provider/client.ts";
import { termsIn } from "../quote/pricing.ts";
import { cidBytes } from "./cids.ts";
import type { FragmentRecord } from "./record.ts";
import { peerOf, type Run, replaceProvider } from "./run.ts";
import { endsCall } from "./transfer.ts";
import { isForgotten, restart } from "./upload.ts";

/** An offer has to live a little longer than its transaction takes; one that was sent is kept to its end. Seconds. */
const MARGIN = 60;

/**
 * Collects a signed offer for every fragment and checks each against what was quoted.
 *
 * @returns whether all are there; else a fragment has to be uploaded again.
 */
export async function collectOffers(run: Run): Promise<boolean> {
  const { record, save } = run.journal;
  const time = await chainTime(run);
  const needed = time + (record.exposed ? 0 : MARGIN);
  const collected = record.fragments.map(async (fragment, index) => {
    if (fragment.offer && fragment.offer.offer.expiry >= needed) return;
    try {
      fragment.offer = await offerFor(run, fragment, time);
    } catch (error) {
      if (endsCall(error)) throw error;
      if (isForgotten(error)) restart(fragment);
      else await replaceProvider(run, index, error);
    }
  });
  await Promise.all(collected);
  await save();
  run.call.onProgress?.({ phase: "offers", sent: offersOf(run).length, total: record.n });
  return record.fragments.every(({ offer }) => offer !== undefined);
}

/** All offers in the order of the fragments; short while some are missing. */
export function offersOf({ journal: { record } }: Run): SignedOffer[] {
  return record.fragments.flatMap(({ offer }) => (offer ? [offer] : []));
}

/** The time of the latest block: quotes, offers and periods go by it. */
export async function chainTime({ ctx }: Pick<Run, "ctx">): Promise<number> {
  const block = await ctx.node.getBlock("latest").catch(rpcError("read the latest block"));
  return block?.timestamp ?? 0;
}

async function offerFor(run: Run, fragment: FragmentRecord, time: number): Promise<SignedOffer> {
  const { record } = run.journal;
  const { piece, upload, provider, refused } = fragment;
  if (!piece || !upload) throw new Error("unreachable: offers follow uploads");
  const root = getBytes(piece.root);
  const signed = await requestOffer(peerOf(run, fragment), upload, {
    format: record.format,
    pieceCid: pieceCid({ root, size: piece.size }),
    ...(record.contentCid === undefined ? {} : { contentCid: record.contentCid }),
    client: run.ctx.account,
    periods: record.periods,
    quote: provider.signed.quote.id,
    ...(refused === undefined ? {} : { replace: refused }),
  });
  const id = await run.ctx.market.provider(signed.offer.provider);
  verifyOffer(run, fragment, { signed, id, time });
  return signed;
}

/** @throws {HoldfastError} `OFFER_INVALID` naming the field, `OFFER_EXPIRED`, `PROVIDER_FLOOR_TOO_LOW` */
export function verifyOffer(
  { ctx, journal: { record } }: Pick<Run, "ctx" | "journal">,
  { provider, piece }: FragmentRecord,
  o: { signed: SignedOffer; id: ProviderRecord; time: number },
): void {
  const { offer } = o.signed;
  const { quote } = provider.signed;
  const [offered] = offer.pieces;
  const expect = (field: string, actual: unknown, expected: unknown) => {
    if (actual !== expected) throw invalid(provider.url, field, String(actual), String(expected));
  };
  expect("provider's owner", o.id.owner, provider.owner);
  expect("provider's operator", o.id.operator, provider.operator);
  expect("signature", recoverOfferSigner(ctx.deployment, o.signed), provider.operator);
  expect("client", offer.client, ctx.account);
  expect("periods", offer.periods, record.periods);
  expect("maxMisses", offer.maxMisses, quote.maxMisses);
  expect("notice", offer.notice, quote.notice);
  expect("termsHash", offer.termsHash, quote.termsHash);
  expect("number of pieces", offer.pieces.length, 1);
  expect("root", offered?.root, piece?.root);
  expect("size", offered?.size, piece?.size);
  expect("contentCid", offered?.contentCid, hexlify(cidBytes(record.contentCid)));

  const next = periodAt(ctx.deployment, o.time) + 1;
  if (offer.firstPeriod > next) {
    throw invalid(provider.url, "firstPeriod", String(offer.firstPeriod), `at most ${next}`);
  }
  const terms = termsIn(ctx.deployment, o.id, { ...quote, size: offered?.size ?? 0 });
  expect("rate", offered?.rate, terms.rate);
  expect("slashFactor", offered?.slashFactor, terms.slashFactor);
  // What deters: a miss costs two periods' pay at least, whatever misses were agreed on.
  if (terms.slashFactor < 2) throw invalid(provider.url, "slashFactor", "1", "at least 2");
  if (classFor({ rate: terms.rate, floors: [o.id.floor] }) === undefined) {
    throw floorTooLow(provider.url, o.id, terms.rate);
  }
  if (terms.total > provider.price) {
    throw invalid(provider.url, "price", String(terms.total), `at most ${provider.price}`);
  }
  if (offer.expiry <= o.time) throw expired(provider.url, offer.expiry, o.time);
}

function invalid(url: string, field: string, actual: string, expected: string): HoldfastError {
  return new HoldfastError("OFFER_INVALID", {
    message: `The offer of ${url} is not what was quoted: its ${field} is ${actual}, it must be ${expected}.`,
    fix: "Store with other providers; this one wanted to change the deal.",
    provider: url,
  });
}

function floorTooLow(url: string, { id, floor }: ProviderRecord, rate: bigint): HoldfastError {
  return new HoldfastError("PROVIDER_FLOOR_TOO_LOW", {
    message: `The deal is too large for provider ${id} of ${url}: a rate of ${rate} needs a class with a floor of ${(99n * rate + 3n) / 4n}, its floor is ${floor}.`,
    fix: "Use a provider with a larger class, or more fragments.",
    provider: url,
  });
}

function expired(url: string, expiry: number, time: number): HoldfastError {
  return new HoldfastError("OFFER_EXPIRED", {
    message: `The offer of ${url} expired at ${expiry}, the chain's time is ${time}.`,
    fix: "Store again under the same key: a fresh offer is asked for.",
    provider: url,
  });
}
