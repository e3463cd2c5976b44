#!/usr/bin/env node
// The compiler of package.json as the command that forge asks for: `--version` and `--standard-json`.
import { readFileSync } from "node:fs";
import solc from "solc";

if (process.argv.includes("--version")) {
  const version = solc.version().replace(".Emscripten.clang", ".Linux.g++");
  process.stdout.write(`solc, the solidity compiler\nVersion: ${version}\n`);
} else {
  process.stdout.write(solc.compile(readFileSync(0, "utf8")));
}
