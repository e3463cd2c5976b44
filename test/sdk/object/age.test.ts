import { createHash, randomBytes } from "node:crypto";
import {
  Decrypter,
  Encrypter,
  generateHybridIdentity,
  generateX25519Identity,
  identityToRecipient,
} from "age-encryption";
import { expect } from "chai";
import {
  CHUNK,
  newEnvelope,
  openEnvelope,
  payloadCipher,
  payloadLength,
  plainLength,
  SEALED_CHUNK,
} from "../../../sdk/src/object/age.ts";
import vectors from "../../vectors/object.json" with { type: "json" };
import { pattern } from "../../vectors/pattern.ts";
import { errorOf, fromHex } from "../piece/support.ts";

const keys = { fileKey: fromHex(vectors.fileKey), nonce: fromHex(vectors.nonce) };

describe("newEnvelope", () => {
  it("makes header and nonce of files that age opens for every recipient [AGE-1]", async () => {
    const identities = [await generateX25519Identity(), await generateX25519Identity()];
    const envelope = await newEnvelope(await Promise.all(identities.map(identityToRecipient)));
    for (const size of [1, 65_535, 65_536, 65_537, 131_072, 5_000_001]) {
      const plain = randomBytes(size);
      const file = Buffer.concat([envelope.header, envelope.nonce, await sealAll(envelope, plain)]);
      const decrypter = new Decrypter();
      decrypter.addIdentity(identities[size % 2] as string);
      expect(plain.equals(await decrypter.decrypt(file)), `${size} bytes`).to.equal(true);
    }
  }).timeout(10_000);

  it("has the header that age itself writes, 168 bytes for one recipient", async () => {
    const { header, fileKey, nonce } = await newEnvelope([vectors.recipient]);
    expect([header.length, fileKey.length, nonce.length]).to.deep.equal([168, 16, 16]);
    expect(new TextDecoder().decode(header)).to.match(
      /^age-encryption\.org\/v1\n-> X25519 .*\n.*\n--- \S{43}\n$/,
    );
  });

  it("never makes the same key twice", async () => {
    const [a, b] = [await newEnvelope([vectors.recipient]), await newEnvelope([vectors.recipient])];
    expect(a.fileKey).to.not.deep.equal(b.fileKey);
    expect(a.nonce).to.not.deep.equal(b.nonce);
  });

  it("refuses to encrypt for nobody", async () => {
    const error = await errorOf(() => newEnvelope([]));
    expect(error.code).to.equal("RECIPIENT_REQUIRED");
    expect(error.fix).to.contain("public: true");
  });

  it("refuses to mix post-quantum and X25519 recipients, and takes either alone", async () => {
    const hybrid = await identityToRecipient(await generateHybridIdentity());
    const error = await errorOf(() => newEnvelope([hybrid, vectors.recipient]));
    expect(error.code).to.equal("ARGUMENT_INVALID");
    expect(error.message).to.contain("mix post-quantum");
    expect((await newEnvelope([hybrid])).header.length).to.be.lessThan(4_096);
  });

  it("refuses what is no recipient", async () => {
    for (const bad of ["age1nonsense", "ssh-ed25519 AAAA", ""]) {
      const error = await errorOf(() => newEnvelope([bad]));
      expect(error.code).to.equal("ARGUMENT_INVALID");
      expect(error.message).to.contain(`"${bad}" is not an age recipient`);
    }
  });
});

