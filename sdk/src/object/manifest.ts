import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { keccak256 } from "ethers";
import { HoldfastError } from "../errors.ts";
import { type ByteReader, byteReader, byteWriter } from "./bytes.ts";
import { MAX_FRAGMENTS } from "./stripes.ts";

const MAX_MANIFEST = 4096;
/** As the id of a deal: the next new deal of the call that carries the manifest. */
export const NEXT_DEAL = 0xffff_ffffn;
const VERSION = 1;
const NONCE = 16;
const SEAL_NONCE = 12;
const TAG_BITS = 78;
const FLAG_ENVELOPE_AT_PROVIDERS = 1;
const FLAG_DEAL_IDS = 2;

type Code = {
  readonly k: number;
  readonly n: number;
  /** Scheme 1: bytes of the age payload. Schemes 2 and 3: bytes of the piece. */
  readonly length: number;
  /** Deals of the fragments in order; without it they run from the manifest's first deal. */
  readonly dealIds?: readonly bigint[];
};

/** A private object without its sealed part. With an empty header the envelope is kept by the providers. */
export type UnsealedManifest = Code & {
  readonly scheme: 1;
  readonly header: Uint8Array;
  readonly nonce: Uint8Array;
};

export type PrivateManifest = UnsealedManifest & {
  readonly sealNonce: Uint8Array;
  readonly sealed: Uint8Array;
};

/** A public object: 2 is a file, 3 a CAR. */
type PublicManifest = Code & { readonly scheme: 2 | 3; readonly k: 1 };

/** What the chain says of an object: enough, with the deals and a key, to read it. */
export type Manifest = PrivateManifest | PublicManifest;

/**
 * The bytes that go on the chain.
 * @throws HoldfastError ARGUMENT_INVALID when there are more than 4,096 of them or a field is out of range
 */
export function encodeManifest(manifest: Manifest): Uint8Array {
  const writer = byteWriter();
  writer.bytes(encodeOpenPart(manifest));
  if (manifest.scheme === 1) {
    writer.u16(manifest.sealed.length);
    writer.bytes(manifest.sealNonce);
    writer.bytes(manifest.sealed);
  }
  const bytes = writer.done();
  const problem =
    bytes.length > MAX_MANIFEST
      ? `it has ${bytes.length} bytes, of which ${MAX_MANIFEST} are allowed`
      : problemOf(manifest);
  if (!problem) return bytes;
  throw new HoldfastError("ARGUMENT_INVALID", {
    message: `The manifest cannot be written: ${problem}.`,
    fix: "Use fewer recipients or a shorter name, and k and n of the object.",
  });
}

/** All bytes before the length of the sealed part: what the seal authenticates. */
function encodeOpenPart(manifest: UnsealedManifest | PublicManifest): Uint8Array {
  const writer = byteWriter();
  writer.u8(VERSION);
  writer.u8(manifest.scheme);
  writer.u8(manifest.k);
  writer.u8(manifest.n);
  writer.u64(manifest.length);
  const atProviders = manifest.scheme === 1 && manifest.header.length === 0;
  writer.u8(
    (atProviders ? FLAG_ENVELOPE_AT_PROVIDERS : 0) | (manifest.dealIds ? FLAG_DEAL_IDS : 0),
  );
  if (manifest.scheme === 1) {
    writer.u16(manifest.header.length);
    writer.bytes(manifest.header);
    writer.bytes(manifest.nonce);
  }
  for (const id of manifest.dealIds ?? []) writer.u32(Number(id));
  return writer.done();
}

/** @throws HoldfastError MANIFEST_UNSUPPORTED when the bytes are not a manifest that this version knows */
export function decodeManifest(bytes: Uint8Array): Manifest {
  if (bytes.length > MAX_MANIFEST) throw unsupported(`it has ${bytes.length} bytes`);
  const reader = byteReader(bytes, unsupported);
  const version = reader.u8("version");
  if (version !== VERSION) throw unsupported(`version ${version}`);
  const scheme = reader.u8("scheme");
  if (scheme !== 1 && scheme !== 2 && scheme !== 3) throw unsupported(`scheme ${scheme}`);

  const manifest = scheme === 1 ? readPrivate(reader) : readPublic(reader, scheme);
  if (reader.left() > 0) throw unsupported(`${reader.left()} bytes after its end`);
  const problem = problemOf(manifest);
  if (problem) throw unsupported(problem);
  return manifest;
}

/** The tag by which the chain knows a manifest: the low 78 bits of its keccak-256. */
export function manifestTag(bytes: Uint8Array): bigint {
  return BigInt.asUintN(TAG_BITS, BigInt(keccak256(bytes)));
}

/** What only those who can open the object may know of it. */
export type Meta = { readonly name?: string; readonly type?: string };

