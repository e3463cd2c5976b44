/** Arithmetic of GF(2^8) with polynomial 0x11d and generator 2, as the Reed-Solomon coders of Backblaze and klauspost use it. */
const POLYNOMIAL = 0x11d;
const ORDER = 255;

const exp = new Uint8Array(2 * ORDER);
const log = new Uint8Array(256);
for (let i = 0, x = 1; i < ORDER; i++) {
  exp[i] = x;
  exp[i + ORDER] = x;
  log[x] = i;
  x <<= 1;
  if (x & 0x100) x ^= POLYNOMIAL;
}

export type Matrix = Uint8Array[];

function multiply(a: number, b: number): number {
  if (a === 0 || b === 0) return 0;
  return exp[(log[a] as number) + (log[b] as number)] as number;
}

/** `b` is not 0. */
function divide(a: number, b: number): number {
  if (a === 0) return 0;
  return exp[(log[a] as number) + ORDER - (log[b] as number)] as number;
}

function power(a: number, e: number): number {
  if (e === 0) return 1;
  if (a === 0) return 0;
  return exp[((log[a] as number) * e) % ORDER] as number;
}

/** n rows of k, the first k of which are the identity, and any k of which can be inverted. */
export function codingMatrix(k: number, n: number): Matrix {
  const vandermonde = Array.from({ length: n }, (_, r) =>
    Uint8Array.from({ length: k }, (_, c) => power(r, c)),
  );
  return product(vandermonde, invert(vandermonde.slice(0, k)));
}

function product(a: Matrix, b: Matrix): Matrix {
  return a.map((row) =>
    Uint8Array.from({ length: (b[0] as Uint8Array).length }, (_, c) =>
      b.reduce((sum, other, i) => sum ^ multiply(row[i] as number, other[c] as number), 0),
    ),
  );
}

/** Gauss and Jordan, of a square matrix that has an inverse. */
export function invert(matrix: Matrix): Matrix {
  const k = matrix.length;
  const work: Matrix = matrix.map((row, r) => {
    const wide = new Uint8Array(2 * k);
    wide.set(row);
    wide[k + r] = 1;
    return wide;
  });
  for (let c = 0; c < k; c++) {
    const pivot = work.findIndex((row, r) => r >= c && row[c] !== 0);
    [work[c], work[pivot]] = [work[pivot] as Uint8Array, work[c] as Uint8Array];
    eliminate(work, c);
  }
  return work.map((row) => row.slice(k));
}

function eliminate(work: Matrix, c: number): void {
  const lead = work[c] as Uint8Array;
  const scale = lead[c] as number;
  lead.forEach((value, i) => {
    lead[i] = divide(value, scale);
  });
  for (const [r, row] of work.entries()) {
    const factor = row[c] as number;
    if (r !== c && factor !== 0) addMultiple(row, lead, factor);
  }
}

/** target += factor * source, the loop in which all the time is spent. */
export function addMultiple(target: Uint8Array, source: Uint8Array, factor: number): void {
  const table = Uint8Array.from({ length: 256 }, (_, x) => multiply(factor, x));
  for (let i = 0; i < target.length; i++) {
    target[i] = (target[i] as number) ^ (table[source[i] as number] as number);
  }
}
