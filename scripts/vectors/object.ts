// Private objects by node:crypto, the Rust Reed-Solomon coder and plain arithmetic; every whole file opens in age.
import { createCipheriv, createHash, hkdfSync } from "node:crypto";
import { Decrypter } from "age-encryption";
import { pattern } from "../../test/vectors/pattern.ts";
import { envelope } from "./envelope.ts";
import { parityOf } from "./erasure.ts";
import { hex } from "./text.ts";

const CHUNK = 65_536;
const UNIT = 16 * (CHUNK + 16);
/** Plaintext lengths whose payloads have the lengths that the layout turns on. */
const plains = [1, 65_535, 65_536, 65_537, 131_072];
const lengths = [17, 65_552, 4 * UNIT - 1, 4 * UNIT, 4 * UNIT + 1, 9 * UNIT + 12_345];

export async function objectVectors() {
  const maskKey = derive(envelope.fileKey, envelope.nonce, "holdfast/mask/v1");
  return {
    comment:
      "Plaintexts are the pattern of pattern.ts. payloads: age STREAM. layouts: fragments of 4 of 6.",
    ...envelope.json,
    payloads: await Promise.all(plains.map(payloadVector)),
    masks: {
      maskKey: hex(maskKey),
      fragments: [0, 1, 5].map((fragment) => maskVector(maskKey, fragment)),
    },
    layouts: lengths.map(layoutVector),
    fragments: await fragmentVectors(maskKey, 100_000),
  };
}

async function payloadVector(plain: number) {
  const payload = sealPayload(pattern(plain));
  const file = Buffer.concat([envelope.header, envelope.nonce, payload]);
  const decrypter = new Decrypter();
  decrypter.addIdentity(envelope.json.identity);
  if (!Buffer.from(pattern(plain)).equals(await decrypter.decrypt(file)))
    throw new Error("age disagrees");
  return { plain, payload: payload.length, sha256: sha256(payload) };
}

function sealPayload(plain: Uint8Array): Buffer {
  const key = derive(envelope.fileKey, envelope.nonce, "payload");
  const count = Math.ceil(plain.length / CHUNK);
  return Buffer.concat(
    Array.from({ length: count }, (_, i) => {
      const nonce = Buffer.alloc(12);
      nonce.writeUInt32BE(i, 7);
      nonce[11] = i === count - 1 ? 1 : 0;
      const cipher = createCipheriv("chacha20-poly1305", key, nonce, { authTagLength: 16 });
      const sealed = cipher.update(plain.subarray(i * CHUNK, (i + 1) * CHUNK));
      return Buffer.concat([sealed, cipher.final(), cipher.getAuthTag()]);
    }),
  );
}

function maskVector(maskKey: Buffer, fragment: number) {
  const key = fragmentKey(maskKey, fragment);
  // Beyond 64 GiB the counter has passed 32 bits.
  const offsets = [0, 1, 15, 16, 1_048_832, 2 ** 36, 2 ** 36 + 7];
  const stream = offsets.map((offset) => ({
    offset,
    bytes: hex(mask(key, offset, Buffer.alloc(40))),
  }));
  return { k: 4, fragment, key: hex(key), stream };
}

function layoutVector(length: number) {
  const full = Math.floor(length / (4 * UNIT));
  const rest = length % (4 * UNIT);
  const lastUnit = rest === 0 ? 0 : Math.max(128, Math.ceil(Math.ceil(rest / 4) / 64) * 64);
  const stripes = full + (rest > 0 ? 1 : 0);
  return { length, k: 4, n: 6, stripes, lastUnit, fragmentLength: full * UNIT + lastUnit };
}

/** An object of one stripe, from plaintext to masked fragments. */
async function fragmentVectors(maskKey: Buffer, plain: number) {
  const payload = sealPayload(pattern(plain));
  const { lastUnit: unit } = layoutVector(payload.length);
  const data = new Uint8Array(4 * unit);
  data.set(payload);
  const units = Buffer.concat([data, await parityOf({ k: 4, n: 6, unit, data })]);
  const sha256s = [0, 1, 2, 3, 4, 5].map((j) =>
    sha256(mask(fragmentKey(maskKey, j), 0, units.subarray(j * unit, (j + 1) * unit))),
  );
  return { plain, unit, sha256: sha256s };
}

function fragmentKey(maskKey: Buffer, fragment: number): Buffer {
  const info = Buffer.concat([
    Buffer.from("holdfast/mask/v1/fragment"),
    Buffer.from([4, fragment]),
  ]);
  return Buffer.from(hkdfSync("sha256", maskKey, Buffer.alloc(0), info, 32));
}

function mask(key: Buffer, offset: number, bytes: Buffer): Buffer {
  const counter = Buffer.from(
    Math.floor(offset / 16)
      .toString(16)
      .padStart(32, "0"),
    "hex",
  );
  const cipher = createCipheriv("aes-256-ctr", key, counter);
  cipher.update(Buffer.alloc(offset % 16));
  return cipher.update(bytes);
}

function derive(key: Uint8Array, salt: Uint8Array, info: string): Buffer {
  return Buffer.from(hkdfSync("sha256", key, salt, info, 32));
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
