import { spawn } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { hitsOf, probePath, probeSource } from "./probe.ts";
import { root, tool } from "./run.ts";

/** A copy of contracts and tests in which sources can be rewritten. The rest is the project's own, by links. */
export interface Scratch {
  readonly path: string;
  remove(): void;
}

const copied = new Set(["contracts", "test", "package.json"]);
/** What a project has of its own. */
const own = new Set(["hardhat.config.ts", "artifacts", "cache", "coverage", ".git"]);

/** @param sources Rewritten files by path; others stay as they are. */
export function createScratch(sources: ReadonlyMap<string, string>): Scratch {
  const path = mkdtempSync(join(tmpdir(), "holdfast-scratch-"));
  for (const name of copied) cpSync(join(root, name), join(path, name), { recursive: true });
  for (const name of readdirSync(root)) {
    if (!copied.has(name) && !own.has(name)) symlinkSync(join(root, name), join(path, name));
  }
  for (const [file, text] of [...sources, [probePath, probeSource] as const]) {
    mkdirSync(dirname(join(path, file)), { recursive: true });
    writeFileSync(join(path, file), text);
  }
  const config = pathToFileURL(join(root, "scripts/lib/probe-config.ts")).href;
  writeFileSync(
    join(path, "hardhat.config.ts"),
    `import { probeConfig } from "${config}";\nexport default probeConfig;\n`,
  );
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Compiles contracts and Solidity tests. @throws Error with what the compiler said. */
export async function build(scratch: Scratch): Promise<void> {
  const { code, output } = await hardhat(scratch, {}, "--no-typechain", "build");
  if (code !== 0) throw new Error(`The rewritten contracts do not compile:\n${output}`);
}

/** Runs the Solidity tests with a mutant on. */
export async function solidityTests(
  scratch: Scratch,
  mutant: number,
  timeoutMs: number,
): Promise<"passed" | "failed" | "timed out"> {
  const env = { HOLDFAST_MUTANT: String(mutant) };
  const run = await hardhat(scratch, { ...env, timeoutMs }, "test", "solidity", "--no-compile");
  if (run.timedOut) return "timed out";
  return run.code === 0 ? "passed" : "failed";
}

/** What the Solidity tests reach. @throws Error when they do not pass. */
export async function recordSolidityTests(scratch: Scratch): Promise<Set<number>> {
  const { code, output } = await hardhat(
    scratch,
    {},
    "test",
    "solidity",
    "--no-compile",
    "--coverage",
  );
  if (code !== 0) throw new Error(`The Solidity tests fail on the rewritten contracts:\n${output}`);
  const folder = join(scratch.path, "coverage/data/solidity");
  const tags = readdirSync(folder).flatMap((file) =>
    Object.keys(JSON.parse(readFileSync(join(folder, file), "utf8"))),
  );
  return new Set(hitsOf(tags));
}

interface Run {
  readonly code: number;
  readonly output: string;
  readonly timedOut: boolean;
}

function hardhat(
  scratch: Scratch,
  { timeoutMs, ...env }: { readonly timeoutMs?: number; readonly [name: string]: unknown },
  ...args: string[]
): Promise<Run> {
  const [file, ...rest] = tool("hardhat", ...args);
  return new Promise((resolve, reject) => {
    const child = spawn(file, rest, {
      cwd: scratch.path,
      env: {
        ...process.env,
        HARDHAT_DISABLE_TELEMETRY: "true",
        ...(env as Record<string, string>),
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    let timedOut = false;
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true;
            child.kill("SIGKILL");
          }, timeoutMs);
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code: code ?? 1, output, timedOut });
    });
  });
}
