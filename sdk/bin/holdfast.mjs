#!/usr/bin/env node
// A thin door: the commands live in packages of their own, so that the SDK stays small.
const [command, ...args] = process.argv.slice(2);

if (command === "devnet") {
  try {
    const { loadDevnet } = await import("../dist/devnet.js");
    const { runDevnetCli } = await loadDevnet();
    await runDevnetCli(args);
  } catch (error) {
    if (error?.code !== "DEVNET_NOT_INSTALLED") throw error;
    process.stderr.write(`${error.message}\n${error.fix}\n`);
    process.exitCode = 1;
  }
} else {
  process.stdout.write(
    "Usage: holdfast devnet [--help]   a chain, a market and storage providers on this machine\n",
  );
  process.exitCode = command === undefined || command === "--help" ? 0 : 2;
}
