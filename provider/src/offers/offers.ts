import { hexlify, type Signer } from "ethers";
import {
  type Deployment,
  type Market,
  type Offer,
  periodAt,
  type SignedOffer,
  signOffer,
} from "holdfast/market";
import { CID } from "multiformats/cid";
import type { Journal, OfferRecord, QuoteRecord, UploadRecord } from "../journal/journal.ts";
import { blockName } from "../pieces/content.ts";
import type { Pieces } from "../pieces/pieces.ts";
import { serial } from "../serial.ts";
import type { Settings } from "../settings.ts";
import { unknown } from "../uploads/problems.ts";
import { type OfferRequest, offerFromText, offerToText, parseOfferRequest } from "./messages.ts";
import { nonceIsUsed, unusedWord } from "./nonces.ts";
import type { Classes } from "./policy.ts";
import * as problems from "./problems.ts";
import type { Quotes } from "./quotes.ts";
import { reserve } from "./reserve.ts";

/** How long an offer can be opened. Its stake is kept free meanwhile. Seconds. */
const LIFE = 3600;
/** Offers for one upload that can be open at once: replacing must not tie up the stake. */
const MAX_OPEN = 4;

export type Offers = {
  /** Answers `POST /v1/uploads/{id}/offer`, always with the same offer while it can be opened. */
  offer(upload: UploadRecord, body: Readonly<Record<string, unknown>>): Promise<SignedOffer>;
};

export type OffersOptions = {
  readonly journal: Journal;
  readonly market: Market;
  readonly deployment: Deployment;
  readonly signer: Signer;
  readonly pieces: Pieces;
  readonly quotes: Quotes;
  readonly classes: Classes;
  readonly settings: Settings;
  readonly clock: () => number;
};

/** Signs for bytes that were received and verified, at the price that was quoted. */
export function offers(options: OffersOptions): Offers {
  const { journal, market, deployment, signer, pieces, quotes, classes, clock } = options;
  // One at a time: each has to count the stake that the one before it needs.
  const inTurn = serial();

  async function answer(upload: UploadRecord, body: Readonly<Record<string, unknown>>) {
    const request = parseOfferRequest(body);
    if (upload.root === undefined) throw problems.incomplete(upload.offset, upload.length);
    await verify(upload, request);

    const earlier = await journal.offersOf(upload.id);
    const latest = earlier.at(-1);
    if (latest !== undefined) {
      const fresh = latest.expiry < clock() || request.replace === latest.nonce;
      if (!fresh) return signed(latest);
      if (await nonceIsUsed(market, latest.provider, latest.nonce)) throw problems.used(latest);
    }
    const open = earlier.filter(({ expiry }) => expiry >= clock());
    const [oldest] = open;
    if (oldest !== undefined && open.length >= MAX_OPEN) {
      throw problems.tooManyOffers(MAX_OPEN, oldest.expiry, clock());
    }
    return signed(await draft(upload, request, await quoteFor(request)));
  }

  async function verify(upload: UploadRecord, request: OfferRequest): Promise<void> {
    const received = await pieces.ofUpload(upload);
    const actual = pieces.cid(received);
    if (request.pieceCid !== actual) throw problems.pieceMismatch(request.pieceCid, actual);

    const content = await pieces.contentCid(received, request.format);
    const { contentCid } = request;
    if (contentCid !== undefined && blockName(contentCid) !== blockName(content)) {
      throw problems.cidMismatch(contentCid, content);
    }
  }

  async function quoteFor(request: OfferRequest): Promise<QuoteRecord> {
    const quote = await quotes.valid(request.quote);
    const { client, periods } = request;
    if (quote.client !== client) throw problems.quoteMismatch("client", quote.client, client);
    if (quote.periods !== periods) throw problems.quoteMismatch("periods", quote.periods, periods);
    if (quote.termsHash !== options.settings.termsHash) throw problems.termsChanged(quote);
    return quote;
  }

  async function draft(
    upload: UploadRecord,
    request: OfferRequest,
    quote: QuoteRecord,
  ): Promise<OfferRecord> {
    const piece = await pieces.ofUpload(upload);
    const { root, size } = piece;
    if (size > quote.maxBytes) throw problems.quoteMismatch("bytes", quote.maxBytes, size);

    const { provider, terms } = classes.forPiece({ ...quote, size });
    const now = clock();
    const current = periodAt(deployment, now);
    await reserve(
      { journal, market, signer },
      { provider, collateral: terms.collateral, now, current },
    );

    const expiry = now + LIFE;
    const make = (nonce: number) => {
      const offer: Offer = {
        provider,
        client: quote.client,
        // Deals always start in the next period, so that no client can fill the list with deals that are not live.
        firstPeriod: current + 1,
        periods: quote.periods,
        maxMisses: terms.maxMisses,
        notice: quote.notice,
        termsHash: quote.termsHash,
        expiry,
        nonce: BigInt(nonce),
        pieces: [
          {
            root: `0x${root}`,
            size,
            rate: terms.rate,
            slashFactor: terms.slashFactor,
            contentCid: cidBytes(request.contentCid),
          },
        ],
      };
      const { collateral } = terms;
      return { upload: upload.id, expiry, root, size, collateral, offer: offerToText(offer) };
    };
    const record = await journal.reserveOffer(provider, await unusedWord(market, provider), make);
    if (record === undefined) throw unknown(upload.id);
    return record;
  }

  /** The journal knows the offer by now: a crash between its line and this signature makes the same one again. */
  async function signed(record: OfferRecord): Promise<SignedOffer> {
    const offer = offerFromText(record.offer);
    if (record.signature !== undefined) return { offer, signature: record.signature };
    const result = await signOffer(signer, deployment, offer);
    await journal.recordSignature(record.provider, record.nonce, result.signature);
    return result;
  }

  return { offer: (upload, body) => inTurn(() => answer(upload, body)) };
}

function cidBytes(cid: string | undefined): string {
  return cid === undefined ? "0x" : hexlify(CID.parse(cid).bytes);
}
