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
const result: unknown = await hre.tasks.getTask(["test", "solidity"]).run({});
if (!isResult<TestRunResult, TestRunResult>(result)) throw new Error("Hardhat gave no result");
const { passed, failed, skipped } = (result.success ? result.value : result.error).summary;
writeFileSync(figures, JSON.stringify({ passed, failed, skipped }));
process.exit(result.success ? 0 : 1);
