import { HoldfastError } from "../errors.ts";
import type { PayloadCipher } from "../object/age.ts";
import { encodeStripe, recoverStripe } from "../object/erasure.ts";
import type { Layout } from "../object/stripes.ts";
import { equalBytes } from "../piece/proof.ts";
import type { FragmentReader } from "./fragment.ts";

/** A private object that is being read. */
export type PrivateReading = {
  readonly layout: Layout;
  readonly cipher: PayloadCipher;
  readonly fragments: readonly FragmentReader[];
};

/** Chunks [first, end) of one stripe. */
export type Chunks = { readonly first: number; readonly end: number };

/** The same bytes of every fragment: offset and length in a fragment. */
type Window = { readonly offset: number; readonly length: number };

/** Combinations of fragments that are tried before a provider is given up; a code of 4 of 6 has 15. */
const MAX_COMBINATIONS = 200;

/**
 * The plaintext of some chunks of a stripe. Reads the fragments they lie in and nothing else while these are right; each chunk's
 * tag says so. What is missing or wrong is recovered from the same window of others.
 *
 * @throws {HoldfastError} `TOO_FEW_FRAGMENTS`
 */
export async function readChunks(reading: PrivateReading, chunks: Chunks): Promise<Uint8Array[]> {
  const { layout, fragments } = reading;
  const extents = numbers(chunks.first, chunks.end).flatMap((chunk) => layout.chunk(chunk));
  const windows = new Map<number, Window>();
  for (const { fragment, offset, length } of extents) {
    windows.set(fragment, span(windows.get(fragment), { offset, length }));
  }
  const reads = [...windows].map(async ([index, { offset, length }]) => {
    const reader = fragments[index];
    const bytes = reader?.usable() ? await reader.read(offset, length) : undefined;
    return bytes && ([index, { offset, bytes }] as const);
  });
  const parts = new Map((await Promise.all(reads)).filter((part) => part !== undefined));
  if (parts.size === windows.size) {
    const plain = await openChunks(reading, chunks, parts);
    if (plain) return plain;
  }
  const window = [...windows.values()].reduce<Window | undefined>(span, undefined);
  if (!window) throw new Error("unreachable: chunks lie somewhere");
  return recoverChunks(reading, chunks, window);
}

type Parts = ReadonlyMap<number, { readonly offset: number; readonly bytes: Uint8Array }>;

/** Opens chunks; undefined when a tag does not fit. Who served a wrong chunk alone is named at once. */
async function openChunks(
  { layout, cipher, fragments }: PrivateReading,
  chunks: Chunks,
  parts: Parts,
): Promise<Uint8Array[] | undefined> {
  let wrong = false;
  const opened = numbers(chunks.first, chunks.end).map(async (chunk) => {
    const extents = layout.chunk(chunk);
    try {
      return await cipher.open(chunk, join(extents, parts), chunk === layout.chunks - 1);
    } catch (error) {
      if (!HoldfastError.is(error, "WRONG_BYTES")) throw error;
      wrong = true;
      const [only] = extents;
      if (only && extents.length === 1) fragments[only.fragment]?.blame(only.offset);
      return new Uint8Array();
    }
  });
  const plain = await Promise.all(opened);
  return wrong ? undefined : plain;
}

/** Reads the window from other fragments until k of them give chunks whose tags fit; names those that differ. */
async function recoverChunks(
  reading: PrivateReading,
  chunks: Chunks,
  window: Window,
): Promise<Uint8Array[]> {
  const { k, n } = reading.layout;
  const units: (Uint8Array | undefined)[] = new Array(n).fill(undefined);
  const tried = new Set<number>();
  for (;;) {
    const have = units.filter((unit) => unit).length;
    const next = reading.fragments
      .filter((reader) => !tried.has(reader.index) && reader.usable())
      .slice(0, Math.max(1, k - have));
    if (next.length === 0) throw tooFew(reading, units);
    const got = next.map(async (reader) => {
      tried.add(reader.index);
      units[reader.index] = await reader.read(window.offset, window.length);
    });
    await Promise.all(got);
    const plain = await decode(reading, chunks, window, units);
    if (plain) return plain;
  }
}

async function decode(
  reading: PrivateReading,
  chunks: Chunks,
  window: Window,
  units: readonly (Uint8Array | undefined)[],
): Promise<Uint8Array[] | undefined> {
  const { k, n } = reading.layout;
  const present = units.flatMap((unit, index) => (unit ? [index] : []));
  for (const chosen of combinations(present, k)) {
    const some = units.map((unit, index) => (chosen.includes(index) ? unit : undefined));
    const data = await recoverStripe({ k, n, units: some });
    const parts = new Map(data.map((bytes, i) => [i, { offset: window.offset, bytes }]));
    // Nobody is blamed by a mere combination: recovered bytes are nobody's.
    const plain = await openChunks({ ...reading, fragments: [] }, chunks, parts);
    if (!plain) continue;
    const right = [...data, ...(await encodeStripe(data, n))];
    for (const index of present) {
      const difference = firstDifference(units[index], right[index]);
      if (difference !== undefined) reading.fragments[index]?.blame(window.offset + difference);
    }
    return plain;
  }
  return undefined;
}

function* combinations(items: readonly number[], size: number, from = 0): Generator<number[]> {
  if (size === 0) return yield [];
  let left = MAX_COMBINATIONS;
  for (let i = from; i <= items.length - size; i++) {
    for (const rest of combinations(items, size - 1, i + 1)) {
      if (left-- === 0) return;
      yield [items[i] as number, ...rest];
    }
  }
}

function join(extents: ReturnType<Layout["chunk"]>, parts: Parts): Uint8Array {
  const chunk = new Uint8Array(extents.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const { fragment, offset, length } of extents) {
    const part = parts.get(fragment);
    if (!part) throw new Error(`unreachable: fragment ${fragment} was not read`);
    chunk.set(part.bytes.subarray(offset - part.offset, offset - part.offset + length), at);
    at += length;
  }
  return chunk;
}

/** The smallest window that holds both. */
function span(a: Window | undefined, b: Window): Window {
  const offset = Math.min(a?.offset ?? b.offset, b.offset);
  const end = Math.max(a ? a.offset + a.length : 0, b.offset + b.length);
  return { offset, length: end - offset };
}

function firstDifference(a: Uint8Array | undefined, b: Uint8Array | undefined): number | undefined {
  if (!a || !b || equalBytes(a, b)) return undefined;
  return a.findIndex((byte, i) => byte !== b[i]);
}

function numbers(first: number, end: number): number[] {
  return Array.from({ length: end - first }, (_, i) => first + i);
}

function tooFew(
  { layout: { k, n }, fragments }: PrivateReading,
  units: readonly (Uint8Array | undefined)[],
): HoldfastError {
  const readable = units.filter((unit) => unit).length;
  const missing = fragments
    .filter(({ index }) => !units[index] || !fragments[index]?.usable())
    .map(({ index, url }) => `${index} (${url})`);
  return new HoldfastError("TOO_FEW_FRAGMENTS", {
    message: `${k} of ${n} fragments are needed, ${readable} could be read; missing or wrong: ${missing.join(", ")}.`,
    fix: "Try again when more providers answer. The report of the retrieval says what each of them did.",
  });
}
