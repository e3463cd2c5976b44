// `npm run simulate`: cheating strategies against the market's rules, by Monte Carlo beside the closed formulas.
//   -- --seed 7 --samples 2        another stream of random numbers, twice as many
//   -- --l1-gwei 1 --l2-gwei 0.01 --eth-usd 3000 --tib-month-usd 2.5        prices for the projection
//   -- --json        for machines;   -- --write, -- --picture: docs/economics.md, docs/economics.svg
// Ends with exit code 1 when a simulated figure is not what its formula says, or a claim of the documents is false.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root, say } from "./lib/run.ts";
import { table } from "./lib/screen.ts";
import { fill } from "./simulate/document.ts";
import { faultOf, type Section } from "./simulate/figures.ts";
import { parseOptions } from "./simulate/options.ts";
import { picture } from "./simulate/picture.ts";
import { simulate } from "./simulate/sections.ts";

try {
  main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}

function main(): void {
  const options = parseOptions(process.argv.slice(2));
  const sections = simulate(options.run, options.prices);
  const faults = sections.flatMap(({ figures }) => figures.map(faultOf)).filter((fault) => fault);
  if (options.json) say(JSON.stringify({ ...options.run, ...options.prices, faults, sections }));
  else print(sections);

  if (options.picture) writeFileSync(join(root, "docs/economics.svg"), picture(options.run));
  if (options.write && faults.length === 0) {
    const path = join(root, "docs/economics.md");
    writeFileSync(path, fill(readFileSync(path, "utf8"), sections));
  }
  for (const fault of faults) process.stderr.write(`FAULT  ${fault}\n`);
  process.exitCode = faults.length > 0 ? 1 : 0;
}

function print(sections: readonly Section[]): void {
  say(
    "Derived by formula, then simulated. r: what a deal earns in a period; s: what storing costs; N: deals in a list.",
  );
  for (const { title, heading, rows, verdict } of sections) {
    say(`\n${title}`);
    table(heading, rows);
    say(`  ${verdict}`);
  }
  const figures = sections.reduce((sum, section) => sum + section.figures.length, 0);
  say(`\n${figures} simulated figures compared with their formulas.`);
}
