import { expect } from "chai";
import {
  caught,
  caughtIn,
  caughtWithBias,
  dropGain,
  expectedLife,
  shieldBound,
  termGain,
} from "../../scripts/simulate/formulas.ts";
import { abandoned, breakEven, hidden } from "../../scripts/simulate/leaving.ts";
import { planShield } from "../../scripts/simulate/plan.ts";
import { defaultDeal, drawsFor, LEAST_FLOOR } from "../../scripts/simulate/rules.ts";
import { bestShield, shieldGain } from "../../scripts/simulate/shield.ts";
import { settle } from "../../scripts/simulate/term.ts";

describe("the formulas of docs/economics.md", () => {
  it("take the default terms from the SDK: slashes of 17, 9 and 3 rates for a month, a quarter, a year", () => {
    const terms = [30, 90, 365].map((term) => defaultDeal(term));
    expect(terms.map(({ slash }) => slash)).to.deep.equal([17, 9, 3]);
    expect(terms.map(({ maxMisses }) => maxMisses)).to.deep.equal([1, 3, 10]);
    expect(terms.map(({ collateral }) => collateral)).to.deep.equal([34, 36, 33]);
    expect(defaultDeal(365, 99).slash).to.equal(9);
  });

  it("draw 5, 12, 67 and 69 times from lists of 100, 1,000, 8,000 and 8,192 deals", () => {
    expect([100, 127, 128, 1_000, 8_000, 8_192].map(drawsFor)).to.deep.equal([5, 5, 6, 12, 67, 69]);
  });

  it("catch one lost deal of 10, 100, 1,000, 8,000 with 41, 4.9, 1.2, 0.8 percent", () => {
    const rates = [10, 100, 1_000, 8_000].map((real) => caughtIn({ real, dropped: 1 }));
    const percents = rates.map((rate) => Math.round(rate * 1_000) / 10);
    expect(percents).to.deep.equal([41, 4.9, 1.2, 0.8]);
    expect(caught(1, 5)).to.equal(1);
  });

  it("give the gains of dropped shares that were computed by hand", () => {
    const gain = (share: number, real: number) =>
      dropGain({ share, draws: drawsFor(real), storage: 0.5, loss: 4 });
    const byHand = [
      [0.01, [-0.191, -0.449, -1.955]],
      [0.1, [-1.588, -2.82, -3.947]],
      [1, [-3.5, -3.5, -3.5]],
    ] as const;
    for (const [share, gains] of byHand) {
      for (const [i, real] of [100, 1_000, 8_000].entries()) {
        expect(gain(share, real)).to.be.closeTo(gains[i] ?? 0, 0.0006);
      }
    }
  });

  it("would let ended dummies hide ten dropped deals, if they were drawn: 38, 11, 8 percent", () => {
    const rates = [100, 1_000, 10_000].map((dummies) =>
      caughtIn({ real: 10, dropped: 10, dummies }),
    );
    expect(rates.map((rate) => Math.round(rate * 100))).to.deep.equal([38, 11, 8]);
  });

  it("do not let ended deals that are skipped lower the rate", () => {
    const without = caughtIn({ real: 10, dropped: 1 });
    expect(caughtIn({ real: 10, dropped: 1, ended: 1_000 })).to.be.greaterThan(without);
  });

  it("expect a whole term without misses, and M + 1 periods with nothing but misses", () => {
    expect(expectedLife({ miss: 0, term: 365, maxMisses: 10 })).to.equal(365);
    expect(expectedLife({ miss: 1, term: 365, maxMisses: 10 })).to.equal(11);
    expect(expectedLife({ miss: 0.5, term: 3, maxMisses: 0 })).to.equal(1.75);
  });

  it("charge a year without any proof the collateral and the income", () => {
    const gain = termGain({ miss: 1, share: 1, storage: 0.5, deal: defaultDeal(365) });
    expect(gain).to.be.closeTo((-33 - 182.5) / 365, 1e-12);
  });

  it("bound a shield by floor x L >= 18 s^2 / i: 91 at half, 179 at seven tenths of the rate", () => {
    const atHalf = shieldBound({ floor: 91.25, loss: 1, capital: 0.05 });
    expect(atHalf).to.be.closeTo(0.5, 1e-9);
    expect(shieldBound({ floor: 178.85, loss: 1, capital: 0.05 })).to.be.closeTo(0.7, 1e-9);
  });

  it("find the best shield of a year's deal by search near the bound", () => {
    const { dummies, cost } = bestShield(defaultDeal(365));
    expect(dummies).to.equal(63);
    expect(cost).to.be.closeTo(0.588, 0.001);
    const deal = defaultDeal(365);
    const around = [62, 63, 64].map((d) =>
      shieldGain(deal, 0.5, { real: 1, dropped: 1, dummies: d }),
    );
    expect(Math.max(...around)).to.equal(around[1]);
  });

  it("close the shield's corner at the bounds that the page names", () => {
    const worst = (term: number, real = 1) => bestShield(defaultDeal(term, LEAST_FLOOR), real).cost;
    const begins = [365, 180, 90, 30].map((term) => Math.round(worst(term) * 100) / 100);
    expect(begins).to.deep.equal([0.51, 0.68, 0.81, 1.12]);
    expect(worst(365, 9)).to.be.greaterThan(0.7);
    expect(worst(365, 8)).to.be.lessThan(0.7);
    expect(worst(90)).to.be.greaterThan(0.7);
  });

  it("plan no shield over a term where none pays in one period", () => {
    expect(planShield(defaultDeal(365), 0.5).gain).to.be.lessThan(0);
    expect(planShield(defaultDeal(365, LEAST_FLOOR), 0.7).gain).to.be.greaterThan(0);
  });

  it("lift a 3.1 percent pass to 3.5 percent for 10 percent of the slots", () => {
    expect(1 - caughtWithBias(1 - 0.031, 0.1)).to.be.closeTo(0.0347, 0.0001);
    expect(caughtWithBias(0.3, 0)).to.equal(0.3);
  });

  it("let a provider leave a year's deal when a period costs 1.09 rates", () => {
    const deal = defaultDeal(365);
    expect(breakEven(deal, 365)).to.be.closeTo(1 + 33 / 365, 1e-12);
    expect([1, 11].map((left) => breakEven(deal, left))).to.deep.equal([4, 4]);
  });

  it("make hiding dearer than abandoning a month before the end, and cheaper in the last period", () => {
    const deal = defaultDeal(365);
    for (const real of [10, 100, 1_000]) {
      expect(hidden(deal, { real, left: 30 })).to.be.lessThan(abandoned(deal, { real, left: 30 }));
      expect(hidden(deal, { real, left: 1 })).to.be.greaterThan(abandoned(deal, { real, left: 1 }));
    }
  });

  it("settle by the contract's rule: the miss after M ends the deal, and no unit is lost", () => {
    const deal = defaultDeal(90);
    const missed = new Set([3, 4, 10, 20, 21]);
    const { earned, slashed, refunded, lived } = settle(deal, (period) => !missed.has(period));
    expect({ earned, slashed, lived }).to.deep.equal({ earned: 17, slashed: 36, lived: 21 });
    expect(earned + refunded).to.equal(deal.term + slashed);
  });
});
