import { getBytes } from "ethers";
import { type CallOptions, invalidArgument } from "../call.ts";
import type { Context } from "../context.ts";
import { HoldfastError } from "../errors.ts";
import type { IpfsClient } from "../ipfs.ts";
import { carHasher } from "../piece/car.ts";
import { fileHasher } from "../piece/file.ts";
import { normalizeCid } from "./cids.ts";
import { privateEncoding, publicEncoding } from "./encode.ts";
import { unwrapKey } from "./key.ts";
import { type Journal, type StoreRecord, sourceChanged } from "./record.ts";
import type { Run } from "./run.ts";
import { ipfsCar, ipfsFile, type OpenSource, openSource, type Source } from "./source.ts";

/** A source, the format that its bytes are a piece in, and its CID where that was given. */
export type Content = {
  readonly source: OpenSource;
  readonly format: "raw" | "car";
  readonly cid: string | undefined;
};

/** Opens a source; content of an IPFS node is read once to find its format and size, unless an earlier call has. */
export async function openContent(
  ctx: Context,
  source: Source,
  earlier: StoreRecord | undefined,
): Promise<Content> {
  const content = await contentOf(ctx, source, earlier);
  const { size } = content.source;
  if (earlier?.size !== undefined && size !== undefined && earlier.size !== size) {
    throw sourceChanged(`it has ${size} bytes, not ${earlier.size}`);
  }
  return content;
}

async function contentOf(
  { ipfs }: Context,
  source: Source,
  earlier: StoreRecord | undefined,
): Promise<Content> {
  if (!("cid" in source) || typeof source.cid !== "string") {
    return {
      source: await openSource(source as Exclude<Source, { cid: string }>),
      format: "raw",
      cid: undefined,
    };
  }
  if (!ipfs) {
    throw invalidArgument(
      "Content can be stored by its CID from a connected IPFS node, and there is none.",
      "Pass a client to `connect({ ipfs })`.",
    );
  }
  const cid = normalizeCid(source.cid);
  const known = earlier && { format: earlier.format, size: earlier.size };
  const { format, size } = known ?? (await probe(ipfs, cid));
  const open = format === "raw" ? ipfsFile : ipfsCar;
  return { source: open(ipfs, cid, size), format, cid };
}

/** Raw, if the bytes alone give the CID in our profile; else a CAR of its blocks. */
async function probe(
  ipfs: IpfsClient,
  cid: string,
): Promise<{ format: "raw" | "car"; size: number }> {
  const file = await digest(ipfsFile(ipfs, cid), fileHasher()).catch(notAFile);
  if (file?.cid === cid) return { format: "raw", size: file.size };
  const car = await digest(ipfsCar(ipfs, cid), carHasher());
  return { format: "car", size: car.size };
}

async function digest(
  source: OpenSource,
  hasher: ReturnType<typeof fileHasher> | ReturnType<typeof carHasher>,
): Promise<{ cid: string; size: number }> {
  for await (const part of source.open()) await hasher.update(part);
  return hasher.digest();
}

/** A directory, or no UnixFS at all, cannot be read as a file; what cannot be read at all fails again as a CAR. */
function notAFile(error: unknown): undefined {
  if (!HoldfastError.is(error, "IPFS_UNAVAILABLE") && !HoldfastError.is(error, "EMPTY"))
    throw error;
}

/** Gets a record to work: with the key to its object, and the way from source to fragments. */
export async function startRun(
  ctx: Context,
  journal: Journal,
  source: OpenSource,
  call: CallOptions,
): Promise<Run> {
  const { record } = journal;
  if (record.wrappedKey === undefined || record.nonce === undefined) {
    return { ctx, journal, source, call, encoding: publicEncoding(), fileKey: undefined };
  }
  const fileKey = await unwrapKey(getBytes(record.wrappedKey), await ctx.keys());
  const nonce = getBytes(record.nonce);
  const encoding = await privateEncoding({ ...record, fileKey, nonce });
  return { ctx, journal, source, call, encoding, fileKey };
}
