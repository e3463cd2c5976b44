import { expect } from "chai";
import { concat, keccak256 } from "ethers";
import type { MarketFactory } from "../../sdk/src/typechain/MarketFactory.ts";
import type { IMarketState, StorageMarket } from "../../sdk/src/typechain/StorageMarket.ts";
import { DELAY, freshMarket, LENGTH, type TestMarket } from "./support/market.ts";

/** EIP-3860 and EIP-7825. */
const INITCODE_LIMIT = 49_152;
const GAS_LIMIT = 16_777_216n;

async function withFactory() {
  const net = await freshMarket();
  const { bytecode: code } = await net.ethers.getContractFactory("StorageMarket");
  const factory = (await net.ethers.deployContract("MarketFactory", [
    keccak256(code),
  ])) as unknown as MarketFactory;
  return { net, factory, code, parameters: await someParameters(net) };
}

async function someParameters(net: TestMarket): Promise<IMarketState.ParametersStruct> {
  return {
    token: await net.token.getAddress(),
    beacon: await net.beacon.getAddress(),
    genesis: LENGTH,
    periodLength: LENGTH,
    delay: DELAY,
    baseSamples: 5,
    maxTerm: 366,
    minCollateral: 1_000,
    challengeBond: 0,
  };
}

const changes: Partial<IMarketState.ParametersStruct>[] = [
  { token: "0x00000000000000000000000000000000000000A1" },
  { beacon: "0x00000000000000000000000000000000000000A1" },
  { genesis: 2 * LENGTH },
  { periodLength: LENGTH / 2 },
  { delay: DELAY + 1 },
  { baseSamples: 6 },
  { maxTerm: 365 },
  { minCollateral: 1_001 },
  { challengeBond: 1 },
];

describe("factory", () => {
  it("deploys a market where it said, with the parameters asked for, for anyone [FACT-1]", async () => {
    const { net, factory, code, parameters } = await withFactory();
    const address = await factory.marketAt(parameters);
    expect(await factory.isMarket(address)).to.equal(false);
    await expect(factory.connect(net.stranger).create(parameters, code))
      .to.emit(factory, "MarketCreated")
      .withArgs(address, parameters.token, Object.values(parameters));
    expect(await factory.isMarket(address)).to.equal(true);
    const market = net.market.attach(address) as StorageMarket;
    expect((await market.parameters()).map(String)).to.deep.equal(
      Object.values(parameters).map(String),
    );
    await market.connect(net.owner).register(net.operator, net.owner, 1n, 0n, "");
    expect(await market.providerCount()).to.equal(1n);
  });

  it("returns the same market to whoever comes later and changes nothing [FACT-1]", async () => {
    const { net, factory, code, parameters } = await withFactory();
    await factory.create(parameters, code);
    const address = await factory.marketAt(parameters);
    const before = await net.ethers.provider.getCode(address);
    expect(await factory.create.staticCall(parameters, code)).to.equal(address);
    await expect(factory.create(parameters, code)).to.not.emit(factory, "MarketCreated");
    expect(await net.ethers.provider.getCode(address)).to.equal(before);
  });

  for (const change of changes) {
    it(`gives a market of another ${Object.keys(change)[0]} another address [FACT-1]`, async () => {
      const { factory, parameters } = await withFactory();
      const other = await factory.marketAt({ ...parameters, ...change });
      expect(other).to.not.equal(await factory.marketAt(parameters));
    });
  }

  it("refuses any other code, one byte more or less too, before and after [FACT-1]", async () => {
    const { net, factory, code, parameters } = await withFactory();
    const { bytecode: token } = await net.ethers.getContractFactory("TestStablecoin");
    const others = ["0x", token, code.slice(0, -2), concat([code, "0x00"])];
    for (const round of ["before", "after"]) {
      for (const other of others) {
        await expect(factory.create(parameters, other), round)
          .to.be.revertedWithCustomError(factory, "CreationCodeInvalid")
          .withArgs(keccak256(code), keccak256(other));
      }
      await factory.create(parameters, code);
    }
  });

  it("fails with the market's own error for parameters out of range, and leaves nothing [FACT-1]", async () => {
    const { net, factory, code, parameters } = await withFactory();
    const invalid = { ...parameters, delay: LENGTH };
    await expect(factory.create(invalid, code)).to.be.revertedWithCustomError(
      net.market,
      "ParameterInvalid",
    );
    expect(await factory.isMarket(await factory.marketAt(invalid))).to.equal(false);
  });

  it("knows no market that others have deployed [FACT-1]", async () => {
    const { net, factory } = await withFactory();
    expect(await factory.isMarket(net.market)).to.equal(false);
  });

  it("stays below the limits of code and gas in one transaction [FACT-1]", async () => {
    const { factory, code, parameters } = await withFactory();
    const receipt = await (await factory.create(parameters, code)).wait();
    const initcode = (code.length - 2) / 2 + 9 * 32;
    expect(initcode).to.be.lessThan(INITCODE_LIMIT);
    expect(receipt?.gasUsed).to.be.lessThan(GAS_LIMIT);
  });
});
