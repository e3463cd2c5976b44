import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const readyMs = 30_000;
const stopMs = 5_000;

/** A provider's process. `stalled`: it is there and does not answer. */
export type DaemonState = "stopped" | "running" | "stalled";

export interface Daemon {
  state(): DaemonState;
  /** Starts the process; resolves when it is ready. */
  start(): Promise<void>;
  /** Ends it as a power cut would. */
  kill(): Promise<void>;
  stall(): void;
  resume(): void;
  /** Asks it to end, and ends it when it does not. */
  stop(): Promise<void>;
  /** Ends it without waiting, for the exit of this process. */
  abandon(): void;
}

/** @param name For error messages. @param log File that takes what the process prints. */
export function daemon(name: string, configFile: string, log: string): Daemon {
  let child: ChildProcessWithoutNullStreams | undefined;
  let stalled = false;

  const end = async (signal: NodeJS.Signals) => {
    if (!child) return;
    const ended = once(child, "exit");
    child.kill(signal);
    // A stopped process takes no signal but SIGKILL before it goes on.
    if (stalled && signal !== "SIGKILL") child.kill("SIGCONT");
    const force = setTimeout(() => child?.kill("SIGKILL"), stopMs);
    await ended;
    clearTimeout(force);
  };
  const signal = (wanted: DaemonState, how: NodeJS.Signals) => {
    if (!child || state() !== wanted) throw new Error(`${name} is ${state()}, not ${wanted}.`);
    child.kill(how);
    stalled = how === "SIGSTOP";
  };
  const state = (): DaemonState => {
    if (!child) return "stopped";
    return stalled ? "stalled" : "running";
  };

  return {
    state,
    async start() {
      if (child) throw new Error(`${name} is ${state()} already.`);
      child = launch(configFile);
      stalled = false;
      child.once("exit", () => {
        child = undefined;
      });
      const fault = await ready(child, log);
      if (fault === undefined) return;
      await end("SIGKILL");
      const printed = readFileSync(log, "utf8").slice(-2_000);
      throw new Error(`${name} ${fault}. It printed:\n${printed}`);
    },
    kill: () => end("SIGKILL"),
    stop: () => end("SIGTERM"),
    stall: () => signal("running", "SIGSTOP"),
    resume: () => signal("stalled", "SIGCONT"),
    abandon: () => child?.kill("SIGKILL"),
  };
}

function launch(configFile: string): ChildProcessWithoutNullStreams {
  const command = fileURLToPath(
    new URL("../bin/holdfast-provider.mjs", import.meta.resolve("@holdfast/provider")),
  );
  // The pipe to its input closes when this process dies, however it dies; the provider then ends too. A process group of
  // its own keeps a Ctrl-C at the terminal from it, so that everything is taken down in order.
  const args = [command, "run", "--config", configFile, "--until-stdin-closes"];
  return spawn(process.execPath, args, { detached: true });
}

/** Keeps all that the process prints. Resolves with what went wrong, or with nothing once it says that it is ready. */
function ready(child: ChildProcessWithoutNullStreams, log: string): Promise<string | undefined> {
  const file = createWriteStream(log, { flags: "a" });
  child.stderr.pipe(file, { end: false });
  child.once("close", () => file.end());
  return new Promise((resolve) => {
    const late = setTimeout(() => resolve(`was not ready within ${readyMs / 1000} s`), readyMs);
    const settle = (fault?: string) => {
      clearTimeout(late);
      resolve(fault);
    };
    child.once("error", ({ message }) => settle(`did not start: ${message}`));
    child.once("close", (code, signal) =>
      settle(`ended with ${signal ?? `exit code ${code}`} while starting`),
    );
    createInterface({ input: child.stdout }).on("line", (line) => {
      file.write(`${line}\n`);
      if (line.startsWith('{"ready":true')) settle();
    });
  });
}
