// `node scripts/run.mjs <task> [arguments]`, behind the npm scripts of the same kind: moves to Node 24,
// installs what is missing, builds, and hands over to scripts/<task>.ts. Plain JavaScript that old versions of Node can
// read, and built-in modules only: it runs before anything is installed.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { constants as os } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const NODE = 24;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const tasks = [
  "demo",
  "test",
  "build",
  "check",
  "simulate",
  "mutate",
  "coverage",
  "bench-gas",
  "slither",
  "halmos",
];
const children = new Set();

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  },
);

async function main(argv) {
  const task = argv[0];
  if (!tasks.includes(task))
    throw new Error(`Unknown task "${task}". Choose from: ${tasks.join(", ")}.`);
  passSignalsOn();
  leaveNpx();
  if (Number.parseInt(process.versions.node, 10) < NODE) return moveToNode(argv);

  const missing = missingDependencies();
  if (missing) {
    say(`Installing dependencies (${missing}) ...`);
    const code = await npm(["ci", "--include=dev", "--loglevel=error"]);
    if (code !== 0) return code;
  }
  const code = await run(process.execPath, ["scripts/build.ts"]);
  if (code !== 0 || task === "build") return code;
  return run(process.execPath, [`scripts/${task}.ts`].concat(argv.slice(1)));
}

/** Runs this file again under Node 24, which npm fetches into its own cache. */
function moveToNode(argv) {
  if (process.env.HOLDFAST_MOVED) {
    throw new Error(
      `Holdfast's tools need Node ${NODE} or newer, got ${process.version}, and npm could not provide it. Install it from https://nodejs.org`,
    );
  }
  say(`This is Node ${process.versions.node}; moving to Node ${NODE}, which npm fetches once ...`);
  process.env.HOLDFAST_MOVED = "1";
  const { platform, arch } = process;
  const prefix = platform === "darwin" && arch === "arm64" ? "node-bin" : "node";
  const system = platform === "win32" ? "win" : platform;
  // The package of the platform has the binary in it. The package `node` fetches it by an install script, which npm 12
  // skips unless it is allowed, and which fails under npm 11 when it is.
  const source = `--package=${prefix}-${system}-${arch}@${NODE}`;
  return npm(
    ["exec", "--yes", "--loglevel=error", source, "--", "node", "scripts/run.mjs"].concat(argv),
  );
}

/** An npm below `npm exec` inherits what that one was asked to run, and fails or runs that again. */
function leaveNpx() {
  for (const name of ["package", "call"]) delete process.env[`npm_config_${name}`];
}

/** Says why `npm ci` is needed, or returns undefined. */
function missingDependencies() {
  const wanted = packages("package-lock.json");
  const installed = packages("node_modules/.package-lock.json");
  if (!wanted)
    throw new Error(
      "package-lock.json is missing or unreadable. Restore it: git checkout package-lock.json",
    );
  if (!installed) return "none yet";
  const stale = Object.keys(wanted).find(
    (path) =>
      path !== "" &&
      !wanted[path].optional &&
      (!installed[path] || installed[path].version !== wanted[path].version),
  );
  if (stale) return `${stale.replace(/.*node_modules\//, "")} is not as locked`;
  try {
    // An install by an old Node leaves out the native part of the chain simulator. Only loading it shows that.
    createRequire(join(root, "package.json"))("@nomicfoundation/edr");
    return undefined;
  } catch (error) {
    return `the installed ones do not load: ${error.message.split("\n")[0]}`;
  }
}

function packages(lockFile) {
  try {
    return JSON.parse(readFileSync(join(root, lockFile), "utf8")).packages;
  } catch (error) {
    if (error.code === "ENOENT" || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Runs npm without a shell in between, so that arguments arrive as they are. */
function npm(args) {
  const cli = process.env.npm_execpath;
  if (cli && /npm-cli\.c?js$/.test(cli)) return run(process.execPath, [cli].concat(args));
  return run("npm", args);
}

function run(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: "inherit" });
    children.add(child);
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      children.delete(child);
      resolve(signal ? 128 + os.signals[signal] : code);
    });
  });
}

/** The task cleans up after a signal and says how it went; this process only waits for it. */
function passSignalsOn() {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => {
      for (const child of children) child.kill(signal);
    });
  }
}

function say(line) {
  process.stdout.write(`${line}\n`);
}
