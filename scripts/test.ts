// `npm test`: the Solidity tests, then every folder of test/ that has `*.test.ts` files, one after the other.
// `npm test -- sdk e2e` runs the named suites only. The last line sums up what all suites reported.
import { spawn } from "node:child_process";
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Command, root, say, script, tool } from "./lib/run.ts";

interface Figures {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** From the smallest parts to the whole; a folder that is not named here comes last. */
const order = ["contracts", "sdk", "provider", "examples", "e2e", "ipfs"];
/** How long a suite may keep its process alive after its last test. */
const lingerMs = 10_000;

const scratch = mkdtempSync(join(tmpdir(), "holdfast-test-"));
// Clients remember unfinished uploads; those of tests have no place in the user's home.
process.env.HOLDFAST_STATE = join(scratch, "state");
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));

const found = suites();
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !found.has(name));
if (unknown.length > 0) {
  say(`No such suite: ${unknown.join(", ")}. There are: ${[...found.keys()].join(", ")}.`);
  process.exit(1);
}

const results: Figures[] = [];
for (const [name, command] of found) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  results.push(await run(name, command));
}
const sum = (key: keyof Figures) => results.reduce((total, result) => total + result[key], 0);
say(`${sum("passed")} passed, ${sum("failed")} failed, ${sum("skipped")} skipped`);
process.exitCode = sum("failed") > 0 ? 1 : 0;

/** Found in the tree, so that no test file can be left out by mistake. */
function suites(): Map<string, (figures: string) => Command> {
  const files = globSync("test/*/**/*.test.ts", { cwd: root }).map((file) =>
    file.replaceAll("\\", "/"),
  );
  const folders = new Set(files.map((file) => file.split("/")[1] ?? ""));
  const rank = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length);
  const sorted = [...folders].sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
  return new Map([
    ["solidity", (figures: string) => script("scripts/lib/solidity-tests.ts", figures)],
    ...sorted.map((name) => [name, (figures: string) => mocha(name, figures)] as const),
  ]);
}

function mocha(folder: string, figures: string): Command {
  return tool(
    "mocha",
    "--forbid-only",
    "--reporter=scripts/lib/mocha-reporter.cjs",
    `--reporter-option=output=${figures}`,
    `test/${folder}/**/*.test.ts`,
  );
}

async function run(name: string, command: (figures: string) => Command): Promise<Figures> {
  say(`\n--- ${name}`);
  const file = join(scratch, `${name}.json`);
  const end = await finish(command(file), file);
  const figures = read(file) ?? { passed: 0, failed: 0, skipped: 0 };
  const complaint = complain(end, figures);
  if (!complaint) return figures;
  say(`The suite "${name}" ${complaint}: counted as one failure.`);
  return { ...figures, failed: figures.failed + 1 };
}

/** What is wrong with a suite beyond the tests that it reported as failed. */
function complain(end: number | string, figures: Figures): string | undefined {
  if (typeof end === "string") return end;
  if (figures.passed + figures.failed + figures.skipped === 0) return "reported no test";
  if (end !== 0 && figures.failed === 0) return `ended with exit code ${end}`;
  return undefined;
}

/** Runs a suite to its end; one that has reported its figures and does not end is killed. */
function finish([file, ...args]: Command, figures: string): Promise<number | string> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: root, stdio: "inherit" });
    let reportedAt: number | undefined;
    let lingered = false;
    const watch = setInterval(() => {
      if (existsSync(figures)) reportedAt ??= Date.now();
      lingered = reportedAt !== undefined && Date.now() - reportedAt > lingerMs;
      if (lingered) child.kill("SIGKILL");
    }, 500);
    const interrupt = (signal: NodeJS.Signals) => {
      child.kill(signal);
      child.on("exit", () => process.exit(1));
    };
    process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      clearInterval(watch);
      process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
      if (lingered) resolve("kept its process alive after its last test");
      else resolve(code ?? `was ended by ${signal}`);
    });
  });
}

function read(figures: string): Figures | undefined {
  return existsSync(figures) ? JSON.parse(readFileSync(figures, "utf8")) : undefined;
}
