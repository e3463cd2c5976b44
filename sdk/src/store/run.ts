import type { CallOptions } from "../call.ts";
import type { Context } from "../context.ts";
import { HoldfastError } from "../errors.ts";
import type { Peer } from "../provider/http.ts";
import { chooseDiverse } from "../quote/choose.ts";
import type { Encoding } from "./encode.ts";
import type { FragmentRecord, Journal } from "./record.ts";
import type { OpenSource } from "./source.ts";

/** One call of `store` at work. */
export type Run = {
  readonly ctx: Context;
  readonly journal: Journal;
  readonly source: OpenSource;
  readonly encoding: Encoding;
  /** Private objects: what the manifest is sealed with. */
  readonly fileKey: Uint8Array | undefined;
  readonly call: CallOptions;
};

export function peerOf({ ctx, call }: Run, { provider }: FragmentRecord): Peer {
  return { url: provider.url, timeoutMs: ctx.timeoutMs, signal: call.signal };
}

/**
 * Gives a fragment to the next best provider, from its first byte. What the old one has of it expires there.
 *
 * @throws the error that made it necessary, when nobody is left.
 */
export async function replaceProvider(
  { journal: { record, save } }: Run,
  fragment: number,
  error: unknown,
): Promise<void> {
  const { provider } = fragmentAt(record.fragments, fragment);
  const others = record.fragments.filter((_, i) => i !== fragment).map((other) => other.provider);
  record.failures.push({
    provider: provider.url,
    fragment,
    code: HoldfastError.is(error) ? error.code : "ERROR",
    message: error instanceof Error ? error.message : String(error),
  });
  const [next] = chooseDiverse(record.spares, 1, others);
  if (!next) throw error;
  record.spares = record.spares.filter((spare) => spare !== next);
  record.fragments[fragment] = { provider: next };
  await save();
}

export function fragmentAt(fragments: readonly FragmentRecord[], index: number): FragmentRecord {
  const found = fragments[index];
  if (found) return found;
  throw new Error(`unreachable: there is no fragment ${index}`);
}
