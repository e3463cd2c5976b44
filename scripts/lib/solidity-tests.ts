// Runs the Solidity tests and writes their figures to the file given as argument, for scripts/test.ts.
import { writeFileSync } from "node:fs";
import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import type { TestRunResult } from "hardhat/types/test";
import { isResult } from "hardhat/utils/result";
import config from "../../hardhat.config.ts";
import { root } from "./run.ts";

const [figures = ""] = process.argv.slice(2);
// The packages are built on the types of the contracts alone: leave those as they are.
const hre = await createHardhatRuntimeEnvironment(config, { noTypechain: true }, root);
// An index asks for figures and leaves the account of failures to the caller.
const options = { testSummaryIndex: 1, testProfile: process.env.CI === "true" ? "ci" : "default" };
const result: unknown = await hre.tasks.getTask(["test", "solidity"]).run(options);
if (!isResult<TestRunResult, TestRunResult>(result)) throw new Error("Hardhat gave no result");
const { summary } = result.success ? result.value : result.error;
const { passed, failed, skipped, failureOutput = "" } = summary;
process.stdout.write(failureOutput);
writeFileSync(figures, JSON.stringify({ passed, failed, skipped }));
process.exitCode = result.success ? 0 : 1;
