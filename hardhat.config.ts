import { createRequire } from "node:module";
import hardhatEthers from "@nomicfoundation/hardhat-ethers";
import hardhatEthersChaiMatchers from "@nomicfoundation/hardhat-ethers-chai-matchers";
import hardhatMocha from "@nomicfoundation/hardhat-mocha";
import hardhatNetworkHelpers from "@nomicfoundation/hardhat-network-helpers";
import hardhatTypechain from "@nomicfoundation/hardhat-typechain";
import { defineConfig } from "hardhat/config";

const require = createRequire(import.meta.url);

/** On a CI server the fuzzers take their time. */
const thorough = process.env.CI === "true";

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
      fuzz: { runs: thorough ? 10_000 : 1_000, seed: "0x01" },
      // The acts make up their own numbers out of any argument: values from storage and code are no better ones.
      invariant: {
        runs: thorough ? 64 : 16,
        depth: thorough ? 300 : 100,
        failOnRevert: true,
        dictionaryWeight: 0,
        includeStorage: false,
        includePushBytes: false,
        shrinkRunLimit: 200,
      },
    },
  },
});
