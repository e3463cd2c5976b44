import type { Offer } from "holdfast/market";
import { integerField, invalid, stringField } from "../http/messages.ts";
import { addressField } from "./quotes.ts";

/** What a client asks an offer for. */
export type OfferRequest = {
  readonly format: "raw" | "car";
  readonly pieceCid: string;
  /** Present for public pieces only; then it becomes part of the offer. */
  readonly contentCid: string | undefined;
  readonly client: string;
  readonly periods: number;
  readonly quote: string;
  /** The nonce of the offer that did not serve: hands out a fresh one in its place. */
  readonly replace: number | undefined;
};

export function parseOfferRequest(body: Readonly<Record<string, unknown>>): OfferRequest {
  const format = stringField(body, "format");
  if (format !== "raw" && format !== "car") {
    throw invalid(`"format" must be "raw" or "car", got "${format.slice(0, 100)}".`);
  }
  return {
    format,
    pieceCid: stringField(body, "pieceCid"),
    contentCid: body.contentCid === undefined ? undefined : stringField(body, "contentCid"),
    client: addressField(body, "client"),
    periods: integerField(body, "periods", 1),
    quote: stringField(body, "quote"),
    // Nonces travel as decimal strings, as all integers do that could pass 2^53.
    replace: body.replace === undefined ? undefined : Number(body.replace),
  };
}

/** An offer as it is journalled; amounts and the nonce as decimal strings. */
export function offerToText(offer: Offer): string {
  return JSON.stringify(offer, (_key, value: unknown) =>
    typeof value === "bigint" ? value.toString() : value,
  );
}

type Stored<T> = { [K in keyof T]: T[K] extends bigint ? string : T[K] };

export function offerFromText(text: string): Offer {
  const stored = JSON.parse(text) as Stored<Omit<Offer, "pieces">> & {
    pieces: Stored<Offer["pieces"][number]>[];
  };
  return {
    ...stored,
    nonce: BigInt(stored.nonce),
    pieces: stored.pieces.map((piece) => ({ ...piece, rate: BigInt(piece.rate) })),
  };
}
