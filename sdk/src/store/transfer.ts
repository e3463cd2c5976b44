import { throwIfCancelled } from "../call.ts";
import { HoldfastError } from "../errors.ts";
import { type PieceHasher, pieceHasher } from "../piece/hasher.ts";
import type { Batch, Encoding } from "./encode.ts";
import { type Journal, sourceChanged } from "./record.ts";
import type { Uploader } from "./uploader.ts";

/** An upload and the fragment that goes there. */
export type Target = { readonly fragment: number; readonly uploader: Uploader };

/** What became of a target: the commitment to what was sent, or why it was not. */
export type Outcome =
  | { readonly fragment: number; readonly root: Uint8Array; readonly size: number }
  | { readonly fragment: number; readonly error: unknown };

/**
 * Reads the source once and sends every target its fragment, batch by batch: memory does not grow with the source. A target
 * that fails falls out, the others go on.
 *
 * @throws {HoldfastError} `SOURCE_CHANGED` before a byte of what has changed is sent, `EMPTY`, `CANCELLED`
 */
export async function transfer(o: {
  encoding: Encoding;
  source: AsyncIterable<Uint8Array>;
  targets: readonly Target[];
  journal: Journal;
  signal: AbortSignal | undefined;
  /** Sees each batch before it is sent; public objects find their CID here. */
  tap?: ((batch: Batch) => Promise<void>) | undefined;
  onBytes: (consumed: number) => void;
}): Promise<Outcome[]> {
  const { encoding, targets, journal } = o;
  const commitments = await committer(encoding, targets);
  let index = 0;
  let consumed = 0;
  for await (const batch of encoding.batches(o.source)) {
    throwIfCancelled(o.signal);
    await journal.checkpoint(index++, batch.hash);
    await o.tap?.(batch);
    const alive = targets.filter(({ uploader }) => uploader.failure() === undefined);
    if (alive.length === 0) break;
    const sent = alive.map(async ({ fragment, uploader }) => {
      const bytes = await batch.fragment(fragment);
      commitments.update(fragment, bytes);
      await uploader.write(bytes);
    });
    await Promise.all(sent);
    consumed = batch.consumed;
    o.onBytes(consumed);
  }
  await Promise.all(targets.map(({ uploader }) => uploader.finish()));
  throwIfCancelled(o.signal);
  const outcomes = targets.map(({ fragment, uploader }): Outcome => {
    const error = uploader.failure();
    return error === undefined ? commitments.digest(fragment) : { fragment, error };
  });
  if (outcomes.some((found) => "root" in found)) await complete(journal, consumed);
  return outcomes;
}

type Committer = {
  update(fragment: number, bytes: Uint8Array): void;
  digest(fragment: number): Extract<Outcome, { root: Uint8Array }>;
};

/** Commits to what is sent. All copies have one commitment: it is made once, whichever of them are left. */
async function committer(encoding: Encoding, targets: readonly Target[]): Promise<Committer> {
  if (!encoding.copies) {
    const pairs = targets.map(async ({ fragment }) => [fragment, await pieceHasher()] as const);
    const hashers = new Map<number, PieceHasher>(await Promise.all(pairs));
    const of = (fragment: number) => hashers.get(fragment) as PieceHasher;
    return {
      update: (fragment, bytes) => of(fragment).update(bytes),
      digest: (fragment) => ({ fragment, ...of(fragment).digest() }),
    };
  }
  const hasher = await pieceHasher();
  let last: Uint8Array | undefined;
  let digest: ReturnType<PieceHasher["digest"]> | undefined;
  return {
    update(_, bytes) {
      // Every copy of a batch is the same buffer.
      if (bytes === last) return;
      last = bytes;
      hasher.update(bytes);
    },
    digest(fragment) {
      digest ??= hasher.digest();
      return { fragment, ...digest };
    },
  };
}

async function complete({ record, save }: Journal, consumed: number): Promise<void> {
  if (record.size !== undefined && record.size !== consumed) {
    throw sourceChanged(`it has ${consumed} bytes, not ${record.size}`);
  }
  record.size = consumed;
  record.complete = true;
  await save();
}

/** Whether an error says that the call itself has ended, and not one of its providers. */
export function endsCall(error: unknown): boolean {
  return !HoldfastError.is(error) || error.code === "CANCELLED" || error.code === "RPC_UNAVAILABLE";
}
