import { HoldfastError } from "../errors.ts";
import { applyMask } from "../object/mask.ts";
import { readPiece, wrongBytes } from "../provider/client.ts";
import type { Place } from "./locate.ts";
import type { Reporter } from "./report.ts";

/** Reads one fragment from its provider, and remembers whether that is any use. */
export type FragmentReader = {
  readonly index: number;
  readonly url: string;
  usable(): boolean;
  /** Bytes without their mask, not yet authenticated; undefined when the provider fails. */
  read(offset: number, length: number): Promise<Uint8Array | undefined>;
  /** The bytes at this place were not those of the fragment: the provider is out for this retrieval. */
  blame(offset: number): void;
};

/** A provider that failed is asked again after this time: it may only have been restarted. */
const REST_MS = 30_000;

export function fragmentReader(
  place: Place,
  o: { mask: Uint8Array; reporter: Reporter; timeoutMs: number; signal: AbortSignal | undefined },
): FragmentReader {
  const { index, url } = place;
  const peer = { url, timeoutMs: o.timeoutMs, signal: o.signal };
  let restsUntil = 0;
  let wrong = false;

  return {
    index,
    url,
    usable: () => !wrong && Date.now() >= restsUntil,
    async read(offset, length) {
      try {
        const bytes = await readPiece(peer, place.pieceCid, { offset, length });
        o.reporter.served(url, length);
        return await applyMask({ key: o.mask, offset, bytes });
      } catch (error) {
        if (!HoldfastError.is(error) || error.code === "CANCELLED") throw error;
        o.reporter.failed(url, error);
        restsUntil = Date.now() + REST_MS;
        return undefined;
      }
    },
    blame(offset) {
      wrong = true;
      const what = `fragment ${index} of deal ${place.deal.id} differs at byte ${offset}`;
      o.reporter.failed(url, wrongBytes(url, what));
    },
  };
}
