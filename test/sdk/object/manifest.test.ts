import { expect } from "chai";
import fc from "fast-check";
import {
  decodeManifest,
  encodeManifest,
  manifestTag,
  NEXT_DEAL,
  openMeta,
  type PrivateManifest,
  sealMeta,
  type UnsealedManifest,
} from "../../../sdk/src/object/manifest.ts";
import vectors from "../../vectors/manifest.json" with { type: "json" };
import keys from "../../vectors/object.json" with { type: "json" };
import { errorOf, fromHex, toHex } from "../piece/support.ts";

const fileKey = fromHex(keys.fileKey);
const unsealed: UnsealedManifest = {
  scheme: 1,
  k: 4,
  n: 6,
  length: 65_552,
  header: new TextEncoder().encode(keys.header),
  nonce: fromHex(keys.nonce),
};

describe("decodeManifest", () => {
  for (const v of vectors.manifests) {
    it(`takes the vector "${v.name}", and encodeManifest gives it back [MAN-1]`, () => {
      const manifest = decodeManifest(fromHex(v.bytes));
      expect(toHex(encodeManifest(manifest))).to.equal(v.bytes);
      expect(manifestTag(fromHex(v.bytes)).toString()).to.equal(v.tag);
    });
  }

  it("names the fields of each scheme [MAN-1] [MAN-3]", () => {
    const [plain, , repaired, atProviders, file, car] = vectors.manifests.map((v) =>
      decodeManifest(fromHex(v.bytes)),
    );
    expect(plain).to.deep.include({ ...unsealed });
    expect(repaired).to.deep.include({
      length: 5_001_232,
      dealIds: [7n, 8n, 9n, 10n, 11n, NEXT_DEAL],
    });
    expect(atProviders).to.deep.include({
      k: 1,
      n: 2,
      header: new Uint8Array(),
      sealed: new Uint8Array(),
    });
    expect(file).to.deep.equal({ scheme: 2, k: 1, n: 3, length: 1_000_000 });
    expect(car).to.deep.equal({
      scheme: 3,
      k: 1,
      n: 2,
      length: 2 ** 44 - 1,
      dealIds: [1n, 4_294_967_294n],
    });
  });

  for (const { why, bytes } of vectors.unsupported) {
    it(`refuses a manifest with ${why} [MAN-4]`, async () => {
      const error = await errorOf(() => decodeManifest(fromHex(bytes)));
      expect(error.code).to.equal("MANIFEST_UNSUPPORTED");
      expect(error.message).to.contain(
        "This is not a manifest of version 1 that this SDK can read: ",
      );
      expect(error.message).to.contain(why);
    });
  }

  it("refuses every manifest that was cut or has bytes after its end [MAN-4]", async () => {
    for (const v of vectors.manifests) {
      const bytes = fromHex(v.bytes);
      for (let end = 0; end < bytes.length; end++) {
        expect((await errorOf(() => decodeManifest(bytes.subarray(0, end)))).code).to.equal(
          "MANIFEST_UNSUPPORTED",
        );
      }
      const longer = new Uint8Array([...bytes, 0]);
      expect((await errorOf(() => decodeManifest(longer))).message).to.contain(
        "1 bytes after its end",
      );
    }
  });

  it("reads any bytes as what encodeManifest would write, or refuses them by name [MAN-4]", async () => {
    const seeds = vectors.manifests.map((v) => fromHex(v.bytes));
    const change = fc.record({
      seed: fc.constantFrom(...seeds),
      at: fc.nat({ max: 300 }),
      value: fc.integer({ min: 0, max: 255 }),
    });
    await fc.assert(
      fc.asyncProperty(change, async ({ seed, at, value }) => {
        const bytes = seed.slice();
        bytes[at % bytes.length] = value;
        let manifest: ReturnType<typeof decodeManifest>;
        try {
          manifest = decodeManifest(bytes);
        } catch (error) {
          const { code } = await errorOf(() => Promise.reject(error));
          expect(code).to.equal("MANIFEST_UNSUPPORTED");
          return;
        }
        expect(toHex(encodeManifest(manifest))).to.equal(toHex(bytes));
      }),
      { seed: 1, numRuns: 2_000 },
    );
  });

  it("refuses more than 4,096 bytes", async () => {
    const error = await errorOf(() => decodeManifest(new Uint8Array(4_097)));
    expect(error.message).to.contain("it has 4097 bytes");
  });
});

