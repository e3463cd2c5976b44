// `npm run check`: format, lint, types, dead code, and the lock-file. Runs everything, then says what failed.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Command, capture, root, say, tool } from "./lib/run.ts";

/** Registries do not all carry every platform of the chain simulator; an entry that is lost breaks `npm ci` there. */
const platforms = [
  "darwin-arm64",
  "darwin-x64",
  "linux-arm64-gnu",
  "linux-arm64-musl",
  "linux-x64-gnu",
  "linux-x64-musl",
  "win32-x64-msvc",
];

const solidity = ["contracts/**/*.sol", "test/contracts/**/*.sol"];
const checks: Record<string, Command> = {
  "TypeScript format and lint": tool("@biomejs/biome", "check", "--error-on-warnings", "."),
  "Solidity format": tool("prettier", "--check", "--no-error-on-unmatched-pattern", ...solidity),
  "Solidity lint": tool("solhint", "--noPoster", "--max-warnings=0", ...solidity),
  types: tool("typescript", "-p", "tsconfig.json"),
  "dead code": tool("knip", "--no-progress"),
};

let failed = 0;
for (const [name, command] of Object.entries(checks)) {
  const { code, output } = await capture(command);
  report(name, code === 0 ? undefined : output);
}
report("lock-file", lockFileFault());
process.exitCode = failed > 0 ? 1 : 0;

function report(name: string, fault: string | undefined): void {
  say(`${fault === undefined ? "ok    " : "FAILED"}  ${name}`);
  if (fault === undefined) return;
  failed += 1;
  say(fault);
}

function lockFileFault(): string | undefined {
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  const missing = platforms.filter(
    (name) => !packages[`node_modules/@nomicfoundation/edr-${name}`],
  );
  if (missing.length === 0) return undefined;
  return `package-lock.json lacks @nomicfoundation/edr for ${missing.join(", ")}. Restore these entries from the last commit.`;
}
