import type { Sink } from "../bytes/bytes.ts";
import type { UploadRecord } from "../journal/journal.ts";
import type { PieceStream } from "../pieces/pieces.ts";
import { Problem } from "../problem.ts";
import { full } from "./limits.ts";
import * as problems from "./problems.ts";
import type { Append, UploadsOptions } from "./uploads.ts";

/** So much at most has to be sent again after a crash in the middle of a long request. */
const SYNC_BYTES = 8 * 1024 * 1024;
/** Uploads whose hash state is kept between requests; for others the bytes are read once more. */
const KEPT_STREAMS = 64;
const SLICE = 1024 * 1024;

type Active = { readonly stop: () => void; readonly done: Promise<unknown> };

/** Takes bytes in: appends, hashes as they pass, makes them durable, and only then journals the offset. */
export function receiver({ journal, bytes, pieces, clock }: UploadsOptions) {
  const active = new Map<string, Active>();
  const streams = new Map<string, PieceStream>();

  async function append(id: string, request: Append): Promise<UploadRecord> {
    // The newest request wins: the older one is most likely a broken connection that nobody has noticed.
    while (active.has(id)) await interrupt(id);
    const done = receive(id, request).finally(() => {
      if (active.get(id)?.done === done) active.delete(id);
    });
    active.set(id, { stop: request.cut, done });
    return done;
  }

  async function interrupt(id: string): Promise<void> {
    const other = active.get(id);
    other?.stop();
    // How it ended is told to the one who sent it.
    await Promise.allSettled([other?.done]);
  }

  async function receive(id: string, request: Append): Promise<UploadRecord> {
    const upload = await accept(id, request);
    if (upload.root !== undefined) return upload;

    const stream = await streamAt(upload);
    const offset = await copy(upload, stream, request.body);
    const received = { ...upload, offset };
    return offset === upload.length ? complete(received) : received;
  }

  async function accept(id: string, { offset, length, announced }: Append): Promise<UploadRecord> {
    const upload = await journal.upload(id);
    if (upload === undefined) throw problems.unknown(id);
    if (offset !== upload.offset) throw problems.offsetMismatch(upload.offset, offset);

    const bound = length === undefined ? upload.bound : declared(upload, length);
    if (offset + (announced ?? 0) > bound) throw problems.tooLong(bound);
    if (length === undefined) return upload;
    await journal.declareLength(id, length);
    return { ...upload, length, bound };
  }

  async function copy(
    upload: UploadRecord,
    stream: PieceStream,
    body: AsyncIterable<Uint8Array>,
  ): Promise<number> {
    const sink = await bytes.receive(upload.id, upload.offset);
    let durable = upload.offset;
    const acknowledge = async () => {
      await sink.sync();
      await journal.acknowledge(upload.id, stream.offset, clock());
      durable = stream.offset;
    };
    try {
      for await (const chunk of interruptible(body)) {
        if (stream.offset + chunk.length > upload.bound) throw problems.tooLong(upload.bound);
        await write(sink, chunk);
        await stream.update(chunk);
        if (stream.offset - durable >= SYNC_BYTES) await acknowledge();
      }
      return stream.offset;
    } finally {
      try {
        await acknowledge();
      } finally {
        // Ahead of what is durable, the hash state would be of bytes that may be lost.
        if (durable !== stream.offset) streams.delete(upload.id);
        await sink.close();
      }
    }
  }

  /** The hash state for the next byte of an upload; after a restart it is built again from the bytes. */
  async function streamAt(upload: UploadRecord): Promise<PieceStream> {
    const kept = streams.get(upload.id);
    if (kept?.offset === upload.offset) return kept;

    const stream = await pieces.stream();
    while (stream.offset < upload.offset) {
      const length = Math.min(SLICE, upload.offset - stream.offset);
      await stream.update(await bytes.readUpload(upload.id, stream.offset, length));
    }
    streams.set(upload.id, stream);
    const [oldest] = streams.keys();
    if (streams.size > KEPT_STREAMS && oldest !== undefined) streams.delete(oldest);
    return stream;
  }

  async function complete(upload: UploadRecord): Promise<UploadRecord> {
    const stream = await streamAt(upload);
    streams.delete(upload.id);
    const { root } = await pieces.keep(upload.id, stream);
    await bytes.discard(upload.id);
    return { ...upload, root };
  }

  async function drain(): Promise<void> {
    await Promise.all([...active.keys()].map(interrupt));
  }

  return { append, interrupt, complete, drain };
}

function declared(upload: UploadRecord, length: number): number {
  if (length === 0) throw problems.empty();
  if (upload.length !== undefined && upload.length !== length) {
    throw problems.lengthInvalid(length, `${upload.length} was declared before`);
  }
  if (length < upload.offset) {
    throw problems.lengthInvalid(length, `${upload.offset} bytes are here already`);
  }
  if (length > upload.bound) throw problems.tooLong(upload.bound);
  return length;
}

async function* interruptible(body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw problems.interrupted(error);
  }
}

async function write(sink: Sink, chunk: Uint8Array): Promise<void> {
  try {
    await sink.write(chunk);
  } catch (error) {
    if (error instanceof Problem || (error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
    throw full("DISK_FULL", chunk.length, 0);
  }
}
