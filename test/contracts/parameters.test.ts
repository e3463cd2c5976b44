import { expect } from "chai";
import { encodeBytes32String, ZeroAddress } from "ethers";
import { freshMarket, LENGTH } from "./support/market.ts";

/** A market like the fixture's, but for `changes`. @param at Time of deployment, the next second when there is none. */
async function deployment(changes: Record<string, unknown>, at?: bigint) {
  const { ethers, helpers, market, token, beacon } = await freshMarket();
  const { genesis } = await market.parameters();
  if (at !== undefined) await helpers.time.setNextBlockTimestamp(at);
  const parameters = {
    token,
    beacon,
    genesis,
    periodLength: LENGTH,
    delay: LENGTH - 1,
    baseSamples: 1,
    maxTerm: 511,
    minCollateral: 0,
    challengeBond: 0,
    ...changes,
  };
  return { market, deployed: ethers.deployContract("StorageMarket", [parameters]) };
}

describe("parameters", () => {
  it("may be at their limits", async () => {
    await (await deployment({})).deployed;
  });

  it("may have a genesis in the second of deployment, and none later [TIME-1]", async () => {
    const { genesis } = await (await freshMarket()).market.parameters();
    const next = genesis + BigInt(LENGTH);
    await (await deployment({ genesis: next }, next)).deployed;
    const { market, deployed } = await deployment({ genesis: next }, next - 1n);
    await expect(deployed)
      .to.be.revertedWithCustomError(market, "ParameterInvalid")
      .withArgs(encodeBytes32String("genesis"), next);
  });

  for (const name of ["token", "beacon"]) {
    it(`may not have a zero ${name}`, async () => {
      const { market, deployed } = await deployment({ [name]: ZeroAddress });
      await expect(deployed)
        .to.be.revertedWithCustomError(market, "AddressInvalid")
        .withArgs(ZeroAddress);
    });
  }

  for (const [name, value] of [
    ["periodLength", 0],
    ["genesis", 1],
    ["genesis", LENGTH * 2 ** 32],
    ["delay", LENGTH],
    ["baseSamples", 0],
    ["maxTerm", 0],
    ["maxTerm", 512],
  ] as const) {
    it(`may not have ${name} ${value}`, async () => {
      const { market, deployed } = await deployment({ [name]: value });
      await expect(deployed)
        .to.be.revertedWithCustomError(market, "ParameterInvalid")
        .withArgs(encodeBytes32String(name), value);
    });
  }
});