/** Adds the sealed part to a manifest. Seal again whenever another field has changed. */
export function sealMeta(o: {
  fileKey: Uint8Array;
  manifest: UnsealedManifest;
  meta: Meta;
}): PrivateManifest {
  const sealNonce = crypto.getRandomValues(new Uint8Array(SEAL_NONCE));
  const json = utf8ToBytes(JSON.stringify({ name: o.meta.name, type: o.meta.type }));
  const sealed = metaCipher(o.fileKey, o.manifest, sealNonce).encrypt(json);
  return { ...o.manifest, sealNonce, sealed };
}

/**
 * Opens the sealed part, which proves that no field was changed.
 * @throws HoldfastError WRONG_BYTES
 */
export function openMeta(o: { fileKey: Uint8Array; manifest: PrivateManifest }): Meta {
  const { fileKey, manifest } = o;
  try {
    const json = metaCipher(fileKey, manifest, manifest.sealNonce).decrypt(manifest.sealed);
    const { name, type } = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(json));
    return {
      ...(typeof name === "string" ? { name } : {}),
      ...(typeof type === "string" ? { type } : {}),
    };
  } catch (cause) {
    throw new HoldfastError("WRONG_BYTES", {
      message: "The manifest is not the one its owner wrote: its seal does not fit its fields.",
      fix: "Take the manifest from the chain or from another provider of the object.",
      cause,
    });
  }
}

function metaCipher(fileKey: Uint8Array, manifest: UnsealedManifest, sealNonce: Uint8Array) {
  const key = hkdf(sha256, fileKey, manifest.nonce, utf8ToBytes("holdfast/meta/v1"), 32);
  return chacha20poly1305(key, sealNonce, encodeOpenPart(manifest));
}

function readPrivate(reader: ByteReader): PrivateManifest {
  const { flags, ...code } = readCode(reader);
  const header = reader.bytes(reader.u16("header length"), "header");
  if (((flags & FLAG_ENVELOPE_AT_PROVIDERS) !== 0) !== (header.length === 0)) {
    throw unsupported(`flags ${flags} with a header of ${header.length} bytes`);
  }
  const nonce = reader.bytes(NONCE, "nonce");
  const ids = readDealIds(reader, flags, code.n);
  const sealedLength = reader.u16("sealed length");
  const sealNonce = reader.bytes(SEAL_NONCE, "seal nonce");
  const sealed = reader.bytes(sealedLength, "sealed part");
  return { scheme: 1, ...code, ...ids, header, nonce, sealNonce, sealed };
}

function readPublic(reader: ByteReader, scheme: 2 | 3): PublicManifest {
  const { flags, k, ...code } = readCode(reader);
  if (k !== 1) throw unsupported(`k = ${k} of a public object`);
  if (flags & FLAG_ENVELOPE_AT_PROVIDERS) throw unsupported(`flags ${flags} of a public object`);
  return { scheme, k, ...code, ...readDealIds(reader, flags, code.n) };
}

function readCode(reader: ByteReader) {
  const code = { k: reader.u8("k"), n: reader.u8("n"), length: reader.u64("length") };
  const flags = reader.u8("flags");
  if (flags & ~(FLAG_ENVELOPE_AT_PROVIDERS | FLAG_DEAL_IDS)) throw unsupported(`flags ${flags}`);
  return { ...code, flags };
}

function readDealIds(reader: ByteReader, flags: number, n: number): Pick<Code, "dealIds"> {
  if (!(flags & FLAG_DEAL_IDS)) return {};
  return { dealIds: Array.from({ length: n }, () => BigInt(reader.u32("deal ids"))) };
}

/** What is wrong with a manifest's fields, if anything. */
function problemOf(manifest: Manifest): string | undefined {
  const { scheme, k, n, length, dealIds = [] } = manifest;
  if (!(k >= 1 && k <= n && n <= MAX_FRAGMENTS)) return `k = ${k} and n = ${n}`;
  if (!Number.isSafeInteger(length) || length < 1) return `a length of ${length}`;
  if (manifest.dealIds && dealIds.length !== n) return `${dealIds.length} deal ids for n = ${n}`;
  if (dealIds.some((id) => id < 1n || id > NEXT_DEAL)) return `deal ids ${dealIds.join(", ")}`;
  if (scheme !== 1) return undefined;

  const { header, nonce, sealNonce, sealed } = manifest;
  if (nonce.length !== NONCE || sealNonce.length !== SEAL_NONCE) {
    return `nonces of ${nonce.length} and ${sealNonce.length} bytes`;
  }
  if ((header.length === 0) !== (sealed.length === 0)) {
    return `a header of ${header.length} bytes and a sealed part of ${sealed.length}`;
  }
  return undefined;
}

function unsupported(problem: string): HoldfastError {
  return new HoldfastError("MANIFEST_UNSUPPORTED", {
    message: `This is not a manifest of version ${VERSION} that this SDK can read: ${problem}.`,
    fix: "Update the holdfast package, or take the manifest from another source.",
  });
}
