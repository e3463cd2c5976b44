import type { Readable } from "node:stream";

/** Takes the bytes of one request. Nothing counts as received before `sync` returns. */
export type Sink = {
  write(chunk: Uint8Array): Promise<void>;
  /** Resolves when everything written so far would survive a loss of power. */
  sync(): Promise<void>;
  close(): Promise<void>;
};

/** Small files beside a piece: what can be computed again from it, kept because that takes long. */
export type Side = "tree" | "index" | "car";

/**
 * Where bytes are kept: uploads by their id while they arrive, pieces by the hex of their root for good.
 * Roots do not tell a piece from the same piece with zeros after it; the longer one is kept and serves both.
 */
export interface Bytes {
  /** Continues an upload at `offset`; what an earlier crash left after it is dropped. */
  receive(upload: string, offset: number): Promise<Sink>;
  readUpload(upload: string, offset: number, length: number): Promise<Uint8Array>;
  /** Makes a complete upload the piece `root`; can be repeated after a crash half-way. */
  commit(upload: string, root: string, size: number): Promise<void>;
  discard(upload: string): Promise<void>;
  /** Ids of uploads that have bytes here, so that what no journal knows can be dropped at the start. */
  uploads(): Promise<string[]>;

  read(root: string, offset: number, length: number): Promise<Uint8Array>;
  /** Bytes [start, end) as a stream. */
  stream(root: string, start: number, end: number): Readable;
  writeSide(root: string, size: number, side: Side, data: Uint8Array): Promise<void>;
  readSide(root: string, size: number, side: Side): Promise<Uint8Array>;
  removeSides(root: string, size: number): Promise<void>;
  remove(root: string): Promise<void>;

  /** What the disk could still take. */
  free(): Promise<number>;
}
