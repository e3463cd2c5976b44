import { hexlify } from "ethers";
import { HoldfastError } from "../errors.ts";
import { carHasher } from "../piece/car.ts";
import { fileHasher } from "../piece/file.ts";
import { HttpProblem } from "../provider/http.ts";
import { createUpload, uploadOffset } from "../provider/tus.ts";
import { normalizeCid } from "./cids.ts";
import type { Batch } from "./encode.ts";
import type { FragmentRecord, StoreRecord } from "./record.ts";
import { fragmentAt, peerOf, type Run, replaceProvider } from "./run.ts";
import { endsCall, type Target, transfer } from "./transfer.ts";
import { uploader } from "./uploader.ts";

/** Bytes of all requests that may be on their way together; as many again are being filled. */
const IN_FLIGHT = 24 << 20;
const LARGEST_PORTION = 4 << 20;

/**
 * Brings every fragment to its provider; providers that fail are replaced. Reads the source only when something is missing
 * somewhere.
 */
export async function upload(run: Run): Promise<void> {
  for (let missing = missingOf(run); missing.length > 0; missing = missingOf(run)) {
    const targets = (await Promise.all(missing.map((i) => attempt(run, i)))).filter(isTarget);
    // A source that can be read once must not be read for half of the fragments.
    if (targets.length < missing.length) continue;
    await pass(run, targets);
  }
}

function missingOf({ journal: { record } }: Run): number[] {
  return record.fragments.flatMap(({ piece }, i) => (piece ? [] : [i]));
}

/** One pass over the source. */
async function pass(run: Run, targets: readonly Target[]): Promise<void> {
  const { encoding, journal, source, call } = run;
  const { record, save } = journal;
  const content = contentHasher(record);
  const total = source.size === undefined ? {} : { total: source.size };
  const outcomes = await transfer({
    encoding,
    targets,
    journal,
    source: source.open(),
    signal: call.signal,
    tap: content?.tap,
    onBytes: (sent) => call.onProgress?.({ phase: "upload", sent, ...total }),
  });
  const arrived = outcomes.filter((found) => "root" in found);
  if (arrived.length > 0 && content) record.contentCid = checkCid(record, await content.cid());
  for (const { fragment, root, size } of arrived) {
    fragmentAt(record.fragments, fragment).piece = { root: hexlify(root), size };
  }
  await save();
  for (const found of outcomes) {
    if ("error" in found) await recover(run, found.fragment, found.error);
  }
}

/** The upload of a fragment, begun or found again; undefined when its provider had to be replaced. */
async function attempt(run: Run, index: number): Promise<Target | undefined> {
  try {
    return await targetOf(run, index);
  } catch (error) {
    return recover(run, index, error);
  }
}

async function targetOf(run: Run, index: number): Promise<Target> {
  const { encoding, journal, source } = run;
  const { record, save } = journal;
  const fragment = fragmentAt(record.fragments, index);
  const peer = peerOf(run, fragment);
  const known = record.size ?? source.size;
  const length = known === undefined ? undefined : encoding.fragmentLength(known);
  let offset = 0;
  if (fragment.upload) {
    offset = await uploadOffset(peer, fragment.upload);
  } else {
    const quote = fragment.provider.signed.quote.id;
    const made = await createUpload(peer, { quote, length });
    fragment.upload = { ...made, declared: length !== undefined };
    await save();
  }
  const portion = Math.min(LARGEST_PORTION, Math.ceil(IN_FLIGHT / record.n));
  const { declared } = fragment.upload;
  return {
    fragment: index,
    uploader: uploader(peer, fragment.upload, { offset, portion, declared }),
  };
}

/** After a failure: begins anew at a provider that has forgotten the upload, else at another provider. */
async function recover(run: Run, index: number, error: unknown): Promise<undefined> {
  if (endsCall(error)) throw error;
  const { record, save } = run.journal;
  const fragment = fragmentAt(record.fragments, index);
  if (fragment.upload && isForgotten(error)) {
    restart(fragment);
    await save();
  } else {
    await replaceProvider(run, index, error);
  }
}

/** A provider collects what nobody paid for in time. */
export function isForgotten(error: unknown): boolean {
  if (!HoldfastError.is(error) || !(error.cause instanceof HttpProblem)) return false;
  return error.cause.code === "UPLOAD_UNKNOWN" || error.cause.code === "UPLOAD_INCOMPLETE";
}

export function restart(fragment: FragmentRecord): void {
  fragment.upload = undefined;
  fragment.piece = undefined;
  fragment.offer = undefined;
}

/** Finds the CID of a public object while it passes by, unless it is known. */
function contentHasher(record: StoreRecord) {
  if (!record.public || (record.contentCid !== undefined && record.complete)) return undefined;
  const hasher = record.format === "car" ? carHasher() : fileHasher();
  return {
    tap: async (batch: Batch) => hasher.update(await batch.fragment(0)),
    cid: async () => (await hasher.digest()).cid,
  };
}

function checkCid({ contentCid }: StoreRecord, found: string): string {
  const cid = normalizeCid(found);
  if (contentCid === undefined || contentCid === cid) return cid;
  throw new HoldfastError("CID_MISMATCH", {
    message: `The content's CID is ${cid}, not ${contentCid}.`,
    fix: "Store the content that has this CID, or let the CID follow from the content.",
  });
}

function isTarget(target: Target | undefined): target is Target {
  return target !== undefined;
}
