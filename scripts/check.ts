// `npm run check`: format, lint, types, dead code, the lock-file, code in the docs, and what the docs say of tests. Runs everything,
// then says what failed.
import { attacksFault, specFault } from "./lib/claims.ts";
import { missingEntries } from "./lib/lock-file.ts";
import { readmeFault } from "./lib/readme.ts";
import { type Command, capture, say, tool } from "./lib/run.ts";

const solidity = ["contracts/**/*.sol", "test/**/*.sol"];
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
report("code in the docs", readmeFault());
report("tests of the rules", specFault());
report("tests of the attacks", attacksFault());
process.exitCode = failed > 0 ? 1 : 0;

function report(name: string, fault: string | undefined): void {
  say(`${fault === undefined ? "ok    " : "FAILED"}  ${name}`);
  if (fault === undefined) return;
  failed += 1;
  say(fault);
}

function lockFileFault(): string | undefined {
  const missing = [...missingEntries().keys()];
  if (missing.length === 0) return undefined;
  return `package-lock.json lacks ${missing.join(", ")}. Run: node scripts/complete-lock.ts`;
}
