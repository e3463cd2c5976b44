import { ReedSolomonErasure } from "@subspace/reed-solomon-erasure.wasm";
import { expect } from "chai";
import fc from "fast-check";
import { encodeStripe, recoverStripe } from "../../../sdk/src/object/erasure.ts";
import { layout, splitStripe, UNIT } from "../../../sdk/src/object/stripes.ts";
import vectors from "../../vectors/erasure.json" with { type: "json" };
import { pattern } from "../../vectors/pattern.ts";
import { errorOf, randomSource, toHex } from "../piece/support.ts";

describe("encodeStripe", () => {
  for (const { k, n, unit, parity } of vectors.codes) {
    it(`gives the vector of ${k} of ${n} [CODE-1]`, async () => {
      expect(toHex(Buffer.concat(await encodeStripe(unitsOf(pattern(k * unit), k), n)))).to.equal(
        parity,
      );
    });
  }

  for (const length of [17, 65_552, 4 * UNIT - 1, 4 * UNIT, 4 * UNIT + 1]) {
    it(`agrees with the reference on the last stripe of a payload of ${length} bytes [CODE-1]`, async function () {
      this.timeout(10_000);
      const object = layout({ length, k: 4, n: 6 });
      const stripe = object.stripe(object.stripes - 1);
      const payload = pattern(length).subarray(stripe.payloadOffset);
      const parity = await encodeStripe(splitStripe(stripe, 4, payload), 6);
      expect(Buffer.concat(parity).equals(await reference(payload, 4, 6, stripe.unit))).to.equal(
        true,
      );
    });
  }

  it("agrees with the reference on any code and any data [CODE-1]", async () => {
    const codes = fc.record({
      k: fc.integer({ min: 1, max: 30 }),
      extra: fc.integer({ min: 1, max: 30 }),
      unit: fc.integer({ min: 1, max: 100 }),
      seed: fc.nat(),
    });
    await fc.assert(
      fc.asyncProperty(codes, async ({ k, extra, unit, seed }) => {
        const data = randomSource(seed).bytes(k * unit);
        const parity = await encodeStripe(unitsOf(data, k), k + extra);
        expect(Buffer.concat(parity).equals(await reference(data, k, k + extra, unit))).to.equal(
          true,
        );
      }),
      { seed: 1, numRuns: 50 },
    );
  });

  it("makes copies of one unit, and nothing when n = k", async () => {
    const unit = pattern(100);
    expect(await encodeStripe([unit], 3)).to.deep.equal([unit, unit]);
    expect(await encodeStripe(unitsOf(unit, 4), 4)).to.deep.equal([]);
  });

  it("refuses units of different lengths, and n below k", async () => {
    const error = await errorOf(() => encodeStripe([pattern(3), pattern(4)], 3));
    expect(error.message).to.equal("The units of a stripe have one length, got 3, 4.");
    expect((await errorOf(() => encodeStripe([pattern(3), pattern(3)], 1))).code).to.equal(
      "ARGUMENT_INVALID",
    );
    expect((await errorOf(() => encodeStripe([], 1))).code).to.equal("ARGUMENT_INVALID");
  });
});

describe("recoverStripe", () => {
  it("recovers from any four of six", async () => {
    const units = await coded(pattern(4 * 128), 4, 6);
    for (let a = 0; a < 6; a++) {
      for (let b = a + 1; b < 6; b++) {
        const left = units.map((unit, j) => (j === a || j === b ? undefined : unit));
        expect(
          await recoverStripe({ k: 4, n: 6, units: left }),
          `${a} and ${b} lost`,
        ).to.deep.equal(units.slice(0, 4));
      }
    }
  });

  it("recovers from any k of n", async () => {
    const losses = fc
      .record({ k: fc.integer({ min: 1, max: 40 }), extra: fc.integer({ min: 0, max: 40 }) })
      .chain(({ k, extra }) =>
        fc.record({
          k: fc.constant(k),
          n: fc.constant(k + extra),
          kept: fc.shuffledSubarray([...Array(k + extra).keys()], { minLength: k, maxLength: k }),
        }),
      );
    await fc.assert(
      fc.asyncProperty(losses, async ({ k, n, kept }) => {
        const units = await coded(pattern(k * 24), k, n);
        const left = units.map((unit, j) => (kept.includes(j) ? unit : undefined));
        expect(await recoverStripe({ k, n, units: left })).to.deep.equal(units.slice(0, k));
      }),
      { seed: 1, numRuns: 50 },
    );
  });

  it("says how many fragments are missing", async () => {
    const units = await coded(pattern(4 * 8), 4, 6);
    const left = units.map((unit, j) => (j < 3 ? unit : undefined));
    const error = await errorOf(() => recoverStripe({ k: 4, n: 6, units: left }));
    expect(error.code).to.equal("TOO_FEW_FRAGMENTS");
    expect(error.message).to.equal(
      "4 of 6 fragments are needed to recover the object, 3 can be read.",
    );
  });
});

function unitsOf(data: Uint8Array, k: number): Uint8Array[] {
  const unit = data.length / k;
  return Array.from({ length: k }, (_, j) => data.subarray(j * unit, (j + 1) * unit));
}

async function coded(data: Uint8Array, k: number, n: number): Promise<Uint8Array[]> {
  const units = unitsOf(data, k);
  return [...units, ...(await encodeStripe(units, n))];
}

/** Parity by the Rust crate that klauspost's and Backblaze's coders agree with. */
async function reference(
  data: Uint8Array,
  k: number,
  n: number,
  unit: number,
): Promise<Uint8Array> {
  const coder = await ReedSolomonErasure.fromCurrentDirectory();
  const shards = new Uint8Array(n * unit);
  shards.set(data);
  expect(coder.encode(shards, k, n - k)).to.equal(ReedSolomonErasure.RESULT_OK);
  return shards.subarray(k * unit);
}
