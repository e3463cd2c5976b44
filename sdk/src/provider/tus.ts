import { type Answer, exchange, type Peer, unreachable } from "./http.ts";

const VERSION = { "Tus-Resumable": "1.0.0" };

/** An upload at a provider and the bearer token that allows to go on with it. */
export type Upload = { readonly url: string; readonly token: string };

/**
 * Creates an upload over tus 1.0.
 *
 * @param quote Id of the quote whose price the upload counts on.
 * @param length All bytes; left open when they are not known yet.
 */
export async function createUpload(
  peer: Peer,
  { quote, length }: { quote: string; length?: number | undefined },
): Promise<Upload> {
  const answer = await exchange(peer, "v1/uploads", {
    method: "POST",
    headers: {
      ...VERSION,
      ...(length === undefined
        ? { "Upload-Defer-Length": "1" }
        : { "Upload-Length": String(length) }),
      "Upload-Metadata": `quote ${btoa(quote)}`,
    },
  });
  const token = header(peer, answer, "Upload-Token");
  return { url: new URL(header(peer, answer, "Location"), peer.url).href, token };
}

/** How many bytes of an upload have arrived for good. */
export async function uploadOffset(peer: Peer, upload: Upload): Promise<number> {
  const headers = { ...VERSION, ...bearer(upload) };
  const answer = await exchange(peer, upload.url, { method: "HEAD", headers });
  return offsetOf(peer, answer);
}

/**
 * Sends bytes of an upload from `offset` on.
 *
 * @param length All bytes of the upload, with the last of them, when it was left open.
 * @returns the offset that the provider acknowledged.
 */
export async function sendBytes(
  peer: Peer,
  upload: Upload,
  o: { offset: number; bytes: Uint8Array; length?: number | undefined },
): Promise<number> {
  const answer = await exchange(peer, upload.url, {
    method: "PATCH",
    headers: {
      ...VERSION,
      ...bearer(upload),
      ...(o.length === undefined ? {} : { "Upload-Length": String(o.length) }),
      "Content-Type": "application/offset+octet-stream",
      "Upload-Offset": String(o.offset),
    },
    body: o.bytes as Uint8Array<ArrayBuffer>,
  });
  return offsetOf(peer, answer);
}

export function bearer({ token }: Upload): Record<string, string> {
  return { Authorization: `Bearer ${token}` };
}

function offsetOf(peer: Peer, answer: Answer): number {
  const text = header(peer, answer, "Upload-Offset");
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw unreachable(peer, `its header Upload-Offset is "${text}"`);
}

function header(peer: Peer, { headers }: Answer, name: string): string {
  const value = headers.get(name);
  if (value) return value;
  throw unreachable(peer, `its answer has no header ${name}`);
}
