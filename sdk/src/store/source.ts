import { invalidArgument } from "../call.ts";
import { HoldfastError } from "../errors.ts";
import { type IpfsClient, unavailable } from "../ipfs.ts";

/** What can be stored: bytes, a Blob or File, a stream, a file's path (Node), or the CID of content in the connected IPFS node. */
export type Source =
  | Uint8Array
  | Blob
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array>
  | { readonly path: string }
  | { readonly cid: string };

/** A source that can be opened. Streams can be opened once, all others again and again. */
export type OpenSource = {
  /** Undefined for streams, until they end. */
  readonly size: number | undefined;
  readonly name: string | undefined;
  readonly type: string | undefined;
  readonly rereadable: boolean;
  open(): AsyncIterable<Uint8Array>;
};

/**
 * Finds out what a source is, without reading it.
 *
 * @throws {HoldfastError} `SOURCE_NOT_FOUND`, `ARGUMENT_INVALID`
 */
export async function openSource(source: Exclude<Source, { cid: string }>): Promise<OpenSource> {
  if (source instanceof Uint8Array) {
    return rereadable({ size: source.length }, () => once(source));
  }
  if (source instanceof Blob) {
    const name = "name" in source && typeof source.name === "string" ? source.name : undefined;
    const type = source.type || undefined;
    return rereadable({ size: source.size, name, type }, () => streamed(source.stream()));
  }
  if (source instanceof ReadableStream) return readOnce(() => streamed(source));
  if (Symbol.asyncIterator in source) return readOnce(() => source);
  if ("path" in source && typeof source.path === "string") return openPath(source.path);
  throw invalidArgument(
    `A source is bytes, a Blob, a stream, { path } or { cid }, got ${JSON.stringify(source)}.`,
    "Pass one of these.",
  );
}

/** Content of an IPFS node as a file, in bytes. */
export function ipfsFile(ipfs: IpfsClient, cid: string, size?: number): OpenSource {
  return rereadable({ size }, () => guarded(ipfs.cat(cid), `read ${cid}`));
}

/** Content of an IPFS node as a CAR. */
export function ipfsCar(ipfs: IpfsClient, cid: string, size?: number): OpenSource {
  // Clients take a CID of their own class here, of which they use no more than its text.
  return rereadable({ size }, () =>
    guarded(ipfs.dag.export(cid as never), `export the DAG of ${cid}`),
  );
}

async function* guarded(bytes: AsyncIterable<Uint8Array>, what: string) {
  try {
    yield* bytes;
  } catch (cause) {
    unavailable(what)(cause);
  }
}

function rereadable(
  o: { size: number | undefined; name?: string | undefined; type?: string | undefined },
  open: () => AsyncIterable<Uint8Array>,
): OpenSource {
  return { size: o.size, name: o.name, type: o.type, rereadable: true, open };
}

function readOnce(take: () => AsyncIterable<Uint8Array>): OpenSource {
  let taken = false;
  return {
    size: undefined,
    name: undefined,
    type: undefined,
    rereadable: false,
    open() {
      if (taken) {
        throw new HoldfastError("SOURCE_READ_ONCE", {
          message: "The source has to be read again, and a stream can be read once.",
          fix: "Store again under the same key from a new stream of the same bytes, or pass bytes, a Blob or a path.",
        });
      }
      taken = true;
      return take();
    },
  };
}

async function openPath(path: string): Promise<OpenSource> {
  // Guarded, so that the package loads in browsers.
  const { stat } = await import("node:fs/promises");
  const { createReadStream } = await import("node:fs");
  const { basename } = await import("node:path");
  const found = await stat(path).catch((cause: unknown) => {
    throw new HoldfastError("SOURCE_NOT_FOUND", {
      message: `The file ${path} cannot be read: ${(cause as Error).message}.`,
      fix: "Check the path.",
      cause,
    });
  });
  if (!found.isFile()) {
    throw invalidArgument(
      `${path} is not a file.`,
      "Store its files one by one, or a CAR of it by CID.",
    );
  }
  const chunk = { highWaterMark: 1 << 20 };
  return rereadable({ size: found.size, name: basename(path) }, () =>
    createReadStream(path, chunk),
  );
}

async function* once(bytes: Uint8Array) {
  yield bytes;
}

/** Not every browser can iterate over a stream. */
async function* streamed(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
  } finally {
    // A reader that stops early must not leave the source open.
    await reader.cancel();
  }
}
