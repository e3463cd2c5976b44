import { type CallOptions, throwIfCancelled } from "./call.ts";
import type { Context } from "./context.ts";
import { HoldfastError } from "./errors.ts";
import type { ObjectRef } from "./market/storage.ts";
import { type ObjectId, objectId } from "./object-id.ts";
import { readManifest } from "./retrieve/locate.ts";
import { unlock } from "./retrieve/private.ts";
import { isPrivate } from "./retrieve.ts";

/** An object in the wallet's list. */
export type ObjectSummary = {
  readonly id: ObjectId;
  /** Whether another account stored it for this one. */
  readonly received: boolean;
  /** Block in which it was stored. */
  readonly block: number;
  readonly public?: boolean;
  /** Bytes of the object; of its CAR, when it was stored as one. */
  readonly size?: number;
  readonly k?: number;
  readonly n?: number;
  readonly name?: string;
  readonly type?: string;
  /** Why its manifest or its name cannot be read: `NOT_RECIPIENT`, `MANIFEST_UNSUPPORTED`, `OBJECT_UNKNOWN`. */
  readonly error?: HoldfastError;
};

const PAGE = 20;

/** @see Holdfast.list */
export async function* list(ctx: Context, o: CallOptions = {}): AsyncGenerator<ObjectSummary> {
  const seen = new Set<bigint>();
  for await (const ref of newestFirst(ctx)) {
    throwIfCancelled(o.signal);
    // Publishing lists an object again: its newest entry counts.
    if (seen.has(ref.firstDeal)) continue;
    seen.add(ref.firstDeal);
    yield await summaryOf(ctx, ref, o);
  }
}

/** Two lists, each newest first, become one. */
async function* newestFirst(ctx: Context): AsyncGenerator<ObjectRef> {
  const own = entries(ctx, false);
  const received = entries(ctx, true);
  let [mine, theirs] = await Promise.all([own.next(), received.next()]);
  while (!mine.done || !theirs.done) {
    if (!mine.done && (theirs.done || mine.value.block >= theirs.value.block)) {
      yield mine.value;
      mine = await own.next();
    } else if (!theirs.done) {
      yield theirs.value;
      theirs = await received.next();
    }
  }
}

async function* entries({ market, account }: Context, received: boolean) {
  let page = await market.objectsOf(account, { received, limit: PAGE });
  for (let last = page.at(-1); last; last = page.at(-1)) {
    yield* page;
    page = await market.objectsOf(account, { received, after: last, limit: PAGE });
  }
}

/** One object that cannot be read must not hide the others. */
async function summaryOf(
  ctx: Context,
  ref: ObjectRef,
  { signal }: CallOptions,
): Promise<ObjectSummary> {
  const { received, block } = ref;
  const summary = { id: objectId(ctx.deployment, ref.firstDeal), received, block };
  try {
    const manifest = await readManifest(ctx, ref.firstDeal, { ref, signal });
    const { k, n, length } = manifest;
    if (!isPrivate(manifest)) return { ...summary, public: true, k, n, size: length };
    const known = { ...summary, public: false, k, n };
    try {
      const { meta, size } = await unlock(manifest, await ctx.keys());
      return { ...known, size, ...meta };
    } catch (error) {
      return { ...known, error: ofObject(error) };
    }
  } catch (error) {
    return { ...summary, error: ofObject(error) };
  }
}

/** Errors that are about one object; others end the list. */
function ofObject(error: unknown): HoldfastError {
  const codes = ["NOT_RECIPIENT", "MANIFEST_UNSUPPORTED", "OBJECT_UNKNOWN", "WRONG_BYTES"];
  if (HoldfastError.is(error) && codes.includes(error.code)) return error;
  throw error;
}
