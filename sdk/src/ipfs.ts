import { HoldfastError } from "./errors.ts";

/** Whatever prints as a CID: each IPFS package has a class of its own. */
type AnyCid = { toString(): string };

/** What Holdfast needs of an IPFS node: a client of `kubo-rpc-client` (or of the older `ipfs-http-client`) has it. */
export type IpfsClient = {
  add(
    content: AsyncIterable<Uint8Array>,
    options: Record<string, unknown>,
  ): Promise<{ cid: AnyCid }>;
  cat(cid: string, options?: { signal?: AbortSignal }): AsyncIterable<Uint8Array>;
  block: {
    get(cid: never, options?: { signal?: AbortSignal }): Promise<Uint8Array>;
  };
  pin: { add(cid: string): Promise<unknown> };
  dag: { export(cid: never, options?: { signal?: AbortSignal }): AsyncIterable<Uint8Array> };
};

/** Profile unixfs-v1-2025. All of it is sent always: a node's own defaults differ, and then so would the CID. */
const profile = {
  cidVersion: 1,
  rawLeaves: true,
  chunker: "size-1048576",
  maxFileLinks: 1024,
  wrapWithDirectory: false,
  hashAlg: "sha2-256",
};

/**
 * Adds content to the node, pinned.
 *
 * @param cid What its CID must be.
 * @throws {HoldfastError} `CID_MISMATCH`, `IPFS_UNAVAILABLE`
 */
export async function addAndPin(
  ipfs: IpfsClient,
  content: AsyncIterable<Uint8Array>,
  { cid, signal }: { cid: string; signal?: AbortSignal | undefined },
): Promise<void> {
  const options = { ...profile, pin: true, ...(signal ? { signal } : {}) };
  const added = await ipfs.add(content, options).catch(unavailable("add the content"));
  if (added.cid.toString() === cid) return;
  throw new HoldfastError("CID_MISMATCH", {
    message: `The IPFS node made ${added.cid} of content whose CID is ${cid}.`,
    fix: "Use a node that knows profile unixfs-v1-2025 (Kubo 0.40 or newer), or one whose `add` honours maxFileLinks.",
  });
}

/** For `catch`: what an IPFS client throws, as an error of ours. */
export function unavailable(what: string): (cause: unknown) => never {
  return (cause) => {
    if (HoldfastError.is(cause)) throw cause;
    throw new HoldfastError("IPFS_UNAVAILABLE", {
      message: `The IPFS node could not ${what}: ${cause instanceof Error ? cause.message : cause}.`,
      fix: "Check that the node runs and has, or can find, the content.",
      cause,
    });
  };
}
