/** Input and output of one step of the padding: the smallest block in which both sides are word-aligned. */
export const FR32_IN = 508;
const FR32_OUT = 512;

/**
 * Filecoin's fr32 padding: two zero bits after every 254 bits, so that each 32 bytes are a field element.
 * `input` starts at a multiple of 4 in its buffer and has a multiple of 508 bytes; returns 128 bytes for each 127.
 */
export function fr32Pad(input: Uint8Array): Uint8Array {
  const from = new Uint32Array(input.buffer, input.byteOffset, input.length / 4);
  const to = new Uint32Array((input.length / FR32_IN) * (FR32_OUT / 4));
  for (let i = 0, o = 0; i < from.length; i += FR32_IN / 4, o += FR32_OUT / 4) {
    // Element g starts at bit 254 g: 8 g words on, shifted by the 2 g bits that were inserted before it.
    for (let g = 0; g < 16; g++) shiftElement(from, i + 8 * g, to, o + 8 * g, 2 * g);
  }
  return new Uint8Array(to.buffer);
}

function shiftElement(from: Uint32Array, i: number, to: Uint32Array, o: number, bits: number) {
  if (bits === 0) {
    for (let w = 0; w < 8; w++) to[o + w] = from[i + w] as number;
  } else {
    let before = from[i - 1] as number;
    for (let w = 0; w < 8; w++) {
      // Past the block for its very last word: those are the two bits that are cleared below.
      const word = from[i + w] ?? 0;
      to[o + w] = (word << bits) | (before >>> (32 - bits));
      before = word;
    }
  }
  to[o + 7] = (to[o + 7] as number) & 0x3fffffff;
}
