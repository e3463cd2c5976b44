/** Random numbers that repeat with their seed. They stand in for keccak256, which is a thousand times slower. */
export type Random = {
  /** Uniform in [0, 1), in steps of 2^-32. */
  readonly share: () => number;
  /** A whole number in [0, n), for n far below 2^32. */
  readonly below: (n: number) => number;
};

/** A stream of its own for each name, so that one more table leaves the figures of all others as they were. */
export function randomFrom(seed: number, name: string): Random {
  const next = sfc32(seed, hash(name));
  return {
    share: () => next() / 2 ** 32,
    below: (n) => Math.floor((next() / 2 ** 32) * n),
  };
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const char of text) value = Math.imul(value ^ (char.codePointAt(0) ?? 0), 0x01000193);
  return value >>> 0;
}

/** Chris Doty-Humphrey's small fast counting generator: 128 bits of state, passes PractRand. */
function sfc32(seedA: number, seedB: number): () => number {
  let [a, b, c, counter] = [0, seedA | 0, seedB | 0, 1];
  const next = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  // Twelve steps spread the seed over all of the state.
  for (let i = 0; i < 12; i++) next();
  return next;
}
