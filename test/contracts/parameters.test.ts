import { expect } from "chai";
import { encodeBytes32String, ZeroAddress } from "ethers";
import { freshMarket, LENGTH } from "./support/market.ts";

/** A market like the fixture's, but for `changes`. */
async function deployment(changes: Record<string, unknown>) {
  const { ethers, market, token, beacon } = await freshMarket();
  const { genesis } = await market.parameters();
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
