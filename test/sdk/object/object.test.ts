import { createHash } from "node:crypto";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { expect } from "chai";
import {
  CHUNK,
  newEnvelope,
  openEnvelope,
  payloadCipher,
  payloadLength,
  SEALED_CHUNK,
} from "../../../sdk/src/object/age.ts";
import { encodeStripe, recoverStripe } from "../../../sdk/src/object/erasure.ts";
import { applyMask, fragmentKey, maskKey } from "../../../sdk/src/object/mask.ts";
import { joinStripe, layout, splitStripe } from "../../../sdk/src/object/stripes.ts";
import vectors from "../../vectors/object.json" with { type: "json" };
import { pattern } from "../../vectors/pattern.ts";
import { fromHex } from "../piece/support.ts";

const CODE = { k: 4, n: 6 };
type Keys = { fileKey: Uint8Array; nonce: Uint8Array };

describe("a private object", () => {
  // Two full stripes and a last one that is shorter.
  const plain = pattern(9_000_001);
  let keys: Keys;
  let fragments: Uint8Array[];

  before(async function () {
    this.timeout(20_000);
    const identity = await generateX25519Identity();
    const { header, nonce } = await newEnvelope([await identityToRecipient(identity)]);
    // As a wallet on a new machine does: nothing is kept but the header, the nonce and the identity.
    keys = { fileKey: await openEnvelope({ header, identities: [identity] }), nonce };
    fragments = await store(keys, plain);
  });

  it("gives the fragments of the vector [CODE-1] [MASK-1]", async () => {
    const { plain, unit, sha256 } = vectors.fragments;
    const made = await store(
      { fileKey: fromHex(vectors.fileKey), nonce: fromHex(vectors.nonce) },
      pattern(plain),
    );
    expect(made.map((fragment) => fragment.length)).to.deep.equal(Array(6).fill(unit));
    expect(
      made.map((fragment) => createHash("sha256").update(fragment).digest("hex")),
    ).to.deep.equal(sha256);
  });

  it("is made of fragments of the length that follows from its own", () => {
    const { fragmentLength, stripes } = layout({ length: payloadLength(plain.length), ...CODE });
    expect(stripes).to.equal(3);
    expect(fragments.map((fragment) => fragment.length)).to.deep.equal(
      Array(6).fill(fragmentLength),
    );
  });

  for (const left of [
    [0, 1, 2, 3],
    [2, 3, 4, 5],
    [0, 2, 4, 5],
    [0, 1, 3, 5],
  ]) {
    it(`comes back whole from fragments ${left.join(", ")}`, async () => {
      const back = await recover(keys, plain.length, (j) =>
        left.includes(j) ? fragments[j] : undefined,
      );
      expect(Buffer.compare(back, plain)).to.equal(0);
    }).timeout(10_000);
  }

  it("gives one chunk from 65,552 bytes of one fragment", async () => {
    const object = layout({ length: payloadLength(plain.length), ...CODE });
    const index = 70;
    const [extent, ...others] = object.chunk(index);
    if (!extent || others.length > 0) throw new Error("The chunk lies in several fragments");
    expect(extent.length).to.equal(SEALED_CHUNK);
    const masked = fragments[extent.fragment]?.subarray(
      extent.offset,
      extent.offset + extent.length,
    );
    const key = keyOf(keys, extent.fragment);
    const chunk = await applyMask({ key, offset: extent.offset, bytes: masked as Uint8Array });
    const opened = await (await payloadCipher(keys)).open(index, chunk, false);
    expect(opened).to.deep.equal(plain.slice(index * CHUNK, (index + 1) * CHUNK));
  });

  it("has fragments of which none follows from the others without its mask [MASK-1]", async () => {
    const bytes = fragments.map((fragment) => fragment.subarray(0, 1_000));
    const recovered = await recoverStripe({ ...CODE, units: [undefined, ...bytes.slice(1)] });
    expect(recovered[0]).to.not.deep.equal(bytes[0]);
  });
});

async function store(keys: Keys, plain: Uint8Array): Promise<Uint8Array[]> {
  const cipher = await payloadCipher(keys);
  const object = layout({ length: payloadLength(plain.length), ...CODE });
  const chunks = [];
  for (let i = 0; i < object.chunks; i++) {
    const part = plain.subarray(i * CHUNK, (i + 1) * CHUNK);
    chunks.push(await cipher.seal(i, part, i === object.chunks - 1));
  }
  const payload = Buffer.concat(chunks);

  const fragments = Array.from({ length: CODE.n }, () => new Uint8Array(object.fragmentLength));
  for (let s = 0; s < object.stripes; s++) {
    const stripe = object.stripe(s);
    const end = stripe.payloadOffset + stripe.payloadLength;
    const data = splitStripe(stripe, CODE.k, payload.subarray(stripe.payloadOffset, end));
    const units = [...data, ...(await encodeStripe(data, CODE.n))];
    for (const [j, bytes] of units.entries()) {
      const offset = stripe.fragmentOffset;
      fragments[j]?.set(await applyMask({ key: keyOf(keys, j), offset, bytes }), offset);
    }
  }
  return fragments;
}

async function recover(
  keys: Keys,
  length: number,
  fragment: (j: number) => Uint8Array | undefined,
): Promise<Uint8Array> {
  const object = layout({ length: payloadLength(length), ...CODE });
  const payload = [];
  for (let s = 0; s < object.stripes; s++) {
    const stripe = object.stripe(s);
    const offset = stripe.fragmentOffset;
    const units = await Promise.all(
      Array.from({ length: CODE.n }, (_, j) => {
        const bytes = fragment(j)?.subarray(offset, offset + stripe.unit);
        return bytes && applyMask({ key: keyOf(keys, j), offset, bytes });
      }),
    );
    payload.push(joinStripe(stripe, await recoverStripe({ ...CODE, units })));
  }
  const sealed = Buffer.concat(payload);
  const cipher = await payloadCipher(keys);
  const plain = [];
  for (let i = 0; i < object.chunks; i++) {
    const chunk = sealed.subarray(i * SEALED_CHUNK, (i + 1) * SEALED_CHUNK);
    plain.push(await cipher.open(i, chunk, i === object.chunks - 1));
  }
  return Buffer.concat(plain);
}

function keyOf(keys: Keys, fragment: number): Uint8Array {
  return fragmentKey({ maskKey: maskKey(keys), k: CODE.k, fragment });
}