describe("encodeManifest", () => {
  const refused = async (change: Partial<PrivateManifest>) => {
    const manifest = { ...sealMeta({ fileKey, manifest: unsealed, meta: {} }), ...change };
    const error = await errorOf(() => encodeManifest(manifest));
    expect(error.code).to.equal("ARGUMENT_INVALID");
    return error.message;
  };

  it("refuses fields that the bytes cannot hold", async () => {
    expect(await refused({ k: 7 })).to.contain("k = 7 and n = 6");
    expect(await refused({ n: 256 })).to.contain("k = 4 and n = 256");
    expect(await refused({ length: 0 })).to.contain("a length of 0");
    expect(await refused({ dealIds: [1n] })).to.contain("1 deal ids for n = 6");
    expect(await refused({ dealIds: [0n, 1n, 2n, 3n, 4n, 5n] })).to.contain("deal ids 0, 1");
    expect(await refused({ nonce: new Uint8Array(12) })).to.contain("nonces of 12 and 12 bytes");
    expect(await refused({ header: new Uint8Array() })).to.contain(
      "a header of 0 bytes and a sealed part of 18",
    );
  });

  it("refuses a name that makes it longer than 4,096 bytes", async () => {
    const long = sealMeta({ fileKey, manifest: unsealed, meta: { name: "n".repeat(4_000) } });
    const error = await errorOf(() => encodeManifest(long));
    expect(error.message).to.contain("of which 4096 are allowed");
    expect(error.fix).to.contain("shorter name");
  });
});

describe("sealMeta and openMeta", () => {
  it("open the vectors [MAN-2]", () => {
    for (const v of vectors.manifests.filter((v) => "meta" in v)) {
      const manifest = decodeManifest(fromHex(v.bytes)) as PrivateManifest;
      expect(openMeta({ fileKey, manifest })).to.deep.equal(v.meta);
    }
  });

  it("give back name and type, with a new nonce each time", () => {
    const meta = { name: "Ünïcödé ☂ \u0000.txt", type: "text/plain" };
    const one = sealMeta({ fileKey, manifest: unsealed, meta });
    const two = sealMeta({ fileKey, manifest: unsealed, meta });
    expect(openMeta({ fileKey, manifest: one })).to.deep.equal(meta);
    expect(one.sealNonce).to.not.deep.equal(two.sealNonce);
  });

  it("notice any field that was changed, and another key [MAN-2]", async () => {
    const manifest = sealMeta({ fileKey, manifest: unsealed, meta: { name: "a" } });
    const forged: PrivateManifest[] = [
      { ...manifest, length: 65_553 },
      { ...manifest, k: 3 },
      { ...manifest, n: 7 },
      { ...manifest, dealIds: [1n, 2n, 3n, 4n, 5n, 6n] },
      { ...manifest, header: manifest.header.map((byte, i) => (i === 30 ? byte ^ 1 : byte)) },
      { ...manifest, nonce: manifest.nonce.map((byte) => byte ^ 1) },
      { ...manifest, sealed: manifest.sealed.map((byte, i) => (i === 0 ? byte ^ 1 : byte)) },
    ];
    for (const forgery of forged) {
      expect((await errorOf(() => openMeta({ fileKey, manifest: forgery }))).code).to.equal(
        "WRONG_BYTES",
      );
    }
    expect(
      (await errorOf(() => openMeta({ fileKey: new Uint8Array(16), manifest }))).code,
    ).to.equal("WRONG_BYTES");
  });
});
