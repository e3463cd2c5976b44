import { readFileSync, writeFileSync } from "node:fs";
import { expect } from "chai";
import { type Gas, life, opening, proving, settling } from "../../scripts/bench-gas/jobs.ts";

/** What `npm run bench:gas` prints, kept. A rise fails; a fall, too, until the file is written again with UPDATE_GAS=1. */
const SNAPSHOT = new URL("./gas.json", import.meta.url);
const snapshot = JSON.parse(readFileSync(SNAPSHOT, "utf8")) as Gas;
const measured: Gas = {};

/** A zero byte of calldata costs 12 less than another; signatures and headers have a few more or fewer. */
const CALLDATA_NOISE = 200;

function check(figures: Gas) {
  Object.assign(measured, figures);
  if (process.env.UPDATE_GAS) return;
  for (const [job, gas] of Object.entries(figures)) {
    const message = `gas of ${job} rose or fell; UPDATE_GAS=1 writes the snapshot again`;
    expect(gas, message).to.be.closeTo(snapshot[job] as number, CALLDATA_NOISE);
  }
}

describe("gas", function () {
  this.timeout(600_000);

  after(() => {
    if (process.env.UPDATE_GAS) writeFileSync(SNAPSHOT, `${JSON.stringify(measured, null, 2)}\n`);
  });

  it("of opening is that of the snapshot", async () => check(await opening()));

  for (const deals of [1, 100, 1_000, 8_192]) {
    it(`of proving ${deals} deals is that of the snapshot`, async () =>
      check(await proving(deals)));
  }

  it("of settling and withdrawing is that of the snapshot", async () => check(await settling()));

  it("of a deal's thirty days, alone and as one of many, is that of the snapshot", async () => {
    check({
      "life-alone": await life(1),
      "life-100": await life(100),
      "life-1000": await life(1_000),
    });
  });
});
