import { createRequire } from "node:module";
import hardhatEthers from "@nomicfoundation/hardhat-ethers";
import hardhatEthersChaiMatchers from "@nomicfoundation/hardhat-ethers-chai-matchers";
import hardhatMocha from "@nomicfoundation/hardhat-mocha";
import hardhatNetworkHelpers from "@nomicfoundation/hardhat-network-helpers";
import hardhatTypechain from "@nomicfoundation/hardhat-typechain";
import { defineConfig } from "hardhat/config";

const require = createRequire(import.meta.url);

const fuzz = { seed: "0x01" };
const invariant = {
  runs: 16,
  depth: 100,
  failOnRevert: true,
  // The acts make up their own numbers out of any argument: values from storage and code are no better ones.
  dictionaryWeight: 0,
  includeStorage: false,
  includePushBytes: false,
  shrinkRunLimit: 200,
};

export default defineConfig({
  plugins: [
    hardhatEthers,
    hardhatEthersChaiMatchers,
    hardhatMocha,
    hardhatNetworkHelpers,
    hardhatTypechain,
  ],
  solidity: {
    version: "0.8.37",
    // The compiler comes from npm: nothing is downloaded while building.
    path: require.resolve("solc/soljson.js"),
    settings: {
      evmVersion: "cancun",
      viaIR: true,
      optimizer: { enabled: true, runs: 5_000 },
    },
  },
  paths: { tests: { mocha: "test/contracts", solidity: "test/contracts" } },
  typechain: { outDir: "sdk/src/typechain", tsNocheck: true },
  test: {
    mocha: { timeout: 120_000 },
    solidity: {
      profiles: {
        default: { fuzz: { ...fuzz, runs: 1_000 }, invariant },
        // `invariant_AllAtOnce` plays longer histories here, as it says itself.
        ci: { fuzz: { ...fuzz, runs: 10_000 }, invariant },
      },
    },
  },
});
