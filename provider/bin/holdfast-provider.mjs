#!/usr/bin/env node
const major = Number(process.versions.node.split(".")[0]);
if (major < 24) {
  console.error(
    `holdfast-provider needs Node 24 or newer, this is ${process.version}. Install it from https://nodejs.org`,
  );
  process.exit(2);
}
const { main } = await import("../dist/cli.js");
process.exitCode = await main(process.argv.slice(2));
