import { HoldfastError } from "../errors.ts";

/** What a provider did in a retrieval. */
export type ProviderReport = {
  readonly url: string;
  /** Bytes that were read and found right. */
  readonly bytes: number;
  /** What it did wrong, the first time of each kind: `PROVIDER_UNREACHABLE`, `PROVIDER_REFUSED`, `WRONG_BYTES`. */
  readonly failures: readonly { readonly code: string; readonly message: string }[];
};

/** Keeps book of who served what. */
export type Reporter = {
  served(url: string, bytes: number): void;
  failed(url: string, error: unknown): void;
  report(): ProviderReport[];
};

export function reporter(): Reporter {
  const books = new Map<string, { bytes: number; failures: Map<string, string> }>();
  const bookOf = (url: string) => {
    const book = books.get(url) ?? { bytes: 0, failures: new Map() };
    books.set(url, book);
    return book;
  };
  return {
    served(url, bytes) {
      bookOf(url).bytes += bytes;
    },
    failed(url, error) {
      const code = HoldfastError.is(error) ? error.code : "ERROR";
      const { failures } = bookOf(url);
      if (!failures.has(code)) failures.set(code, (error as Error).message);
    },
    report: () =>
      [...books].map(([url, { bytes, failures }]) => ({
        url,
        bytes,
        failures: [...failures].map(([code, message]) => ({ code, message })),
      })),
  };
}
