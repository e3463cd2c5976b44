import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { Bytes } from "../bytes/bytes.ts";
import type { Journal, UploadRecord } from "../journal/journal.ts";
import type { Quotes } from "../offers/quotes.ts";
import type { Pieces } from "../pieces/pieces.ts";
import { serial } from "../serial.ts";
import { admit, type Limits } from "./limits.ts";
import * as problems from "./problems.ts";
import { receiver } from "./receive.ts";

/** An upload that no byte reached for this long, in the chain's time, is given up. Seconds. */
export const IDLE_SECONDS = 24 * 3600;

export type Append = {
  readonly offset: number;
  /** Declares the length of an upload that was created without one. */
  readonly length: number | undefined;
  /** Bytes that the body announces, when it does. */
  readonly announced: number | undefined;
  readonly body: AsyncIterable<Uint8Array>;
  /** Cuts the body off, for a newer request. */
  readonly cut: () => void;
};

export type Uploads = {
  create(o: {
    length: number | undefined;
    quote: string | undefined;
  }): Promise<{ upload: UploadRecord; token: string }>;
  /** The upload, for whoever holds its token. */
  authorized(id: string, token: string | undefined): Promise<UploadRecord>;
  append(id: string, append: Append): Promise<UploadRecord>;
  /** Deletes at the client's wish; refused while an offer for the bytes can be opened. */
  terminate(upload: UploadRecord): Promise<void>;
  /** Forgets an upload, unless it got another offer meanwhile. Bytes of a complete one belong to its piece and stay. */
  drop(id: string, offers: number): Promise<boolean>;
  /** Finishes what a crash left between the last byte and the journal. */
  recover(): Promise<void>;
  /** Waits until no request is writing. */
  drain(): Promise<void>;
};

export type UploadsOptions = {
  readonly journal: Journal;
  readonly bytes: Bytes;
  readonly pieces: Pieces;
  readonly quotes: Quotes;
  readonly limits: Limits;
  readonly clock: () => number;
};

export function uploads(options: UploadsOptions): Uploads {
  const { journal, bytes, quotes, limits, clock } = options;
  const admission = serial();
  const receive = receiver(options);

  async function drop(id: string, offers: number): Promise<boolean> {
    await receive.interrupt(id);
    const dropped = await journal.removeUpload(id, offers);
    if (dropped) await bytes.discard(id);
    return dropped;
  }

  return {
    drop,

    async create({ length, quote: quoteId }) {
      if (length === 0) throw problems.empty();
      const quote = quoteId === undefined ? undefined : await quotes.valid(quoteId);
      if (quote !== undefined && length !== undefined && length > quote.maxBytes) {
        throw problems.beyondQuote(length, quote.maxBytes);
      }
      const token = randomBytes(32).toString("base64url");
      const upload: UploadRecord = {
        id: randomBytes(16).toString("hex"),
        tokenHash: digest(token).toString("hex"),
        client: quote?.client ?? "",
        quote: quote?.id ?? "",
        length,
        bound: length ?? quote?.maxBytes ?? limits.maxPieceBytes,
        offset: 0,
        root: undefined,
        touchedAt: clock(),
      };
      // One at a time, so that two requests cannot both take the last free byte.
      await admission(async () => {
        await admit({ journal, bytes }, limits, upload.client, upload.bound);
        await journal.createUpload(upload);
      });
      return { upload, token };
    },

    async authorized(id, token) {
      const upload = await journal.upload(id);
      if (upload === undefined) throw problems.unknown(id);
      const expected = Buffer.from(upload.tokenHash, "hex");
      if (token === undefined || !timingSafeEqual(digest(token), expected)) {
        throw problems.tokenInvalid();
      }
      return upload;
    },

    append: receive.append,

    async terminate(upload) {
      const offers = await journal.offersOf(upload.id);
      const open = offers.find(({ expiry }) => expiry >= clock());
      if (open !== undefined) throw problems.offered(open.expiry);
      await drop(upload.id, offers.length);
    },

    async recover() {
      const known = await journal.uploads();
      const receiving = new Set(known.filter(({ root }) => root === undefined).map(({ id }) => id));
      for (const id of await bytes.uploads()) {
        if (!receiving.has(id)) await bytes.discard(id);
      }
      for (const upload of known) {
        if (upload.root === undefined && upload.offset === upload.length) {
          await receive.complete(upload);
        }
      }
    },

    drain: receive.drain,
  };
}

function digest(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}
