// Contracts, generated code, packages, in this order. Quiet unless something fails; each step is quick when nothing changed.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Command, capture, root, say, script, tool } from "./lib/run.ts";

/** What a devnet deploys. The SDK carries no bytecode, so that it stays small. */
const deployed = {
  StorageMarket: "contracts/StorageMarket.sol",
  PrevrandaoBeacon: "contracts/beacons/PrevrandaoBeacon.sol",
  TestStablecoin: "contracts/mocks/TestStablecoin.sol",
};

// Hardhat would ask about telemetry, and send it, on a terminal.
process.env.HARDHAT_DISABLE_TELEMETRY = "true";
say("Building contracts and packages ...");

await step("contracts", tool("hardhat", "build", "--no-tests"));
await step("ABIs", script("scripts/export-abi.ts"));
copyBytecode();
await step("packages", tool("typescript", "-b", "sdk", "provider", "devnet"));

async function step(name: string, command: Command): Promise<void> {
  const { code, output } = await capture(command);
  // Libraries may warn about themselves; our own code may not.
  const warned = /^\s*--> \.\/contracts\//m.test(output);
  if (code !== 0 || warned) say(output);
  // CI compiles from nothing, so that it sees every warning; an incremental build does not repeat them.
  if (code === 0 && !(warned && process.env.CI)) return;
  say(`The build of the ${name} failed, see above.`);
  process.exit(1);
}

function copyBytecode(): void {
  mkdirSync(join(root, "devnet/artifacts"), { recursive: true });
  for (const [name, source] of Object.entries(deployed)) {
    const artifact = readFileSync(join(root, "artifacts", source, `${name}.json`), "utf8");
    const { abi, bytecode } = JSON.parse(artifact);
    const file = join(root, "devnet/artifacts", `${name}.json`);
    writeFileSync(file, JSON.stringify({ contractName: name, abi, bytecode }));
  }
}
