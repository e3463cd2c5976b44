import { getAddress, isAddress, isHexString } from "ethers";
import { type ErrorCode, HoldfastError } from "../errors.ts";

/** Reads the fields of a JSON answer and names the first one that is not what it must be. */
export type FieldReader = {
  object(name: string): FieldReader;
  list(name: string): FieldReader[];
  text(name: string): string;
  address(name: string): string;
  /** 0x hex of `bytes` bytes, or of any number of them. */
  hex(name: string, bytes?: number): string;
  /** A whole number up to 2^53 - 1, as a number or in decimal. */
  integer(name: string): number;
  /** A whole number of any size, as a number or in decimal. */
  amount(name: string): bigint;
};

/** @param from Whose answer it is, to be named in the error. */
export function readFields(
  value: unknown,
  o: { code: ErrorCode; from: string; path?: string },
): FieldReader {
  const path = o.path ?? "";
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw invalid(o, path || "body", "an object", value);
  }
  const body = value as Record<string, unknown>;
  const at = (name: string) => (path ? `${path}.${name}` : name);

  function read<T>(name: string, expected: string, parse: (found: unknown) => T | undefined): T {
    const parsed = parse(body[name]);
    if (parsed === undefined) throw invalid(o, at(name), expected, body[name]);
    return parsed;
  }

  return {
    object: (name) => readFields(body[name], { ...o, path: at(name) }),
    list: (name) =>
      read(name, "a list", (v) => (Array.isArray(v) ? v : undefined)).map((item, i) =>
        readFields(item, { ...o, path: `${at(name)}[${i}]` }),
      ),
    text: (name) => read(name, "a string", (v) => (typeof v === "string" ? v : undefined)),
    address: (name) => read(name, "an address", (v) => (isAddress(v) ? getAddress(v) : undefined)),
    hex: (name, bytes) =>
      read(name, bytes === undefined ? "hex bytes" : `${bytes} hex bytes`, (v) =>
        isHexString(v, bytes ?? true) ? v.toLowerCase() : undefined,
      ),
    integer: (name) =>
      read(name, "a whole number up to 2^53 - 1", (v) => {
        const whole = wholeNumber(v);
        return whole !== undefined && whole <= Number.MAX_SAFE_INTEGER ? Number(whole) : undefined;
      }),
    amount: (name) => read(name, "a whole number in decimal", wholeNumber),
  };
}

function wholeNumber(value: unknown): bigint | undefined {
  if (typeof value === "string" && /^\d{1,78}$/.test(value)) return BigInt(value);
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return BigInt(value);
  return undefined;
}

function invalid(
  o: { code: ErrorCode; from: string },
  field: string,
  expected: string,
  found: unknown,
): HoldfastError {
  const got = JSON.stringify(found)?.slice(0, 100) ?? "nothing";
  return new HoldfastError(o.code, {
    message: `${o.from} answered with a wrong field: "${field}" must be ${expected}, got ${got}.`,
    fix: "Choose another provider; this one does not speak the protocol of docs/spec.md.",
    provider: o.from,
  });
}
