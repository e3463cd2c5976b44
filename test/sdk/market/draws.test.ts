import { expect } from "chai";
import { drawCount, drawLeaf, drawPick, drawWord, walkDraws } from "holdfast/market";
import vectors from "../../vectors/draws.json" with { type: "json" };

describe("draws", () => {
  for (const v of vectors.draws) {
    it(`gives the vector of step ${v.index} of provider ${v.provider} in period ${v.period}`, () => {
      const word = drawWord({ ...v, seed: BigInt(v.seed) });
      expect(word).to.equal(BigInt(v.word));
      expect(drawPick(word, v.frozen)).to.equal(v.pick);
      expect(drawLeaf(word, v.leaves)).to.equal(v.leaf);
    });
  }

  it("adds a draw for each 128 listed deals", () => {
    expect(
      [0, 127, 128, 8192].map((frozen) => drawCount({ baseSamples: 5, frozen })),
    ).to.deep.equal([5, 5, 6, 69]);
  });
});

describe("walkDraws", () => {
  for (const v of vectors.walks) {
    it(`gives the vector of a list of ${v.frozen} deals, ${v.ended.length} of them ended`, () => {
      const draws = walkDraws({
        ...v,
        seed: BigInt(v.seed),
        dealAt: listed(new Set<number>(v.ended)),
      });
      expect(draws).to.deep.equal(v.draws.map(({ deal, leaf }) => ({ deal: BigInt(deal), leaf })));
    });
  }

  const walk = {
    ...vectors.walks[0],
    seed: 1n,
    chainId: 1,
    provider: 3,
    period: 9,
    baseSamples: 5,
  };
  const market = "0x5FbDB2315678afecb367f032d93F642f64180aa3";

  it("gives up after 64 steps for each draw, like the contract", () => {
    let asked = 0;
    const dealAt = (index: number) => {
      asked++;
      return { deal: BigInt(index), live: false, size: 1 };
    };
    expect(() => walkDraws({ ...walk, market, frozen: 200, dealAt }))
      .to.throw("Provider 3 has too few live deals in its list to be proven in period 9: 0 of 6")
      .with.property("code", "TOO_FEW_LIVE_DEALS");
    expect(asked).to.equal(64 * 6);
  });

  it("gives up on an empty list at once", () => {
    const dealAt = () => expect.fail("asked for a deal of an empty list");
    expect(() => walkDraws({ ...walk, market, frozen: 0, dealAt }))
      .to.throw("0 of 5 draws")
      .with.property("code", "TOO_FEW_LIVE_DEALS");
  });
});

function listed(ended: Set<number>) {
  return (index: number) => ({
    deal: BigInt(index + 1),
    live: !ended.has(index),
    size: 1000 * (index + 1),
  });
}
