import type { SignedOffer } from "holdfast/market";
import { pieceCid, pieceHasher } from "holdfast/piece";

export type Json = Record<string, unknown>;
export type Reply = { readonly status: number; readonly headers: Headers; readonly body: Json };

/** An upload as a client of the provider's HTTP interface sees it. */
export type TestUpload = {
  readonly location: string;
  readonly token: string;
  readonly quote: string;
};

/** Sends a request and parses a JSON answer. */
export async function call(url: string, init: RequestInit = {}): Promise<Reply> {
  const response = await fetch(url, init);
  const text = await response.text();
  const json = (response.headers.get("content-type") ?? "").includes("json");
  return {
    status: response.status,
    headers: response.headers,
    body: json ? (JSON.parse(text) as Json) : { text },
  };
}

export function post(
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const json = { "Content-Type": "application/json", ...headers };
  return call(url, { method: "POST", headers: json, body: JSON.stringify(body) });
}

export async function quote(
  url: string,
  o: { client: string; maxBytes: number; periods?: number },
): Promise<Json & { id: string }> {
  const { client, maxBytes, periods = 10 } = o;
  const reply = await post(`${url}/v1/quotes`, { client, maxBytes, periods });
  if (reply.status !== 200) throw new Error(JSON.stringify(reply.body));
  return reply.body.quote as Json & { id: string };
}

/** The creating request, with the answer as it is. */
export function create(
  url: string,
  o: { length?: number; quote?: string; headers?: Record<string, string> },
): Promise<Reply> {
  const length: Record<string, string> =
    o.length === undefined ? { "Upload-Defer-Length": "1" } : { "Upload-Length": String(o.length) };
  const metadata: Record<string, string> =
    o.quote === undefined ? {} : { "Upload-Metadata": `quote ${btoa(o.quote)}` };
  return call(`${url}/v1/uploads`, {
    method: "POST",
    headers: { "Tus-Resumable": "1.0.0", ...length, ...metadata, ...o.headers },
  });
}

/** Quotes for, and creates, an upload of `length` bytes. */
export async function begin(
  url: string,
  o: { client: string; length: number; periods?: number },
): Promise<TestUpload> {
  const { id } = await quote(url, { ...o, maxBytes: o.length });
  const reply = await create(url, { length: o.length, quote: id });
  if (reply.status !== 201) throw new Error(JSON.stringify(reply.body));
  return {
    location: reply.headers.get("Location") ?? "",
    token: reply.headers.get("Upload-Token") ?? "",
    quote: id,
  };
}

/** The same upload at a daemon that has started again on another port. */
export function movedTo(url: string, upload: TestUpload): TestUpload {
  return { ...upload, location: `${url}${new URL(upload.location).pathname}` };
}

export function patch(
  { location, token }: Pick<TestUpload, "location" | "token">,
  offset: number,
  bytes: Uint8Array,
  headers: Record<string, string> = {},
): Promise<Reply> {
  return call(location, {
    method: "PATCH",
    headers: { ...patchHeaders(token, offset), ...headers },
    body: bytes as Uint8Array<ArrayBuffer>,
  });
}

export function patchHeaders(token: string, offset: number): Record<string, string> {
  return {
    "Tus-Resumable": "1.0.0",
    "Upload-Offset": String(offset),
    "Content-Type": "application/offset+octet-stream",
    Authorization: `Bearer ${token}`,
  };
}

/** The acknowledged offset. */
export async function offsetOf({ location, token }: TestUpload): Promise<number> {
  const headers = { "Tus-Resumable": "1.0.0", Authorization: `Bearer ${token}` };
  const reply = await call(location, { method: "HEAD", headers });
  if (reply.status !== 200) throw new Error(`HEAD answered ${reply.status}`);
  return Number(reply.headers.get("Upload-Offset"));
}

/** Uploads all of `bytes` in one go. */
export async function upload(
  url: string,
  o: { client: string; bytes: Uint8Array; periods?: number },
): Promise<TestUpload> {
  const begun = await begin(url, { ...o, length: o.bytes.length });
  const reply = await patch(begun, 0, o.bytes);
  if (reply.status !== 204) throw new Error(JSON.stringify(reply.body));
  return begun;
}

/** Asks for the offer; `body` on top of what is right. */
export async function askOffer(
  up: TestUpload,
  o: { client: string; bytes: Uint8Array; periods?: number },
  body: Json = {},
): Promise<Reply> {
  const right = {
    format: "raw",
    pieceCid: await cidOf(o.bytes),
    client: o.client,
    quote: up.quote,
  };
  return post(
    `${up.location}/offer`,
    { ...right, periods: o.periods ?? 10, ...body },
    { Authorization: `Bearer ${up.token}` },
  );
}

/** An offer as the typed contract takes it. */
export function forOpen({ offer, signature }: SignedOffer) {
  return { offer: { ...offer, pieces: [...offer.pieces] }, signature };
}

export async function cidOf(bytes: Uint8Array): Promise<string> {
  const hasher = await pieceHasher();
  hasher.update(bytes);
  return pieceCid(hasher.digest());
}

/** Bytes that differ from place to place and are the same in every run. */
export function sample(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = seed;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}
