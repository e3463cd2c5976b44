// `npm run mutate`: breaks the contracts in many small ways and runs their tests on each. What no test notices is a survivor;
// at least 95 % must fall, and each survivor needs a reason in test/contracts/mutants.md.
//
//   --file Settlement.sol   mutants of these files only (may be repeated)
//   --sample 100 --seed 1   so many mutants, drawn by the seed
//   --workers 2             processes that run tests
//   --no-rules              without the broken rules of scripts/mutate/rules.ts
//   --no-solidity           without the Solidity tests, which see what mocha's let live
//   --resume                judges only what the last run, if on the same contracts, did not see fall; and the broken rules
import { posix } from "node:path";
import { parseArgs } from "node:util";
import { probePath, probeSource } from "./lib/probe.ts";
import { say } from "./lib/run.ts";
import { build, createScratch, type Scratch } from "./lib/scratch.ts";
import { duration } from "./lib/screen.ts";
import { productionSources, readSources } from "./lib/solidity-ast.ts";
import type { Verdict } from "./lib/workers.ts";
import { readAccepted } from "./mutate/accepted.ts";
import { batchesOf, mostTogether } from "./mutate/batches.ts";
import { brokenRules } from "./mutate/broken-rules.ts";
import { type Baseline, judge, judgeBySolidity, takeBaseline } from "./mutate/campaign.ts";
import { mutantsOf } from "./mutate/mutants.ts";
import { type Result, report } from "./mutate/report.ts";
import { type Broken, breakRules } from "./mutate/rules.ts";
import { sample } from "./mutate/sample.ts";
import { buildSchema } from "./mutate/schema.ts";
import { openVerdicts } from "./mutate/verdicts.ts";

/** Share of the tests that may fail on contracts that are rewritten but not broken. */
const mostLeftOut = 0.1;
const verdictsPath = "cache/mutants.jsonl";

const { values } = parseArgs({
  options: {
    file: { type: "string", multiple: true },
    sample: { type: "string" },
    seed: { type: "string", default: "1" },
    workers: { type: "string", default: "2" },
    "no-rules": { type: "boolean", default: false },
    "no-solidity": { type: "boolean", default: false },
    resume: { type: "boolean", default: false },
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
const everything = readSources(productionSources()).map(({ text }) => text.toString());
const verdicts = openVerdicts(verdictsPath, everything, values.resume);
const open = chosen.filter(({ key }) => !verdicts.known.has(key));
const results: Result[] = chosen.flatMap((mutant) => {
  const verdict = verdicts.known.get(mutant.key);
  return verdict ? [resultOf(mutant, verdict)] : [];
});
say(`${chosen.length} mutants, of which ${open.length} are to be judged.`);
const probe = new Map([[probePath, probeSource]]);
let baseline: Baseline | undefined;
let refused = 0;
for (const batch of batchesOf(open, mostTogether)) {
  const names = [...new Set(batch.map(({ file }) => posix.basename(file)))];
  say(`${batch.length} mutants of ${names.join(", ")}`);
  const schema = buildSchema(files, batch, probe);
  refused += schema.refused.length;
  await judgeAll(schema.sources, schema.mutants, undefined);
}
if (!values["no-rules"]) {
  for (const { sources, broken } of breakRules(brokenRules, paths)) {
    say(`${broken.size} broken rules`);
    // Which tests reach a broken rule is not worth a run of all of them: they are few.
    await judgeAll(sources, broken, baseline);
  }
}
const passed = report(results, readAccepted(), refused);
say(`All verdicts are in ${verdictsPath}. It took ${duration(Date.now() - started)}.`);
process.exitCode = passed ? 0 : 1;

/** Compiles sources that carry mutants and judges each. @param known Tests to use, all on every mutant. */
async function judgeAll(
  sources: ReadonlyMap<string, string>,
  mutants: ReadonlyMap<number, Broken>,
  known: Baseline | undefined,
): Promise<void> {
  const scratch = createScratch(sources);
  process.once("exit", scratch.remove);
  say("Compiling them ...");
  await build(scratch);
  baseline = known ?? (await firstBaseline(scratch));
  const { tests, order, reaching } = baseline;
  const ids = [...mutants.keys()];
  const testsOf = new Map(ids.map((id) => [id, known ? order : (reaching.get(id) ?? [])]));
  const judged = new Map<number, Verdict>();
  const tell = (id: number, verdict: Verdict) => {
    judged.set(id, verdict);
    verdicts.add(mutants.get(id)?.key ?? "", verdict);
    if (judged.size % 25 === 0) say(`  ${judged.size} of ${ids.length}`);
  };
  await judge(scratch, tests, testsOf, workers, tell);
  const alive = ids.filter((id) => judged.get(id)?.outcome === "survived");
  if (!values["no-solidity"] && alive.length > 0) {
    say(`Running the Solidity tests on those of ${alive.length} survivors that they reach ...`);
    await judgeBySolidity(scratch, alive, workers, tell);
  }
  process.off("exit", scratch.remove);
  scratch.remove();
  for (const [id, mutant] of mutants) {
    results.push(resultOf(mutant, judged.get(id) ?? { outcome: "survived" }));
  }
}

function resultOf({ key, file, line, operator, source }: Broken, verdict: Verdict): Result {
  return { key, file, line, operator, source, verdict };
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
