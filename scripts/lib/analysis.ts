// Slither and Halmos are Python programs, and Halmos needs forge: all three go into .tools, with the versions that tools/analysis
// fixes. Nothing comes from anywhere but PyPI and npm.
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { root, say } from "./run.ts";

const pinned = join(root, "tools/analysis");
const venv = join(root, ".tools/python");
const forge = join(root, ".tools/forge");

/** Installs Slither and Halmos into a virtual environment of their own, unless the same versions are there. */
export function installPython(): void {
  if (isCurrent(venv, "requirements.txt")) return;
  say("Installing Slither and Halmos: a minute, once ...");
  rmSync(venv, { recursive: true, force: true });
  mustRun("python3", ["-m", "venv", venv], "Install Python 3.11 or newer with its venv module.");
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
  mustRun(join(venv, "bin/python"), [...pip, join(pinned, "requirements.txt")]);
  markCurrent(venv, "requirements.txt");
}

/** Installs forge, of which Halmos needs the build, unless the same version is there. */
export function installForge(): void {
  if (isCurrent(forge, "package-lock.json")) return;
  say("Installing forge: some seconds, once ...");
  rmSync(forge, { recursive: true, force: true });
  mkdirSync(forge, { recursive: true });
  copyFileSync(join(pinned, "package.json"), join(forge, "package.json"));
  copyFileSync(join(pinned, "package-lock.json"), join(forge, "package-lock.json"));
  // The binary comes in a package of its platform; the install script would only look for it.
  mustRun("npm", ["ci", "--prefix", forge, "--ignore-scripts", "--loglevel=error"]);
  markCurrent(forge, "package-lock.json");
}

/** The environment in which the tools find each other, and this Node. */
export function analysisEnvironment(): NodeJS.ProcessEnv {
  const folders = [
    dirname(process.execPath),
    join(venv, "bin"),
    join(forge, "node_modules/@foundry-rs", forgePackage(), "bin"),
    join(root, "node_modules/.bin"),
    process.env.PATH ?? "",
  ];
  return { ...process.env, PATH: folders.join(delimiter), HARDHAT_DISABLE_TELEMETRY: "true" };
}

/** The launcher of `@foundry-rs/forge` exits with 0 when forge fails, so the binary is called itself. */
function forgePackage(): string {
  return `forge-${process.platform}-${process.arch === "x64" ? "amd64" : process.arch}`;
}

function isCurrent(folder: string, list: string): boolean {
  const mark = join(folder, "installed");
  return (
    existsSync(mark) && readFileSync(mark, "utf8") === readFileSync(join(pinned, list), "utf8")
  );
}

function markCurrent(folder: string, list: string): void {
  mkdirSync(folder, { recursive: true });
  copyFileSync(join(pinned, list), join(folder, "installed"));
}

function mustRun(command: string, args: readonly string[], fix = "See above."): void {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: "inherit" });
  if (status === 0) return;
  const reason = error ? error.message : `it ended with exit code ${status}`;
  throw new Error(`\`${command} ${args.join(" ")}\` failed: ${reason}. ${fix}`);
}
