import { init } from "./cli/init.ts";
import { run } from "./cli/run.ts";
import { status } from "./cli/status.ts";
import { reason } from "./log.ts";

const commands: Readonly<Record<string, (args: readonly string[]) => Promise<number>>> = {
  run,
  init,
  status,
};

const help = `holdfast-provider: store data for a term, prove it in every period, earn

Usage:
  holdfast-provider <command> [flags]

Commands:
  init     create the operator's key and a configuration; print what the owner has to send
  run      serve, prove and get paid until stopped
  status   what the chain says about this provider, and whether its daemon answers

holdfast-provider <command> --help explains the flags of a command.
Exit codes: 0 well, 1 failed or not well, 2 wrong flags, configuration or set-up on the chain.
`;

/** Runs a command line; the result is the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const [name = "", ...rest] = args;
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command !== undefined) return guarded(() => command(rest));

  const wanted = name === "" || name === "--help" || name === "-h" || name === "help";
  if (wanted) {
    process.stdout.write(help);
    return name === "" ? 2 : 0;
  }
  process.stderr.write(
    `There is no command "${name}".\nFix: use one of ${Object.keys(commands).join(", ")}.\n`,
  );
  return 2;
}

/** Every expected error says how to fix it; anything else keeps its stack, which is what a bug report needs. */
async function guarded(work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    const fix = (error as { fix?: unknown }).fix;
    if (typeof fix === "string") {
      process.stderr.write(`${reason(error)}\nFix: ${fix}\n`);
      return 2;
    }
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    return 1;
  }
}
