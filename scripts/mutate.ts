// `npm run mutate`: breaks the contracts in many small ways and runs their tests on each. What no test notices is a survivor;
// at least 95 % must fall, and each survivor needs a reason in test/contracts/mutants.md.
//
//   --file Settlement.sol   mutants of these files only (may be repeated)
//   --sample 100 --seed 1   so many mutants, drawn by the seed
//   --workers 2             processes that run tests
//   --no-rules              without the broken rules of scripts/mutate/rules.ts
//   --no-solidity           without the Solidity tests, which see what mocha's let live
import { mkdirSync, writeFileSync } from "node:fs";
import { posix } from "node:path";
import { parseArgs } from "node:util";
import { probePath, probeSource } from "./lib/probe.ts";
import { say } from "./lib/run.ts";
import { build, createScratch, type Scratch } from "./lib/scratch.ts";
import { duration } from "./lib/screen.ts";
import { productionSources, readSources } from "./lib/solidity-ast.ts";
import type { Verdict } from "./lib/workers.ts";
import { readAccepted } from "./mutate/accepted.ts";
import { brokenRules } from "./mutate/broken-rules.ts";
import { type Baseline, judge, judgeBySolidity, takeBaseline } from "./mutate/campaign.ts";
import { mutantsOf } from "./mutate/mutants.ts";
import { type Result, report } from "./mutate/report.ts";
import { type Broken, breakRules } from "./mutate/rules.ts";
import { sample } from "./mutate/sample.ts";
import { buildSchema } from "./mutate/schema.ts";

/** Share of the tests that may fail on contracts that are rewritten but not broken. */
const mostLeftOut = 0.1;
const reportPath = "cache/mutants.json";

const { values } = parseArgs({
  options: {
    file: { type: "string", multiple: true },
    sample: { type: "string" },
    seed: { type: "string", default: "1" },
    workers: { type: "string", default: "2" },
    "no-rules": { type: "boolean", default: false },
    "no-solidity": { type: "boolean", default: false },
  },
});
const workers = Number(values.workers);
const started = Date.now();

const paths = productionSources().filter(
  (path) => values.file === undefined || values.file.includes(posix.basename(path)),
);
if (paths.length === 0) {
  const names = productionSources().map((path) => posix.basename(path));
  say(`No such file: ${values.file?.join(", ")}. There are: ${names.join(", ")}.`);
  process.exit(1);
}

const files = readSources(paths);
const all = files.flatMap(mutantsOf);
const chosen = values.sample === undefined ? all : sample(all, Number(values.sample), values.seed);
const schema = buildSchema(files, chosen, new Map([[probePath, probeSource]]));
const results: Result[] = [];
let baseline: Baseline | undefined;
await campaign("mutants", schema.sources, schema.mutants);
if (!values["no-rules"]) {
  for (const { sources, broken } of breakRules(brokenRules, paths)) {
    await campaign("broken rules", sources, broken);
  }
}
mkdirSync(posix.dirname(reportPath), { recursive: true });
writeFileSync(reportPath, JSON.stringify(results, undefined, 1));
const passed = report(results, readAccepted(), schema.refused.length);
say(`All verdicts are in ${reportPath}. It took ${duration(Date.now() - started)}.`);
process.exitCode = passed ? 0 : 1;

/** Compiles sources that carry mutants, and judges each. */
async function campaign(
  what: string,
  sources: ReadonlyMap<string, string>,
  mutants: ReadonlyMap<number, Broken>,
): Promise<void> {
  const scratch = createScratch(sources);
  process.once("exit", scratch.remove);
  say(`Compiling ${mutants.size} ${what} ...`);
  await build(scratch);
  const verdicts = await judgeAll(scratch, [...mutants.keys()]);
  for (const [id, { key, file, line, operator, source }] of mutants) {
    const verdict = verdicts.get(id) ?? { outcome: "survived" };
    results.push({ key, file, line, operator, source, verdict });
  }
  process.off("exit", scratch.remove);
  scratch.remove();
}

async function judgeAll(
  scratch: Scratch,
  ids: readonly number[],
): Promise<ReadonlyMap<number, Verdict>> {
  // Which tests reach a broken rule is not worth a run of all of them: they are few.
  const known = baseline;
  baseline ??= await firstBaseline(scratch);
  const { tests, order, reaching } = baseline;
  const testsOf = new Map(ids.map((id) => [id, known ? order : (reaching.get(id) ?? [])]));
  const verdicts = new Map<number, Verdict>();
  const tell = (id: number, verdict: Verdict) => {
    verdicts.set(id, verdict);
    if (verdicts.size % 25 === 0) say(`  ${verdicts.size} of ${ids.length}`);
  };
  await judge(scratch, tests, testsOf, workers, tell);
  if (values["no-solidity"]) return verdicts;
  const alive = ids.filter((id) => verdicts.get(id)?.outcome === "survived");
  say(`Running the Solidity tests on those of ${alive.length} survivors that they reach ...`);
  await judgeBySolidity(scratch, alive, workers, (id, verdict) => verdicts.set(id, verdict));
  return verdicts;
}

async function firstBaseline(scratch: Scratch): Promise<Baseline> {
  say("Running the tests on what is not broken ...");
  const taken = await takeBaseline(scratch);
  const failing = taken.tests.filter(({ failure }) => failure !== undefined);
  say(`${taken.order.length} tests take part; left out:`);
  for (const { title, failure } of failing) say(`  ${title}: ${failure?.split("\n")[0]}`);
  if (failing.length > mostLeftOut * taken.tests.length) {
    throw new Error(
      "Too many tests fail on contracts that are not broken. Make npm test pass first.",
    );
  }
  return taken;
}
