import { type ChildProcessByStdio, execFile, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { Context } from "mocha";
import { root } from "../../../scripts/lib/run.ts";

/** A repository of Kubo in a directory of its own, and its command line. */
export interface KuboRepo {
  /** Runs `ipfs` with `args`; what it prints, without the end of the line. */
  ipfs(args: readonly string[], input?: Uint8Array): Promise<string>;
  /** The same for commands that print content. */
  bytes(args: readonly string[], input?: Uint8Array): Promise<Uint8Array>;
  /** A directory that goes with the repository. */
  readonly dir: string;
  remove(): void;
}

/** A node: a repository whose daemon runs, cut off from the network. */
export interface KuboNode extends KuboRepo {
  /** Address of its RPC. */
  readonly url: string;
  stop(): Promise<void>;
}

type Daemon = ChildProcessByStdio<null, Readable, null>;

const commandMs = 20_000;
const startMs = 30_000;
const stopMs = 5_000;
const largestOutput = 64 << 20;

const candidates = [process.env.HOLDFAST_IPFS, join(root, ".tools", "ipfs"), "ipfs"];
const binary = candidates.find((file) => file !== undefined && isKubo(file));

if (binary === undefined) {
  process.stdout.write(
    "\n  SKIPPED: no test against a real IPFS node, since there is no `ipfs` binary. Build it, which needs Go and some minutes:\n" +
      "  bash scripts/kubo.sh    (or set HOLDFAST_IPFS to one)\n\n",
  );
}

/** In a `before`: skips every test of the suite, each counted, on a machine without Kubo. */
export function needsKubo(context: Context): void {
  if (binary === undefined) context.skip();
}

/** A new, empty repository whose `add` makes CIDs of profile unixfs-v1-2025 when it is told nothing. */
export async function newRepo(): Promise<KuboRepo> {
  const dir = mkdtempSync(join(tmpdir(), "holdfast-kubo-"));
  const remove = () => rmSync(dir, { recursive: true, force: true });
  process.once("exit", remove);
  const bytes = (args: readonly string[], input?: Uint8Array) => run(dir, args, input);
  const repo: KuboRepo = {
    dir,
    bytes,
    ipfs: async (args, input) =>
      Buffer.from(await bytes(args, input))
        .toString()
        .trimEnd(),
    remove() {
      process.off("exit", remove);
      remove();
    },
  };
  // Loopback and free ports alone; nothing is looked up or reported.
  await repo.ipfs(["init", "--empty-repo", "--profile=test,unixfs-v1-2025,autoconf-off"]);
  return repo;
}

/** Starts a node. */
export async function startKubo(): Promise<KuboNode> {
  const repo = await newRepo();
  const child = spawn(kubo(), ["daemon", "--offline"], {
    env: environment(repo.dir),
    stdio: ["ignore", "pipe", "inherit"],
  });
  const abandon = () => child.kill("SIGKILL");
  process.once("exit", abandon);
  const ended = once(child, "close");
  const stop = async () => {
    child.kill("SIGTERM");
    const force = setTimeout(abandon, stopMs);
    await ended;
    clearTimeout(force);
    process.off("exit", abandon);
    repo.remove();
  };
  try {
    return { ...repo, url: await ready(child), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Where the RPC listens, once the daemon says that it is ready. */
function ready(child: Daemon): Promise<string> {
  return new Promise((resolve, reject) => {
    const printed: string[] = [];
    const fail = (what: string) =>
      reject(new Error(`Kubo ${what}. It printed:\n${printed.join("\n")}`));
    const late = setTimeout(() => fail(`was not ready within ${startMs / 1000} s`), startMs);
    createInterface({ input: child.stdout }).on("line", (line) => {
      printed.push(line);
      if (!line.startsWith("Daemon is ready")) return;
      clearTimeout(late);
      const port = /RPC API server listening on \/ip4\/127\.0\.0\.1\/tcp\/(\d+)/.exec(
        printed.join("\n"),
      );
      if (port) resolve(`http://127.0.0.1:${port[1]}`);
      else fail("does not say where its RPC is");
    });
    child.once("close", () => {
      clearTimeout(late);
      fail("ended while starting");
    });
  });
}

function run(dir: string, args: readonly string[], input?: Uint8Array): Promise<Uint8Array> {
  const options = {
    env: environment(dir),
    encoding: "buffer",
    timeout: commandMs,
    killSignal: "SIGKILL",
    maxBuffer: largestOutput,
  } as const;
  return new Promise((resolve, reject) => {
    const child = execFile(kubo(), args, options, (error, stdout, stderr) => {
      if (error) reject(new Error(`ipfs ${args.join(" ")} failed: ${stderr}`, { cause: error }));
      else resolve(stdout);
    });
    child.stdin?.end(input);
  });
}

function environment(dir: string): NodeJS.ProcessEnv {
  return { ...process.env, IPFS_PATH: join(dir, "repo"), IPFS_TELEMETRY: "off" };
}

function isKubo(file: string): boolean {
  try {
    return execFileSync(file, ["version"], { encoding: "utf8", stdio: "pipe" }).startsWith("ipfs ");
  } catch (error) {
    if (error instanceof Error) return false;
    throw error;
  }
}

function kubo(): string {
  if (binary === undefined) throw new Error("unreachable: the suite is skipped without Kubo");
  return binary;
}
