import { createCipheriv } from "node:crypto";
import { expect } from "chai";
import { applyMask, fragmentKey, maskKey } from "../../../sdk/src/object/mask.ts";
import vectors from "../../vectors/object.json" with { type: "json" };
import { pattern } from "../../vectors/pattern.ts";
import { fromHex, toHex } from "../piece/support.ts";

const key = maskKey({ fileKey: fromHex(vectors.fileKey), nonce: fromHex(vectors.nonce) });

describe("maskKey and fragmentKey", () => {
  it("give the vectors [MASK-1]", () => {
    expect(toHex(key)).to.equal(vectors.masks.maskKey);
    for (const { k, fragment, key: wanted } of vectors.masks.fragments) {
      expect(toHex(fragmentKey({ maskKey: key, k, fragment }))).to.equal(wanted);
    }
  });

  it("differ by fragment and by k [MASK-1]", () => {
    const all = [
      [4, 0],
      [4, 1],
      [5, 0],
    ].map(([k, fragment]) =>
      toHex(fragmentKey({ maskKey: key, k: k as number, fragment: fragment as number })),
    );
    expect(new Set(all).size).to.equal(3);
  });
});

describe("applyMask", () => {
  for (const { fragment, key, stream } of vectors.masks.fragments) {
    it(`gives the vectors of fragment ${fragment}, beyond 64 GiB too [MASK-1]`, async () => {
      for (const { offset, bytes } of stream) {
        const masked = await applyMask({ key: fromHex(key), offset, bytes: new Uint8Array(40) });
        expect(toHex(masked), `at ${offset}`).to.equal(bytes);
      }
    });
  }

  it("comes off again, from any part of a fragment", async () => {
    const masked = await applyMask({ key, offset: 0, bytes: pattern(1_000) });
    const cipher = createCipheriv("aes-256-ctr", key, new Uint8Array(16));
    expect(masked).to.deep.equal(new Uint8Array(cipher.update(pattern(1_000))));
    for (const [from, to] of [
      [0, 1_000],
      [1, 2],
      [15, 17],
      [16, 32],
      [333, 1_000],
      [40, 40],
    ] as const) {
      const part = await applyMask({ key, offset: from, bytes: masked.subarray(from, to) });
      expect(part, `${from} to ${to}`).to.deep.equal(pattern(1_000).slice(from, to));
    }
  });
});