describe("openEnvelope", () => {
  const header = new TextEncoder().encode(vectors.header);

  it("gives the file key of the vector, whichever identity of several fits", async () => {
    const other = await generateX25519Identity();
    for (const identities of [[vectors.identity], [other, vectors.identity]]) {
      expect(await openEnvelope({ header, identities })).to.deep.equal(keys.fileKey);
    }
  });

  it("opens what age has encrypted [AGE-1]", async () => {
    const encrypter = new Encrypter();
    encrypter.addRecipient(vectors.recipient);
    const file = await encrypter.encrypt(pattern(70_000));
    const header = file.slice(0, 168);
    const fileKey = await openEnvelope({ header, identities: [vectors.identity] });
    const cipher = await payloadCipher({ fileKey, nonce: file.slice(168, 184) });
    const second = await cipher.open(1, file.slice(184 + SEALED_CHUNK), true);
    expect(second).to.deep.equal(pattern(70_000).slice(CHUNK));
  });

  it("says that an object is for others", async () => {
    const error = await errorOf(async () =>
      openEnvelope({ header, identities: [await generateX25519Identity()] }),
    );
    expect(error.code).to.equal("NOT_RECIPIENT");
    expect(error.message).to.equal(
      "This object was encrypted for other keys: none of 1 identities opens it.",
    );
    expect((await errorOf(() => openEnvelope({ header, identities: [] }))).code).to.equal(
      "NOT_RECIPIENT",
    );
  });

  it("says that a header is damaged", async () => {
    const forged = new TextEncoder().encode(vectors.header.replace("--- ev", "--- aa"));
    for (const bad of [forged, header.subarray(0, 40), new Uint8Array()]) {
      const error = await errorOf(() =>
        openEnvelope({ header: bad, identities: [vectors.identity] }),
      );
      expect(error.code).to.equal("WRONG_BYTES");
    }
  });

  it("refuses what is no identity, and does not quote it", async () => {
    const secret = `${vectors.identity.slice(0, -1)}Q`;
    const error = await errorOf(() =>
      openEnvelope({ header, identities: [vectors.identity, secret] }),
    );
    expect(error.code).to.equal("ARGUMENT_INVALID");
    expect(error.message).to.equal("Identity 1 is not an age identity.");
    expect(JSON.stringify([error, error.cause, error.stack])).to.not.contain(secret.slice(20));
  });
});

describe("payloadCipher", () => {
  for (const v of vectors.payloads) {
    it(`gives the vector of ${v.plain} bytes [AGE-1]`, async () => {
      const payload = await sealAll(keys, pattern(v.plain));
      expect(payload.length).to.equal(v.payload);
      expect(createHash("sha256").update(payload).digest("hex")).to.equal(v.sha256);
    });
  }

  it("opens a chunk only at its place, unchanged, and knows the last", async () => {
    const cipher = await payloadCipher(keys);
    const chunk = await cipher.seal(3, pattern(100), false);
    expect(await cipher.open(3, chunk, false)).to.deep.equal(pattern(100));
    const changed = Uint8Array.from(chunk, (byte, i) => (i === 50 ? byte ^ 1 : byte));
    const attempts = [
      () => cipher.open(4, chunk, false),
      () => cipher.open(3, chunk, true),
      () => cipher.open(3, changed, false),
      () => cipher.open(3, chunk.subarray(0, -1), false),
      () => cipher.open(3, new Uint8Array(5), false),
    ];
    for (const attempt of attempts) expect((await errorOf(attempt)).code).to.equal("WRONG_BYTES");
  });
});

describe("payloadLength and plainLength", () => {
  it("are inverse to each other", () => {
    for (const plain of [1, 65_535, 65_536, 65_537, 131_072, 131_073, 2 ** 40]) {
      expect(plainLength(payloadLength(plain))).to.equal(plain);
    }
    expect(payloadLength(65_537)).to.equal(65_537 + 32);
  });

  it("refuse lengths that no payload has", async () => {
    for (const bad of [0, 1, 16, SEALED_CHUNK + 1, SEALED_CHUNK + 16, 17.5]) {
      expect((await errorOf(() => plainLength(bad))).code, String(bad)).to.equal(
        "ARGUMENT_INVALID",
      );
    }
  });
});

async function sealAll(
  o: { fileKey: Uint8Array; nonce: Uint8Array },
  plain: Uint8Array,
): Promise<Uint8Array> {
  const cipher = await payloadCipher(o);
  const count = Math.ceil(plain.length / CHUNK);
  const chunks = [];
  for (let i = 0; i < count; i++) {
    chunks.push(await cipher.seal(i, plain.subarray(i * CHUNK, (i + 1) * CHUNK), i === count - 1));
  }
  return Buffer.concat(chunks);
}
