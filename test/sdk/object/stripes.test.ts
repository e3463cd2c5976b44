import { expect } from "chai";
import fc from "fast-check";
import { SEALED_CHUNK } from "../../../sdk/src/object/age.ts";
import { joinStripe, layout, splitStripe, UNIT } from "../../../sdk/src/object/stripes.ts";
import vectors from "../../vectors/object.json" with { type: "json" };
import { pattern } from "../../vectors/pattern.ts";
import { errorOf } from "../piece/support.ts";

describe("layout", () => {
  for (const v of vectors.layouts) {
    it(`gives the vector of a payload of ${v.length} bytes in ${v.k} of ${v.n} [CODE-1]`, () => {
      const { stripes, fragmentLength, stripe } = layout(v);
      expect({ stripes, fragmentLength }).to.deep.equal({
        stripes: v.stripes,
        fragmentLength: v.fragmentLength,
      });
      expect(stripe(stripes - 1).unit).to.equal(v.lastUnit || UNIT);
    });
  }

  it("puts each chunk of a full stripe into one fragment [CODE-1]", () => {
    const object = layout({ length: 8 * UNIT + 1, k: 4, n: 6 });
    for (let i = 0; i < 128; i++) {
      const stripe = Math.floor(i / 64);
      expect(object.chunk(i)).to.deep.equal([
        {
          fragment: Math.floor((i % 64) / 16),
          offset: stripe * UNIT + (i % 16) * SEALED_CHUNK,
          length: SEALED_CHUNK,
        },
      ]);
    }
    expect(object.chunk(128)).to.deep.equal([{ fragment: 0, offset: 2 * UNIT, length: 1 }]);
  });

  it("spreads the only chunk of a short payload over all data fragments", () => {
    const object = layout({ length: SEALED_CHUNK, k: 4, n: 6 });
    expect(object.fragmentLength).to.equal(16_448);
    expect(object.chunk(0)).to.deep.equal([
      { fragment: 0, offset: 0, length: 16_448 },
      { fragment: 1, offset: 0, length: 16_448 },
      { fragment: 2, offset: 0, length: 16_448 },
      { fragment: 3, offset: 0, length: 16_208 },
    ]);
  });

  it("covers every payload byte once, with extents inside the fragments", () => {
    const sizes = fc.record({
      length: fc.integer({ min: 1, max: 30 * UNIT }),
      k: fc.integer({ min: 1, max: 40 }),
      extra: fc.integer({ min: 0, max: 40 }),
    });
    fc.assert(
      fc.property(sizes, ({ length, k, extra }) => {
        const object = layout({ length, k, n: k + extra });
        let covered = 0;
        for (let s = 0; s < object.stripes; s++) {
          const stripe = object.stripe(s);
          expect(stripe.payloadOffset).to.equal(covered);
          expect(stripe.unit % 64).to.equal(0);
          expect(stripe.payloadLength).to.be.within(1, k * stripe.unit);
          expect(stripe.fragmentOffset + stripe.unit).to.be.at.most(object.fragmentLength);
          covered += stripe.payloadLength;
        }
        expect(covered).to.equal(length);
        const extents = object.locate(0, length);
        expect(extents.reduce((sum, extent) => sum + extent.length, 0)).to.equal(length);
        expect(
          extents.every((e) => e.fragment < k && e.offset + e.length <= object.fragmentLength),
        ).to.equal(true);
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  it("refuses codes, lengths and places that do not exist", async () => {
    const refused = async (act: () => unknown) => (await errorOf(act)).code;
    expect(await refused(() => layout({ length: 0, k: 4, n: 6 }))).to.equal("EMPTY");
    for (const [k, n] of [
      [0, 6],
      [7, 6],
      [4, 256],
      [1.5, 3],
    ] as const) {
      expect(await refused(() => layout({ length: 1, k, n }))).to.equal("ARGUMENT_INVALID");
    }
    expect(await refused(() => layout({ length: 2 ** 60, k: 4, n: 6 }))).to.equal(
      "ARGUMENT_INVALID",
    );
    const object = layout({ length: 100, k: 4, n: 6 });
    expect(await refused(() => object.stripe(1))).to.equal("ARGUMENT_INVALID");
    expect(await refused(() => object.chunk(-1))).to.equal("ARGUMENT_INVALID");
    expect(await refused(() => object.locate(50, 51))).to.equal("ARGUMENT_INVALID");
  });
});

describe("splitStripe and joinStripe", () => {
  it("are inverse to each other, with zeros at the end [CODE-1]", () => {
    const stripe = layout({ length: 500, k: 4, n: 6 }).stripe(0);
    const units = splitStripe(stripe, 4, pattern(500));
    expect(units.map((unit) => unit.length)).to.deep.equal([128, 128, 128, 128]);
    expect(units[3]?.subarray(116)).to.deep.equal(new Uint8Array(12));
    expect(joinStripe(stripe, units)).to.deep.equal(pattern(500));
  });
});
