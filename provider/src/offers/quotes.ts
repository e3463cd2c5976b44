import { randomBytes } from "node:crypto";
import { getAddress, hexlify, type Signer } from "ethers";
import { type Deployment, type SignedQuote, signQuote } from "holdfast/market";
import { integerField, invalid, stringField } from "../http/messages.ts";
import type { Journal, QuoteRecord } from "../journal/journal.ts";
import { Problem } from "../problem.ts";
import type { Settings } from "../settings.ts";
import { pieceTooLarge } from "../uploads/limits.ts";
import type { Classes } from "./policy.ts";

/** How long a price binds. Devices that come online twice a day must still find it. Seconds. */
const LIFE = 36 * 3600;

export type Quotes = {
  /** Answers `POST /v1/quotes`. */
  create(body: Readonly<Record<string, unknown>>): Promise<SignedQuote>;
  /** The quote, as long as it binds. */
  valid(id: string): Promise<QuoteRecord>;
};

export type QuotesOptions = {
  readonly journal: Journal;
  readonly deployment: Deployment;
  readonly signer: Signer;
  readonly classes: Classes;
  readonly clock: () => number;
  readonly settings: Settings;
};

/** Promises a price: signed, journalled, and kept whatever the price list says later. */
export function quotes(options: QuotesOptions): Quotes {
  const { journal, deployment, signer, classes, clock, settings } = options;

  return {
    async create(body) {
      const client = addressField(body, "client");
      const maxBytes = integerField(body, "maxBytes", 1);
      const periods = integerField(body, "periods", 1);
      const { minPeriods, maxPeriods, pricePerTiBPeriod, notice, termsHash, limits } = settings;
      if (periods < minPeriods || periods > maxPeriods) {
        throw termNotOffered(periods, minPeriods, maxPeriods);
      }
      if (maxBytes > limits.maxPieceBytes) throw pieceTooLarge(maxBytes, limits.maxPieceBytes);

      const { provider, terms } = classes.forPiece({ size: maxBytes, periods, pricePerTiBPeriod });
      const record: QuoteRecord = {
        ...{ id: hexlify(randomBytes(32)), client, maxBytes, periods },
        ...{ maxMisses: terms.maxMisses, notice, pricePerTiBPeriod, termsHash },
        expires: clock() + LIFE,
      };
      await journal.addQuote(record);
      return signQuote(signer, deployment, { ...record, provider });
    },

    async valid(id) {
      const quote = await journal.quote(id);
      if (quote === undefined) throw unknown(id);
      if (quote.expires < clock()) throw expired(quote.expires, clock());
      return quote;
    },
  };
}

/** A checksummed or lower-case address. */
export function addressField(body: Readonly<Record<string, unknown>>, name: string): string {
  const value = stringField(body, name);
  try {
    return getAddress(value);
  } catch (cause) {
    throw invalid(`"${name}" must be an address, got "${value.slice(0, 100)}".`, cause);
  }
}

function termNotOffered(periods: number, least: number, most: number): Problem {
  return new Problem({
    status: 422,
    code: "TERM_NOT_OFFERED",
    detail: `This provider keeps data for ${least} to ${most} periods, not for ${periods}.`,
    fix: "Ask for a term it offers, and renew the deal before it ends.",
    details: { least, most },
  });
}

function unknown(id: string): Problem {
  return new Problem({
    status: 404,
    code: "QUOTE_UNKNOWN",
    detail: `This provider has no quote ${id.slice(0, 80)}.`,
    fix: "Ask for one with POST /v1/quotes.",
  });
}

function expired(expires: number, now: number): Problem {
  return new Problem({
    status: 410,
    code: "QUOTE_EXPIRED",
    detail: `The quote bound until ${expires}; the chain's time is ${now}.`,
    fix: "Ask for a new quote with POST /v1/quotes.",
    details: { expires, now },
  });
}
