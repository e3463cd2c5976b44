import type { OfferRecord, QuoteRecord } from "../journal/journal.ts";
import { Problem } from "../problem.ts";

export function incomplete(offset: number, length: number | undefined): Problem {
  return new Problem({
    status: 409,
    code: "UPLOAD_INCOMPLETE",
    detail: `${offset} of ${length ?? "an unknown number of"} bytes are here.`,
    fix: "Upload the rest with PATCH, then ask for the offer.",
    details: { offset, ...(length === undefined ? {} : { length }) },
  });
}

export function pieceMismatch(expected: string, actual: string): Problem {
  return new Problem({
    status: 409,
    code: "PIECE_MISMATCH",
    detail: `The bytes received are piece ${actual}, not ${expected}.`,
    fix: "Upload the bytes again; they changed on the way or at the source.",
    details: { expected, actual },
  });
}

export function cidMismatch(expected: string, actual: string): Problem {
  return new Problem({
    status: 409,
    code: "CID_MISMATCH",
    detail: `The content received is ${actual}, not ${expected}.`,
    fix: "Compute the CID with profile unixfs-v1-2025 (raw), or name the root of the CAR (car).",
    details: { expected, actual },
  });
}

export function quoteMismatch(field: string, quoted: string | number, asked: string | number) {
  return new Problem({
    status: 409,
    code: "QUOTE_MISMATCH",
    detail: `The quote is for ${field} ${quoted}, the request for ${asked}.`,
    fix: "Ask for an offer on the quoted terms, or for a new quote with POST /v1/quotes.",
    details: { expected: quoted, actual: asked },
  });
}

export function termsChanged(quote: QuoteRecord): Problem {
  return new Problem({
    status: 409,
    code: "QUOTE_MISMATCH",
    detail: `The quote names terms ${quote.termsHash} which this provider no longer serves.`,
    fix: "Ask for a new quote with POST /v1/quotes.",
  });
}

export function used({ provider, nonce }: OfferRecord): Problem {
  return new Problem({
    status: 409,
    code: "OFFER_USED",
    detail: `Offer ${nonce} of provider ${provider} was opened or voided on the chain.`,
    fix: "Look for its deal in the market's DealOpened events; for a second deal upload the bytes again.",
    details: { provider, nonce },
  });
}

export function tooManyOffers(limit: number, expiry: number, now: number): Problem {
  return new Problem({
    status: 429,
    code: "TOO_MANY_OFFERS",
    detail: `${limit} offers for these bytes can still be opened.`,
    fix: "Open one of them, or wait until one expires.",
    details: { limit, expiry },
    headers: { "Retry-After": String(Math.max(1, expiry - now)) },
  });
}

export function stopped(provider: number, why: string): Problem {
  return new Problem({
    status: 503,
    code: "PROVIDER_STOPPED",
    detail: `Provider ${provider} opens no deals: ${why}.`,
    fix: "Use another provider.",
    details: { provider },
  });
}

export function stakeTooLow(provider: number, needed: bigint, free: bigint): Problem {
  return new Problem({
    status: 503,
    code: "PROVIDER_STAKE_TOO_LOW",
    detail: `The deal locks ${needed}; provider ${provider} has ${free} of free stake that no other offer needs.`,
    fix: "Try again when other offers have expired, or use another provider.",
    details: { provider, needed: needed.toString(), free: free.toString() },
    headers: { "Retry-After": "600" },
  });
}

export function budgetTooLow(provider: number, needed: bigint, left: bigint): Problem {
  return new Problem({
    status: 503,
    code: "PROVIDER_BUDGET_TOO_LOW",
    detail: `The deal locks ${needed}; provider ${provider} may lock ${left} more in this period.`,
    fix: "Try again in the next period, or use another provider.",
    details: { provider, needed: needed.toString(), left: left.toString() },
    headers: { "Retry-After": "600" },
  });
}
