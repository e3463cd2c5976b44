import { thousands } from "../lib/screen.ts";
import type { Gas } from "./jobs.ts";

/** Peers' recorded figures for the same job (docs/gas.md), and what we want to reach. */
interface Row {
  readonly key: string;
  readonly job: string;
  readonly goal: number;
  readonly warmStorage?: number;
  readonly verifier?: number;
  readonly codex?: number;
}

const ROWS: readonly Row[] = [
  {
    key: "open-1",
    job: "open 1 deal",
    goal: 160_000,
    warmStorage: 1_175_809,
    verifier: 365_025,
    codex: 1_181_370,
  },
  {
    key: "open-6",
    job: "open 6 at 6 providers",
    goal: 700_000,
    warmStorage: 6_360_973,
    verifier: 1_465_956,
    codex: 4_825_055,
  },
  {
    key: "open-100",
    job: "open 100 at 1 provider",
    goal: 6_000_000,
    warmStorage: 14_099_873,
    verifier: 5_839_454,
    codex: 118_136_700,
  },
  {
    key: "prove-1",
    job: "prove a period, 1 deal",
    goal: 200_000,
    warmStorage: 423_887,
    verifier: 341_147,
    codex: 339_122,
  },
  {
    key: "prove-100",
    job: "prove, 100 deals",
    goal: 200_000,
    warmStorage: 516_058,
    verifier: 416_339,
    codex: 33_912_200,
  },
  {
    key: "prove-1000",
    job: "prove, 1,000 deals",
    goal: 450_000,
    warmStorage: 563_168,
    verifier: 457_782,
    codex: 339_122_000,
  },
  { key: "prove-8192", job: "prove, 8,192 deals", goal: 3_200_000 },
  {
    key: "settle-1",
    job: "settle 1 period",
    goal: 45_000,
    warmStorage: 115_192,
    verifier: 94_426,
    codex: 93_845,
  },
  {
    key: "settle-30",
    job: "settle 30 periods",
    goal: 45_000,
    warmStorage: 136_954,
    verifier: 94_438,
    codex: 93_845,
  },
  { key: "settle-365", job: "settle 365 periods", goal: 45_000 },
  { key: "settle-miss", job: "settle with a miss", goal: 55_000 },
  { key: "settle-50-each", job: "settle 50 of an offer, each", goal: 11_000 },
  { key: "settle-50-offers-each", job: "settle 50 offers, each", goal: 11_000 },
  { key: "withdraw", job: "withdraw all", goal: 37_000, warmStorage: 65_093 },
  { key: "withdraw-part", job: "withdraw a part", goal: 37_000, warmStorage: 65_093 },
  { key: "capture", job: "capture a seed", goal: 250_000 },
  {
    key: "life-alone",
    job: "30 days, alone",
    goal: 6_200_000,
    warmStorage: 14_094_466,
    verifier: 8_969_328,
    codex: 11_500_477,
  },
  {
    key: "life-100",
    job: "30 days, one of 100",
    goal: 280_000,
    warmStorage: 14_094_466,
    verifier: 8_969_328,
    codex: 11_500_477,
  },
  {
    key: "life-1000",
    job: "30 days, one of 1,000",
    goal: 230_000,
    warmStorage: 14_094_466,
    verifier: 8_969_328,
    codex: 11_500_477,
  },
  { key: "flat-percent", job: "change at 100,000 deals, %", goal: 5 },
];

/** The gas table as text. A figure above its goal has a mark. */
export function table(gas: Gas): string {
  const cells = ROWS.filter(({ key }) => gas[key] !== undefined).map((row) => {
    const ours = gas[row.key] as number;
    const mark = ours > row.goal ? " !" : "  ";
    return [
      row.job,
      `${thousands(ours)}${mark}`,
      ...[row.goal, row.warmStorage, row.verifier, row.codex].map(figure),
    ];
  });
  const head = ["job", "Holdfast  ", "goal", "Warm Storage", "PDPVerifier", "Codex"];
  const widths = head.map((_, i) =>
    Math.max(...[head, ...cells].map((row) => (row[i] ?? "").length)),
  );
  const line = (row: string[]) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join("  ");
  return [line(head), widths.map((width) => "-".repeat(width)).join("  "), ...cells.map(line)].join(
    "\n",
  );
}

function figure(value: number | undefined): string {
  return value === undefined ? "-" : thousands(value);
}
