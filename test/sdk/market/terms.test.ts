import { expect } from "chai";
import { classFor, dealTerms } from "holdfast/market";
import vectors from "../../vectors/terms.json" with { type: "json" };

describe("dealTerms", () => {
  for (const decimals of [6, 18]) {
    it(`gives the vectors at ${decimals} decimals [TERM-1]`, () => {
      for (const { input, output } of vectors.terms.filter((v) => v.decimals === decimals)) {
        const terms = dealTerms({
          ...input,
          floor: BigInt(input.floor),
          pricePerTiBPeriod: BigInt(input.pricePerTiBPeriod),
          minCollateral: BigInt(input.minCollateral),
        });
        const expected = {
          ...output,
          rate: BigInt(output.rate),
          slash: BigInt(output.slash),
          collateral: BigInt(output.collateral),
          total: BigInt(output.total),
        };
        expect(terms, JSON.stringify(input)).to.deep.equal(expected);
      }
    });
  }

  it("never asks for a slash factor beyond its 24 bits on the chain [TERM-1]", () => {
    const floor = 4n ** 40n;
    const terms = dealTerms({
      size: 1,
      periods: 1,
      pricePerTiBPeriod: 1n,
      floor,
      minCollateral: 1n,
    });
    expect(terms.slashFactor).to.be.below(2 ** 24);
    expect(terms.collateral >= floor).to.equal(true);
  });
});

describe("classFor", () => {
  for (const { rate, floors, floor } of vectors.classes) {
    it(`puts a rate of ${rate} into ${floor ?? "none"} of the classes ${floors.join(", ")} [TERM-1]`, () => {
      const found = classFor({ rate: BigInt(rate), floors: floors.map(BigInt) });
      expect(found).to.equal(floor === null ? undefined : BigInt(floor));
    });
  }
});
