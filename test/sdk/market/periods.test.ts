import { expect } from "chai";
import { formatMoney, periodAt, periodStart, seedTime } from "holdfast/market";

const clock = { genesis: 1000, length: 10, delay: 3 };

describe("periods", () => {
  it("are half-open, count from 1, and are 0 before genesis", () => {
    expect([999, 1000, 1009, 1010].map((time) => periodAt(clock, time))).to.deep.equal([
      0, 1, 1, 2,
    ]);
  });

  it("start where the one before ends; their seed comes after the delay", () => {
    expect([1, 2].map((p) => periodStart(clock, p))).to.deep.equal([1000, 1010]);
    expect(seedTime(clock, 2)).to.equal(1013);
  });
});

describe("formatMoney", () => {
  it("is readable", () => {
    const token = { tokenDecimals: 6, tokenSymbol: "tUSD" };
    expect([0n, 1n, 1_250_000n, 3_000_000n].map((a) => formatMoney(token, a))).to.deep.equal([
      "0 tUSD",
      "0.000001 tUSD",
      "1.25 tUSD",
      "3 tUSD",
    ]);
  });
});
