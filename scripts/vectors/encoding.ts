// The contract's hashes in plain steps: without an ABI coder, without a typed-data encoder.
import { concat, keccak256, toUtf8Bytes } from "ethers";

/** 32 bytes, as the ABI pads a number or an address. */
export function word(value: bigint | number | string): string {
  return `0x${BigInt(value).toString(16).padStart(64, "0")}`;
}

export function keccak(...parts: string[]): string {
  return keccak256(concat(parts));
}

export function keccakText(text: string): string {
  return keccak256(toUtf8Bytes(text));
}
