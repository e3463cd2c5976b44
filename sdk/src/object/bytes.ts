/** Writes big-endian integers and bytes one after the other. Values are checked by whoever calls. */
export type ByteWriter = {
  u8(value: number): void;
  u16(value: number): void;
  u32(value: number): void;
  u64(value: number): void;
  bytes(value: Uint8Array): void;
  done(): Uint8Array;
};

export function byteWriter(): ByteWriter {
  const written: number[] = [];
  const put = (value: number, width: number) => {
    for (let at = width - 1; at >= 0; at--) written.push(Math.floor(value / 256 ** at) % 256);
  };
  return {
    u8: (value) => put(value, 1),
    u16: (value) => put(value, 2),
    u32: (value) => put(value, 4),
    u64: (value) => put(value, 8),
    bytes: (value) => {
      for (const byte of value) written.push(byte);
    },
    done: () => Uint8Array.from(written),
  };
}

/** Reads them back; `fail` says what is missing where the bytes end too early. */
export type ByteReader = {
  u8(what: string): number;
  u16(what: string): number;
  u32(what: string): number;
  u64(what: string): number;
  bytes(length: number, what: string): Uint8Array;
  left(): number;
};

export function byteReader(bytes: Uint8Array, fail: (problem: string) => Error): ByteReader {
  let at = 0;
  const take = (length: number, what: string) => {
    if (at + length > bytes.length) throw fail(`it ends at byte ${bytes.length}, in its ${what}`);
    at += length;
    return bytes.slice(at - length, at);
  };
  const uint = (width: number, what: string) =>
    take(width, what).reduce((value, byte) => value * 256 + byte, 0);
  return {
    u8: (what) => uint(1, what),
    u16: (what) => uint(2, what),
    u32: (what) => uint(4, what),
    u64: (what) => uint(8, what),
    bytes: take,
    left: () => bytes.length - at,
  };
}
