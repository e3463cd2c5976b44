// `npm run bench:gas [-- --json] [-- --no-flat]`: what each job costs here, beside the peers' recorded figures. From receipts,
// calldata included; docs/gas.md says how the peers were measured. `--no-flat` leaves out the market of 100,000 deals (minutes).
import { flatness, type Gas, life, opening, proving, settling } from "./bench-gas/jobs.ts";
import { table } from "./bench-gas/table.ts";
import { say } from "./lib/run.ts";

const json = process.argv.includes("--json");
const tell = (what: string) => json || say(`measuring ${what} ...`);

const gas: Gas = {};
tell("open");
Object.assign(gas, await opening());
for (const deals of [1, 100, 1_000, 8_192]) {
  tell(`prove with ${deals} deals`);
  Object.assign(gas, await proving(deals));
}
tell("settle and withdraw");
Object.assign(gas, await settling());
for (const [key, deals] of [
  ["life-alone", 1],
  ["life-100", 100],
  ["life-1000", 1_000],
] as const) {
  tell(`thirty days of one deal among ${deals}`);
  gas[key] = await life(deals);
}
if (!process.argv.includes("--no-flat")) {
  tell("a market with 100,000 deals");
  gas["flat-percent"] = await flatness();
}
say(json ? JSON.stringify(gas, null, 2) : table(gas));
process.exit(0);
