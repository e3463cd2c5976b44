import { readFileSync } from "node:fs";
import { expect } from "chai";
import { type Address, drawLeaf, drawPick, drawWord } from "holdfast/market";
import { estimate, faultOf, frequency } from "../../scripts/simulate/figures.ts";
import { caughtIn } from "../../scripts/simulate/formulas.ts";
import { passes } from "../../scripts/simulate/list.ts";
import { zipf } from "../../scripts/simulate/market.ts";
import { parseOptions, standardPrices, standardRun } from "../../scripts/simulate/options.ts";
import { randomFrom } from "../../scripts/simulate/random.ts";
import { drawsFor } from "../../scripts/simulate/rules.ts";
import { simulate } from "../../scripts/simulate/sections.ts";

const market: Address = "0x5FbDB2315678afecb367f032d93F642f64180aa3";
const small = { seed: 7, samples: 0.1 };

describe("the simulator", () => {
  it("repeats with its seed, and differs with another", () => {
    const first = JSON.stringify(simulate(small, standardPrices));
    expect(JSON.stringify(simulate(small, standardPrices))).to.equal(first);
    expect(JSON.stringify(simulate({ ...small, seed: 8 }, standardPrices))).to.not.equal(first);
  });

  it("agrees with every formula under other seeds than that of the page", () => {
    for (const seed of [2, 3, 4]) {
      const figures = simulate({ seed, samples: 0.1 }, standardPrices).flatMap((s) => s.figures);
      expect(figures.map(faultOf).filter((fault) => fault !== undefined)).to.deep.equal([]);
    }
  });

  it("draws at the same rates as the protocol's keccak walk", () => {
    const [real, leaves, periods] = [20, 1_000, 2_000];
    const list = { real, dropped: 1, missing: 0.05 };
    const byKeccak = (period: number) => {
      const walk = { seed: 99n, chainId: 31_337, market, provider: 1, period };
      for (let index = 0; index < drawsFor(real); index++) {
        const word = drawWord({ ...walk, index });
        if (drawPick(word, real) < list.dropped) return true;
        if (drawLeaf(word, leaves) < list.missing * leaves) return true;
      }
      return false;
    };
    const expected = caughtIn(list);
    let period = 0;
    const random = randomFrom(1, "keccak");
    const keccak = frequency(periods, expected, () => byKeccak(++period));
    const quick = frequency(100_000, expected, () => !passes(random, list));
    for (const { mean, sigma } of [keccak, quick]) {
      expect(Math.abs(mean - expected)).to.be.lessThan(4 * sigma);
    }
  });

  it("uses the protocol's draw function, which gives the recorded vectors", () => {
    const file = new URL("../vectors/draws.json", import.meta.url);
    const { draws } = JSON.parse(readFileSync(file, "utf8"));
    for (const { seed, frozen, leaves, word, pick, leaf, ...walk } of draws) {
      const drawn = drawWord({ ...walk, seed: BigInt(seed) });
      expect(drawn).to.equal(BigInt(word));
      expect([drawPick(drawn, frozen), drawLeaf(drawn, leaves)]).to.deep.equal([pick, leaf]);
    }
  });

  it("skips deals that are over: none of them is drawn", () => {
    const random = randomFrom(1, "ended");
    const list = { real: 10, dropped: 1, ended: 90 };
    const { mean, sigma } = frequency(100_000, caughtIn(list), () => !passes(random, list));
    expect(Math.abs(mean - (1 - 0.9 ** 5))).to.be.lessThan(4 * sigma);
  });

  it("estimates a mean and its standard error", () => {
    const values = [1, 2, 3, 4];
    const { mean, sigma } = estimate(4, () => values.pop() ?? 0);
    expect(mean).to.equal(2.5);
    expect(sigma).to.be.closeTo(Math.sqrt(5 / 3 / 4), 1e-12);
  });

  it("reports a figure more than four standard errors from its formula", () => {
    const figure = { name: "a rate", derived: 0.5, simulated: 0.54, sigma: 0.009 };
    expect(faultOf(figure)).to.equal(
      "a rate: simulated 0.54, derived 0.5, more than 4 standard errors (0.009) apart",
    );
    expect(faultOf({ ...figure, sigma: 0.011 })).to.equal(undefined);
    expect(faultOf({ ...figure, simulated: Number.NaN })).to.be.a("string");
  });

  it("reports a cheat that is said to lose and gains, and one that is said to pay and loses", () => {
    const figure = { name: "a cheat", derived: 0.1, simulated: 0.1, sigma: 0 };
    expect(faultOf({ ...figure, claim: "loses" })).to.equal("a cheat: said to lose, and gains 0.1");
    expect(faultOf({ ...figure, claim: "pays" })).to.equal(undefined);
    const loss = { ...figure, derived: -0.1, simulated: -0.1 };
    expect(faultOf({ ...loss, claim: "pays" })).to.equal("a cheat: said to pay, and loses 0.1");
  });

  it("spreads a million deals over ten thousand providers by Zipf's law, no list too long", () => {
    const { sizes } = zipf(1_000_000, 10_000);
    expect(Math.max(...sizes)).to.be.at.most(8_192);
    const deals = sizes.reduce((sum, size) => sum + size, 0);
    expect(deals).to.be.closeTo(1_000_000, 1_000);
  });

  it("refuses a value that is no positive number, and --write with other than the standard run", () => {
    expect(parseOptions([]).run).to.deep.equal(standardRun);
    expect(() => parseOptions(["--seed", "x"])).to.throw(
      '--seed takes a positive number, got "x". Leave it out for 1.',
    );
    expect(() => parseOptions(["--write", "--seed", "2"])).to.throw(
      "--write writes docs/economics.md with the standard seed, samples and prices. Leave out the other flags.",
    );
  });
});
