import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { Decrypter, Encrypter } from "age-encryption";
import { HoldfastError } from "../errors.ts";

/** Plaintext and sealed bytes of a chunk of an age payload; the last may be shorter. */
export const CHUNK = 65_536;
const TAG = 16;
export const SEALED_CHUNK = CHUNK + TAG;
const NONCE = 16;

/** What age puts before a payload, and the secret that it wraps. */
export type Envelope = { fileKey: Uint8Array; header: Uint8Array; nonce: Uint8Array };

/** Whatever age can open a header with: `AGE-SECRET-KEY-1...`, an X25519 CryptoKey, or an object of its own kind. */
export type AgeIdentity = Parameters<Decrypter["addIdentity"]>[0];

/**
 * A new file key, wrapped for every recipient. It must encrypt one payload only.
 * @throws HoldfastError RECIPIENT_REQUIRED, ARGUMENT_INVALID
 */
export async function newEnvelope(recipients: readonly string[]): Promise<Envelope> {
  const encrypter = encrypterFor(recipients);
  let fileKey = new Uint8Array();
  // A recipient without a stanza: it leaves no trace in the header and hands us the key, by age's public API alone.
  encrypter.addRecipient({
    wrapFileKey(key) {
      fileKey = key.slice();
      return [];
    },
  });
  const file = await encrypter.encrypt(new Uint8Array());
  const end = file.length - TAG; // the empty payload is nothing but a tag
  return { fileKey, header: file.slice(0, end - NONCE), nonce: file.slice(end - NONCE, end) };
}

/**
 * The file key in an age header.
 * @throws HoldfastError NOT_RECIPIENT when no identity fits, WRONG_BYTES when the header is damaged, ARGUMENT_INVALID
 */
export async function openEnvelope(o: {
  header: Uint8Array;
  identities: readonly AgeIdentity[];
}): Promise<Uint8Array> {
  const decrypter = decrypterWith(o.identities);
  try {
    return await decrypter.decryptHeader(o.header);
  } catch (cause) {
    const reason = (cause as Error).message;
    if (reason.startsWith("no identity matched")) {
      throw new HoldfastError("NOT_RECIPIENT", {
        message: `This object was encrypted for other keys: none of ${o.identities.length} identities opens it.`,
        fix: "Connect the wallet that stored the object, or pass an identity it was shared with.",
        cause,
      });
    }
    throw new HoldfastError("WRONG_BYTES", {
      message: `The envelope of the object is damaged: ${reason}.`,
      fix: "Take the manifest from the chain or from another provider of the object.",
      cause,
    });
  }
}

/** Bytes of the payload that seals `plain` bytes, of which there is at least one. */
export function payloadLength(plain: number): number {
  return plain + TAG * Math.ceil(plain / CHUNK);
}

/**
 * Bytes of plaintext in a payload.
 * @throws HoldfastError ARGUMENT_INVALID when no payload has this length
 */
export function plainLength(payload: number): number {
  const plain = payload - TAG * Math.ceil(payload / SEALED_CHUNK);
  if (plain > 0 && Number.isSafeInteger(plain) && payloadLength(plain) === payload) return plain;
  throw new HoldfastError("ARGUMENT_INVALID", {
    message: `No age payload has ${payload} bytes.`,
    fix: "Pass the length of a whole payload: the plaintext and 16 bytes for each 65,536 of it.",
  });
}

/** Seals and opens single chunks, so that a payload can be read from anywhere. */
export type PayloadCipher = {
  seal(index: number, plain: Uint8Array, last: boolean): Promise<Uint8Array>;
  /** @throws HoldfastError WRONG_BYTES */
  open(index: number, chunk: Uint8Array, last: boolean): Promise<Uint8Array>;
};

/** age's STREAM over the chunks of one payload. */
export async function payloadCipher(o: {
  fileKey: Uint8Array;
  nonce: Uint8Array;
}): Promise<PayloadCipher> {
  const key = hkdf(sha256, o.fileKey, o.nonce, utf8ToBytes("payload"), 32);
  return {
    async seal(index, plain, last) {
      return chacha20poly1305(key, chunkNonce(index, last)).encrypt(plain);
    },
    async open(index, chunk, last) {
      try {
        return chacha20poly1305(key, chunkNonce(index, last)).decrypt(chunk);
      } catch (cause) {
        throw new HoldfastError("WRONG_BYTES", {
          message: `Chunk ${index} of the object is not what was stored: its tag does not match.`,
          fix: "Read the chunk from other fragments of the object.",
          cause,
        });
      }
    },
  };
}

// Eleven bytes of index, one that says whether it is the last: a truncated payload cannot pass for a whole one.
function chunkNonce(index: number, last: boolean): Uint8Array {
  const nonce = new Uint8Array(12);
  new DataView(nonce.buffer).setBigUint64(3, BigInt(index));
  nonce[11] = last ? 1 : 0;
  return nonce;
}

function encrypterFor(recipients: readonly string[]): Encrypter {
  if (recipients.length === 0) {
    throw new HoldfastError("RECIPIENT_REQUIRED", {
      message: "A private object needs somebody who can open it, got no recipients.",
      fix: "Pass at least one age recipient (age1...), or store it with `public: true`.",
    });
  }
  // Go's age refuses such a header, and the weaker recipient undoes what the other promises.
  if (new Set(recipients.map(isHybrid)).size > 1) {
    throw new HoldfastError("ARGUMENT_INVALID", {
      message: "The recipients mix post-quantum (age1pq1...) and X25519 keys (age1...).",
      fix: "Use one kind for all recipients of an object.",
    });
  }
  const encrypter = new Encrypter();
  for (const recipient of recipients) addRecipient(encrypter, recipient);
  return encrypter;
}

function addRecipient(encrypter: Encrypter, recipient: string): void {
  try {
    encrypter.addRecipient(recipient);
  } catch (cause) {
    throw new HoldfastError("ARGUMENT_INVALID", {
      message: `"${recipient}" is not an age recipient: ${(cause as Error).message}.`,
      fix: "Pass a public key that starts with age1.",
      cause,
    });
  }
}

function isHybrid(recipient: string): boolean {
  return recipient.startsWith("age1pq1") || recipient.startsWith("age1tagpq1");
}

function decrypterWith(identities: readonly AgeIdentity[]): Decrypter {
  const decrypter = new Decrypter();
  for (const [i, identity] of identities.entries()) {
    try {
      decrypter.addIdentity(identity);
    } catch {
      // The cause stays here: its message quotes the secret.
      throw new HoldfastError("ARGUMENT_INVALID", {
        message: `Identity ${i} is not an age identity.`,
        fix: "Pass a secret key that starts with AGE-SECRET-KEY-1.",
      });
    }
  }
  return decrypter;
}
