import { HoldfastError } from "../errors.ts";
import { MAX_PIECE_SIZE } from "../piece/size.ts";
import { SEALED_CHUNK } from "./age.ts";

/** Bytes of a full unit: 16 chunks, so that a chunk of a full stripe lies in one fragment. */
export const UNIT = 16 * SEALED_CHUNK;
const UNIT_STEP = 64;
// Filecoin's tools refuse pieces of less than 65 bytes.
const MIN_UNIT = 128;
/** The code works over bytes, of which 255 are not zero. */
export const MAX_FRAGMENTS = 255;

/** One row of units: `k * unit` bytes of payload, zero-padded, and at `fragmentOffset` of each fragment one unit. */
export type Stripe = {
  readonly index: number;
  readonly payloadOffset: number;
  readonly payloadLength: number;
  readonly unit: number;
  readonly fragmentOffset: number;
};

/** A run of payload bytes that lies in one fragment. */
type Extent = {
  readonly fragment: number;
  readonly offset: number;
  readonly length: number;
};

/** How a payload lies in its fragments. */
export type Layout = {
  readonly length: number;
  readonly k: number;
  readonly n: number;
  readonly stripes: number;
  readonly chunks: number;
  readonly fragmentLength: number;
  stripe(index: number): Stripe;
  /** Where payload bytes lie, in order. */
  locate(offset: number, length: number): Extent[];
  /** Where a sealed chunk lies: one extent, in the last stripe several. */
  chunk(index: number): Extent[];
};

/**
 * Where everything lies follows from the payload's length, k and n.
 * @throws HoldfastError EMPTY, ARGUMENT_INVALID
 */
export function layout(o: { length: number; k: number; n: number }): Layout {
  checkCode(o.k, o.n);
  checkLength(o.length);
  const { length, k, n } = o;
  const row = k * UNIT;
  const full = Math.floor(length / row);
  const rest = length - full * row;
  const lastUnit = rest > 0 ? Math.max(MIN_UNIT, ceilTo(Math.ceil(rest / k), UNIT_STEP)) : 0;
  const stripes = full + (rest > 0 ? 1 : 0);
  const chunks = Math.ceil(length / SEALED_CHUNK);

  const stripe = (index: number): Stripe => {
    checkBelow("stripe", index, stripes);
    const isFull = index < full;
    return {
      index,
      payloadOffset: index * row,
      payloadLength: isFull ? row : rest,
      unit: isFull ? UNIT : lastUnit,
      fragmentOffset: index * UNIT,
    };
  };

  const locate = (offset: number, count: number): Extent[] => {
    checkBelow("payload byte", offset + count - 1, length);
    const extents: Extent[] = [];
    for (let at = offset; at < offset + count; ) {
      const { payloadOffset, unit, fragmentOffset } = stripe(Math.floor(at / row));
      const fragment = Math.floor((at - payloadOffset) / unit);
      const inUnit = (at - payloadOffset) % unit;
      const run = Math.min(unit - inUnit, offset + count - at);
      extents.push({ fragment, offset: fragmentOffset + inUnit, length: run });
      at += run;
    }
    return extents;
  };

  const chunk = (index: number): Extent[] => {
    checkBelow("chunk", index, chunks);
    const offset = index * SEALED_CHUNK;
    return locate(offset, Math.min(SEALED_CHUNK, length - offset));
  };

  const fragmentLength = full * UNIT + lastUnit;
  return { length, k, n, stripes, chunks, fragmentLength, stripe, locate, chunk };
}

/** The k data units of a stripe's payload bytes, the end filled with zeros. */
export function splitStripe(stripe: Stripe, k: number, payload: Uint8Array): Uint8Array[] {
  const padded = new Uint8Array(k * stripe.unit);
  padded.set(payload);
  return Array.from({ length: k }, (_, j) =>
    padded.subarray(j * stripe.unit, (j + 1) * stripe.unit),
  );
}

/** The payload bytes of a stripe's k data units. */
export function joinStripe(stripe: Stripe, units: readonly Uint8Array[]): Uint8Array {
  const padded = new Uint8Array(units.length * stripe.unit);
  for (const [j, unit] of units.entries()) padded.set(unit, j * stripe.unit);
  return padded.subarray(0, stripe.payloadLength);
}

/** @throws HoldfastError ARGUMENT_INVALID unless 1 <= k <= n <= 255 */
export function checkCode(k: number, n: number): void {
  if (Number.isInteger(k) && Number.isInteger(n) && k >= 1 && k <= n && n <= MAX_FRAGMENTS) return;
  throw new HoldfastError("ARGUMENT_INVALID", {
    message: `An object has n of at most ${MAX_FRAGMENTS} fragments, k of which suffice, got k = ${k}, n = ${n}.`,
    fix: "Choose 1 <= k <= n, for example k = 4 and n = 6.",
  });
}

function checkLength(length: number): void {
  if (length === 0) {
    throw new HoldfastError("EMPTY", {
      message: "An object of 0 bytes cannot be stored.",
      fix: "Store at least one byte.",
    });
  }
  if (Number.isSafeInteger(length) && length > 0 && length <= MAX_PIECE_SIZE) return;
  throw new HoldfastError("ARGUMENT_INVALID", {
    message: `A payload has 1 to ${MAX_PIECE_SIZE} bytes, got ${length}.`,
    fix: "Split larger data into several objects.",
  });
}

function checkBelow(what: string, index: number, count: number): void {
  if (Number.isSafeInteger(index) && index >= 0 && index < count) return;
  throw new HoldfastError("ARGUMENT_INVALID", {
    message: `There is no ${what} ${index}, the last is ${count - 1}.`,
    fix: "Stay within the object.",
  });
}

function ceilTo(value: number, step: number): number {
  return step * Math.ceil(value / step);
}
