import { Decrypter, Encrypter } from "age-encryption";
import type { Keys } from "../context.ts";
import { HoldfastError } from "../errors.ts";

/** The file key as a resume record may hold it: encrypted to this wallet's own identity. */
export async function wrapKey(fileKey: Uint8Array, { recipient }: Keys): Promise<Uint8Array> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  return encrypter.encrypt(fileKey);
}

/** @throws {HoldfastError} `NOT_RECIPIENT` when the record is another identity's. */
export async function unwrapKey(wrapped: Uint8Array, { identity }: Keys): Promise<Uint8Array> {
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  try {
    return await decrypter.decrypt(wrapped);
  } catch (cause) {
    throw new HoldfastError("NOT_RECIPIENT", {
      message: "The store under this key was begun with another identity, which alone can go on.",
      fix: "Connect with the identity it was begun with, or store under another key.",
      cause,
    });
  }
}
