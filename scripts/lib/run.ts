import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The top of the repository. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export type Command = readonly [file: string, ...args: string[]];

/** The command of an installed package, to be run by this Node. */
export function tool(packageName: string, ...args: string[]): Command {
  const folder = join(root, "node_modules", packageName);
  const manifest: { bin: string | Record<string, string> } = JSON.parse(
    readFileSync(join(folder, "package.json"), "utf8"),
  );
  const [file = ""] =
    typeof manifest.bin === "string" ? [manifest.bin] : Object.values(manifest.bin);
  return [process.execPath, join(folder, file), ...args];
}

/** A script of this repository, to be run by this Node. */
export function script(path: string, ...args: string[]): Command {
  return [process.execPath, join(root, path), ...args];
}

/** Runs a command at the top of the repository and keeps what it prints. */
export function capture([file, ...args]: Command): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 1, output: `${Buffer.concat(chunks)}` }));
  });
}

export function say(line = ""): void {
  process.stdout.write(`${line}\n`);
}
