// Manifests put together field by field, sealed by node:crypto.
import { createCipheriv, hkdfSync } from "node:crypto";
import { keccak256 } from "ethers";
import { envelope } from "./envelope.ts";
import { hex } from "./text.ts";

const { header, nonce, fileKey } = envelope;
const sealNonce = Buffer.from("000102030405060708090a0b", "hex");

export function manifestVectors() {
  const plain = lead(1, 4, 6, 65_552, 0);
  const withIds = [
    ...lead(1, 4, 6, 5_001_232, 2),
    u16(header.length),
    header,
    nonce,
    ...[7, 8, 9, 10, 11, 0xffffffff].map(u32),
  ];
  const atProviders = [...lead(1, 1, 2, 17, 1), u16(0), nonce, u16(0), Buffer.alloc(12)];
  return {
    comment:
      "The file key, header and nonce are those of object.json. tag: low 78 bits of keccak-256, decimal.",
    manifests: [
      vector("private", [...plain, u16(header.length), header, nonce], {
        name: "holiday.jpg",
        type: "image/jpeg",
      }),
      vector("private without a name", [...plain, u16(header.length), header, nonce], {}),
      vector("private, repaired", withIds, { name: "Ünïcödé ☂.txt" }),
      vector("private, envelope at the providers", atProviders),
      vector("public file", lead(2, 1, 3, 1_000_000, 0)),
      vector("public CAR with deal ids", [
        ...lead(3, 1, 2, 2 ** 44 - 1, 2),
        u32(1),
        u32(4_294_967_294),
      ]),
    ],
    unsupported: [
      {
        why: "version 2",
        bytes: hex(Buffer.concat([Buffer.from([2]), ...lead(2, 1, 3, 9, 0).slice(1)])),
      },
      { why: "scheme 4", bytes: join(lead(4, 1, 3, 9, 0)) },
      { why: "1 bytes after its end", bytes: join([...lead(2, 1, 3, 9, 0), Buffer.alloc(1)]) },
      { why: "ends at byte 12", bytes: join(lead(2, 1, 3, 9, 0).slice(0, -1)) },
      { why: "ends at byte 0", bytes: "0x" },
      { why: "flags 4", bytes: join(lead(2, 1, 3, 9, 4)) },
      { why: "k = 2", bytes: join(lead(2, 2, 3, 9, 0)) },
      {
        why: "k = 4 and n = 3",
        bytes: join([...lead(1, 4, 3, 9, 1), u16(0), nonce, u16(0), Buffer.alloc(12)]),
      },
      { why: "a length of 0", bytes: join(lead(2, 1, 3, 0, 0)) },
      { why: "deal ids 0", bytes: join([...lead(2, 1, 1, 9, 2), u32(0)]) },
      {
        why: "flags 0 with a header of 0 bytes",
        bytes: join([...lead(1, 4, 6, 17, 0), u16(0), nonce, u16(0), Buffer.alloc(12)]),
      },
    ],
  };
}

function vector(name: string, open: Buffer[], meta?: { name?: string; type?: string }) {
  const bytes = meta
    ? Buffer.concat([...open, ...seal(Buffer.concat(open), meta)])
    : Buffer.concat(open);
  const tag = BigInt(keccak256(bytes)) % 2n ** 78n;
  return { name, bytes: hex(bytes), tag: tag.toString(), ...(meta ? { meta } : {}) };
}

function seal(open: Buffer, meta: object): Buffer[] {
  const key = Buffer.from(hkdfSync("sha256", fileKey, nonce, "holdfast/meta/v1", 32));
  const cipher = createCipheriv("chacha20-poly1305", key, sealNonce, { authTagLength: 16 });
  const json = Buffer.from(JSON.stringify(meta));
  cipher.setAAD(open, { plaintextLength: json.length });
  const sealed = Buffer.concat([cipher.update(json), cipher.final(), cipher.getAuthTag()]);
  return [u16(sealed.length), sealNonce, sealed];
}

function lead(scheme: number, k: number, n: number, length: number, flags: number): Buffer[] {
  const size = Buffer.alloc(8);
  size.writeBigUInt64BE(BigInt(length));
  return [
    Buffer.from([1]),
    Buffer.from([scheme]),
    Buffer.from([k]),
    Buffer.from([n]),
    size,
    Buffer.from([flags]),
  ];
}

function u16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 255]);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function join(parts: Buffer[]): string {
  return hex(Buffer.concat(parts));
}
