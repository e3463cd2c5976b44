import { sleep } from "../call.ts";
import { HoldfastError } from "../errors.ts";
import { HttpProblem, type Peer, unreachable } from "../provider/http.ts";
import { sendBytes, type Upload, uploadOffset } from "../provider/tus.ts";

/** Feeds one upload, with one request on its way and the next one filling. */
export type Uploader = {
  /** Takes the next bytes; resolves when there is room for more. Never throws: see `failure`. */
  write(bytes: Uint8Array): Promise<void>;
  /** Sends the rest. */
  finish(): Promise<void>;
  /** Why this upload cannot go on. */
  failure(): unknown;
};

const ATTEMPTS = 3;
const BACKOFF_MS = 300;

/**
 * @param o.offset Bytes that the provider has already; they are passed over.
 * @param o.portion Bytes of a request.
 * @param o.declared Whether the provider knows the length; else the last request says it.
 */
export function uploader(
  peer: Peer,
  upload: Upload,
  o: { offset: number; portion: number; declared: boolean },
): Uploader {
  let acknowledged = o.offset;
  let position = 0;
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  let sending: Promise<void> = Promise.resolve();
  let failure: unknown;

  async function flush(final: boolean): Promise<void> {
    await sending;
    if (failure !== undefined) return;
    const bytes = join(pending, pendingBytes);
    const start = position - pendingBytes;
    pending = [];
    pendingBytes = 0;
    const length = final && !o.declared ? position : undefined;
    if (bytes.length === 0 && length === undefined) return;
    sending = send(bytes, start, length).catch((error: unknown) => {
      failure = error;
    });
  }

  /** Until all bytes are acknowledged; gives up after some attempts in a row that brought nothing. */
  async function send(bytes: Uint8Array, start: number, length?: number): Promise<void> {
    const end = start + bytes.length;
    for (let idle = 0; ; ) {
      try {
        const rest = bytes.subarray(acknowledged - start);
        acknowledged = await sendBytes(peer, upload, { offset: acknowledged, bytes: rest, length });
        if (acknowledged === end) return;
        throw unreachable(peer, `it acknowledged ${acknowledged} bytes in place of ${end}`);
      } catch (error) {
        const offset = await offsetAfter(error, start, end);
        idle = offset > acknowledged ? 0 : idle + 1;
        if (idle === ATTEMPTS) throw error;
        acknowledged = offset;
        if (offset === end && length === undefined) return;
        await sleep(BACKOFF_MS * 3 ** idle, peer.signal);
      }
    }
  }

  /** Where the provider is after a request that failed half-way; throws what no other attempt can mend. */
  async function offsetAfter(error: unknown, start: number, end: number): Promise<number> {
    if (!isTransient(error)) throw error;
    try {
      const offset = await uploadOffset(peer, upload);
      if (offset >= start && offset <= end) return offset;
    } catch (again) {
      if (isTransient(again)) return acknowledged;
      throw again;
    }
    throw error;
  }

  return {
    async write(bytes) {
      const known = Math.min(bytes.length, Math.max(0, o.offset - position));
      position += bytes.length;
      if (known === bytes.length || failure !== undefined) return;
      pending.push(bytes.subarray(known));
      pendingBytes += bytes.length - known;
      if (pendingBytes >= o.portion) await flush(false);
    },
    async finish() {
      await flush(true);
      await sending;
    },
    failure: () => failure,
  };
}

/** Worth another attempt: silence, a broken line, a provider that says "not now". */
function isTransient(error: unknown): boolean {
  if (!HoldfastError.is(error)) return false;
  if (error.code === "PROVIDER_UNREACHABLE") return true;
  const { cause } = error;
  return cause instanceof HttpProblem && (cause.status >= 500 || cause.code === "OFFSET_MISMATCH");
}

function join(parts: readonly Uint8Array[], length: number): Uint8Array {
  if (parts.length === 1) return parts[0] as Uint8Array;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
