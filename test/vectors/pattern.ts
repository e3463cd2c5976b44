/** The bytes that vectors are about: byte i is (31 i + 17 floor(i / 256) + floor(i / 65536)) mod 256. */
export function pattern(size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size; i++) bytes[i] = 31 * i + 17 * (i >>> 8) + (i >>> 16);
  return bytes;
}
