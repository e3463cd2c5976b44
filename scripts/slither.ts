// `npm run slither`: Slither on all contracts. Each finding stands in docs/slither.md with the reason why it is no defect; one that
// is not there fails, and so does an entry that no longer occurs.
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import config from "../hardhat.config.ts";
import { analysisEnvironment, installPython } from "./lib/analysis.ts";
import { root, say } from "./lib/run.ts";
import { type Finding, key, keysOf, reviewed } from "./lib/slither-findings.ts";

const list = "docs/slither.md";
const folder = ".tools/slither";

installPython();
rmSync(join(root, folder), { recursive: true, force: true });
await compile();
const found = keysOf(analyse());
const known = reviewed(readFileSync(join(root, list), "utf8"));

const fresh = [...found].filter(([name]) => !known.has(name));
for (const [name, { impact, description }] of fresh) {
  say(`NEW     ${name}  (${impact})\n${description.trimEnd()}\n`);
}
const gone = [...known].filter((name) => !found.has(name));
for (const name of gone) say(`GONE    ${name}`);
say(
  `${found.size} findings, ${fresh.length} of them not in ${list}; ${gone.length} entries of it no longer occur`,
);
if (fresh.length > 0)
  say(`Fix each new finding, or add a row that says why it is no defect: ${key}`);
process.exitCode = fresh.length + gone.length > 0 ? 1 : 0;

/** From nothing and into a folder of its own: an incremental build keeps what sources were before. */
async function compile(): Promise<void> {
  say("Compiling the contracts for Slither ...");
  const paths = { artifacts: `${folder}/artifacts`, cache: `${folder}/cache` };
  const own = { ...config, paths: { ...config.paths, ...paths } };
  const hre = await createHardhatRuntimeEnvironment(own, { noTypechain: true }, root);
  await hre.tasks.getTask("build").run({ noTests: true, quiet: true });
}

function analyse(): readonly Finding[] {
  const { stdout, stderr, error } = spawnSync("slither", [".", "--json", "-", "--fail-none"], {
    cwd: root,
    env: analysisEnvironment(),
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  if (error) throw error;
  const { success, results } = JSON.parse(stdout || "{}");
  if (success) return results.detectors ?? [];
  throw new Error(`Slither failed:\n${stderr}`);
}
