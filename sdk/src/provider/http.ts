import { cancelled, throwIfCancelled } from "../call.ts";
import { type ErrorCode, HoldfastError } from "../errors.ts";

/** Who is asked, and how long it may stay silent. */
export type Peer = {
  readonly url: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
};

/** An answer with its whole body. */
export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
};

/** An RFC 9457 problem, the cause of a refusal. */
export class HttpProblem extends Error {
  override readonly name = "HttpProblem";
  readonly status: number;
  readonly code: string;
  readonly headers: Headers;

  constructor(status: number, code: string, message: string, headers: Headers) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/** Problems that mean the same on both sides; all others are `PROVIDER_REFUSED`. */
const sharedCodes: readonly ErrorCode[] = [
  "CID_MISMATCH",
  "PIECE_MISMATCH",
  "PROVIDER_FLOOR_TOO_LOW",
];
const JSON_LIMIT = 1 << 20;

/**
 * One exchange with a provider. Only silence is limited, not the whole: a slow line is not a dead one.
 *
 * @throws {HoldfastError} `PROVIDER_UNREACHABLE`, `PROVIDER_REFUSED` with an `HttpProblem` as cause, `CANCELLED`
 */
export async function exchange(
  peer: Peer,
  path: string,
  init: RequestInit = {},
  limit = JSON_LIMIT,
): Promise<Answer> {
  throwIfCancelled(peer.signal);
  const watchdog = new Watchdog(peer);
  try {
    const response = await fetch(new URL(path, slashed(peer.url)), {
      ...init,
      signal: watchdog.signal,
    });
    const body = await readBody(response, limit, () => watchdog.touch());
    if (!response.ok) throw problemOf(response, body);
    return { status: response.status, headers: response.headers, body };
  } catch (cause) {
    if (peer.signal?.aborted) throw cancelled(peer.signal);
    throw failure(peer, cause);
  } finally {
    watchdog.stop();
  }
}

/** The body of an answer as JSON. */
export function jsonOf(peer: Peer, { body }: Answer): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch (cause) {
    throw unreachable(peer, "it answered with something that is not JSON", cause);
  }
}

export function postJson(value: unknown, headers: Record<string, string> = {}): RequestInit {
  const type = { "Content-Type": "application/json" };
  return { method: "POST", headers: { ...type, ...headers }, body: JSON.stringify(value) };
}

export function unreachable(peer: Pick<Peer, "url">, why: string, cause?: unknown): HoldfastError {
  return new HoldfastError("PROVIDER_UNREACHABLE", {
    message: `The provider at ${peer.url} cannot be used: ${why}.`,
    fix: "Try again later, or use other providers.",
    provider: peer.url,
    cause,
  });
}

/** Aborts when nothing has happened for as long as the peer may stay silent, or when the caller does. */
class Watchdog {
  readonly #controller = new AbortController();
  readonly #peer: Peer;
  readonly #abort: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(peer: Peer) {
    this.#peer = peer;
    this.#abort = () => this.#controller.abort(peer.signal?.reason);
    peer.signal?.addEventListener("abort", this.#abort, { once: true });
    this.touch();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  touch(): void {
    clearTimeout(this.#timer);
    const { timeoutMs } = this.#peer;
    const silence = () =>
      this.#controller.abort(new Error(`it was silent for ${timeoutMs / 1000} s`));
    this.#timer = setTimeout(silence, timeoutMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#peer.signal?.removeEventListener("abort", this.#abort);
  }
}

async function readBody(response: Response, limit: number, touch: () => void): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = response.body?.getReader();
  for (let part = await reader?.read(); part?.value; part = await reader?.read()) {
    touch();
    length += part.value.length;
    if (length > limit) throw new Error(`its answer is longer than ${limit} bytes`);
    chunks.push(part.value);
  }
  const body = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.length;
  }
  return body;
}

function problemOf(response: Response, body: Uint8Array): HttpProblem {
  const { status, headers } = response;
  const fallback = `HTTP ${status}`;
  const { code, detail } = objectIn(body);
  return new HttpProblem(
    status,
    typeof code === "string" ? code : fallback,
    typeof detail === "string" ? detail : fallback,
    headers,
  );
}

/** The fields of a JSON object; none in anything else: of a page that some proxy wrote the status says enough. */
function objectIn(body: Uint8Array): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(new TextDecoder().decode(body));
    return typeof parsed === "object" && parsed !== null ? { ...parsed } : {};
  } catch {
    return {};
  }
}

function failure(peer: Peer, cause: unknown): HoldfastError {
  if (HoldfastError.is(cause)) return cause;
  if (!(cause instanceof HttpProblem)) return unreachable(peer, reasonOf(cause), cause);
  return new HoldfastError(sharedCodes.find((code) => code === cause.code) ?? "PROVIDER_REFUSED", {
    message: `The provider at ${peer.url} refused with ${cause.code}: ${cause.message}`,
    fix: "docs/errors.md says what each refusal asks for; another provider may accept.",
    provider: peer.url,
    cause,
  });
}

/** fetch hides why a connection failed in the cause of its error. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const inner = error.cause instanceof Error ? error.cause : undefined;
  return inner ? `${error.message} (${inner.message || inner.name})` : error.message;
}

/** So that a path in the registered url is kept. */
function slashed(url: string): string {
  return url.endsWith("/") ? url : `${url}/`;
}
