// `npm run halmos`: proves every `check_` of test/halmos for all inputs, on the bytecode that forge builds with the settings of
// hardhat.config.ts. `npm run halmos -- PeriodBits` takes the contracts whose names match. The last line sums up.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { analysisEnvironment, installForge, installPython } from "./lib/analysis.ts";
import { root, say } from "./lib/run.ts";

interface Proof {
  readonly name: string;
  readonly exitcode: number;
  readonly num_bounded_loops: number;
}

interface Report {
  readonly test_results: Readonly<Record<string, readonly Proof[]>>;
}

const folder = join(root, ".tools/halmos");
const report = join(folder, "report.json");
// Halmos leaves the queries of every proof where temporary files go.
const queries = join(folder, "queries");

installPython();
installForge();
// From nothing: forge keeps what it built of sources that are gone.
rmSync(folder, { recursive: true, force: true });
mkdirSync(queries, { recursive: true });
const { status } = spawnSync("halmos", halmosArguments(process.argv[2] ?? "Check$"), {
  cwd: root,
  env: { ...analysisEnvironment(), TMPDIR: queries },
  stdio: "inherit",
});

rmSync(queries, { recursive: true, force: true });

const proofs = Object.values(read().test_results).flat();
const failed = proofs.filter((proof) => proof.exitcode !== 0);
// Halmos passes a proof whose loop it has cut short: that would be a proof of less than it says.
const cut = proofs.filter((proof) => proof.exitcode === 0 && proof.num_bounded_loops > 0);
for (const { name } of cut) say(`${name} has a loop that was not followed to its end.`);
const lost = failed.length + cut.length;
say(`${proofs.length - lost} proofs hold, ${lost} do not`);
process.exitCode = status === 0 && lost === 0 && proofs.length > 0 ? 0 : 1;

function halmosArguments(contracts: string): readonly string[] {
  return [
    ...["--match-contract", contracts, "--function", "check_"],
    ...["--forge-build-out", ".tools/halmos/out", "--json-output", report],
    // More than any loop here takes; what is not enough is reported above.
    ...["--loop", "600"],
    ...["--solver-timeout-assertion", "60s", "--solver-threads", "1", "--no-status"],
  ];
}

function read(): Report {
  try {
    return JSON.parse(readFileSync(report, "utf8"));
  } catch (error) {
    throw new Error("Halmos gave no report, see above.", { cause: error });
  }
}
