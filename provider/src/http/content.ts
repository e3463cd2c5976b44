import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Exchange } from "./router.ts";

export type Content = {
  readonly type: string;
  readonly etag: string;
  /** Seconds that it may be kept; what is named by its hash never changes. */
  readonly immutable: boolean;
  readonly headers?: Readonly<Record<string, string>>;
};

/** True when the client has it already; then the answer was 304. */
export function notModified({ request, response }: Exchange, { etag }: Content): boolean {
  const known = request.headers["if-none-match"]?.split(",").map((tag) => tag.trim());
  if (!known?.some((tag) => tag === "*" || tag.replace(/^W\//, "") === etag.replace(/^W\//, ""))) {
    return false;
  }
  response.writeHead(304, { ETag: etag }).end();
  return true;
}

export function contentHeaders({ type, etag, immutable, headers }: Content) {
  return {
    "Content-Type": type,
    ETag: etag,
    "Cache-Control": immutable ? "public, max-age=29030400, immutable" : "no-cache",
    ...headers,
  };
}

/** Sends bytes that are in memory. */
export function sendBytes(exchange: Exchange, content: Content, body: Uint8Array): void {
  if (notModified(exchange, content)) return;
  const { request, response } = exchange;
  response.writeHead(200, { ...contentHeaders(content), "Content-Length": body.length });
  response.end(request.method === "HEAD" ? undefined : body);
}

/** Sends a stream; a client that goes away ends it and is no error of ours. */
export async function sendStream(
  { request, response }: Exchange,
  status: number,
  headers: Readonly<Record<string, string | number>>,
  body: () => AsyncIterable<Uint8Array>,
): Promise<void> {
  response.writeHead(status, headers);
  if (request.method === "HEAD") {
    response.end();
    return;
  }
  try {
    await pipeline(Readable.from(body(), { objectMode: false }), response);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_STREAM_PREMATURE_CLOSE") throw error;
  }
}
