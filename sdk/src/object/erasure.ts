import { HoldfastError } from "../errors.ts";
import { addMultiple, codingMatrix, invert, type Matrix } from "./gf256.ts";
import { checkCode } from "./stripes.ts";

/**
 * The n - k parity units of k data units of one length: systematic Reed-Solomon from a Vandermonde matrix.
 * @throws HoldfastError ARGUMENT_INVALID
 */
export async function encodeStripe(data: readonly Uint8Array[], n: number): Promise<Uint8Array[]> {
  checkCode(data.length, n);
  checkLengths(data);
  return combine(codingMatrix(data.length, n).slice(data.length), data);
}

/**
 * The k data units from any k of n; units that are not there are undefined.
 * @throws HoldfastError TOO_FEW_FRAGMENTS, ARGUMENT_INVALID
 */
export async function recoverStripe(o: {
  k: number;
  n: number;
  units: readonly (Uint8Array | undefined)[];
}): Promise<Uint8Array[]> {
  const { k, n, units } = o;
  checkCode(k, n);
  const present = units.slice(0, n).flatMap((unit, row) => (unit ? [{ unit, row }] : []));
  if (present.length < k) {
    throw new HoldfastError("TOO_FEW_FRAGMENTS", {
      message: `${k} of ${n} fragments are needed to recover the object, ${present.length} can be read.`,
      fix: "Wait for providers to come back: nothing can replace a fragment below that number.",
    });
  }
  const used = present.slice(0, k);
  const source = used.map(({ unit }) => unit);
  checkLengths(source);

  const missing = Array.from({ length: k }, (_, j) => j).filter((j) => !units[j]);
  if (missing.length === 0) return source;
  const coding = codingMatrix(k, n);
  const decoding = invert(used.map(({ row }) => coding[row] as Uint8Array));
  const rebuilt = combine(
    missing.map((j) => decoding[j] as Uint8Array),
    source,
  );
  return Array.from({ length: k }, (_, j) => units[j] ?? (rebuilt.shift() as Uint8Array));
}

/** One unit for each row: the sum of the source units times the row's factors. */
function combine(rows: Matrix, source: readonly Uint8Array[]): Uint8Array[] {
  return rows.map((row) => {
    const unit = new Uint8Array((source[0] as Uint8Array).length);
    for (const [i, bytes] of source.entries()) addMultiple(unit, bytes, row[i] as number);
    return unit;
  });
}

function checkLengths(units: readonly Uint8Array[]): void {
  const lengths = new Set(units.map((unit) => unit.length));
  if (lengths.size === 1) return;
  throw new HoldfastError("ARGUMENT_INVALID", {
    message: `The units of a stripe have one length, got ${[...lengths].join(", ")}.`,
    fix: "Read the same window from every fragment.",
  });
}
