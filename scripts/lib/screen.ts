import { say } from "./run.ts";

const barWidth = 30;

/** `9.2 MB` */
export function bytes(count: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  let value = count;
  let unit = 0;
  for (; value >= 1000 && unit < units.length - 1; unit++) value /= 1000;
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

const perDollar = 1_000_000n;

/** Test dollars to the cent: `1.65 tUSD`. */
export function rounded(millionths: bigint): string {
  return `${(Number(millionths) / Number(perDollar)).toFixed(2)} tUSD`;
}

/** Test dollars to the unit: `-1.648320`. */
export function exact(millionths: bigint): string {
  const size = millionths < 0n ? -millionths : millionths;
  const fraction = String(size % perDollar).padStart(6, "0");
  return `${millionths < 0n ? "-" : ""}${thousands(size / perDollar)}.${fraction}`;
}

/** `1,234,567` */
export function thousands(count: bigint | number): string {
  return count.toLocaleString("en-US");
}

/** `2 min 5 s`, or `5.3 s` below a minute. */
export function duration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** Draws a bar that fills in place. Where the output is no terminal, it is drawn once, when it is full. */
export function progressBar(label: string): (part: number) => void {
  const { isTTY } = process.stdout;
  let drawn = -1;
  return (part) => {
    const percent = Math.floor(100 * Math.min(1, part));
    if (percent <= drawn || (!isTTY && percent < 100)) return;
    drawn = percent;
    const full = Math.round((barWidth * percent) / 100);
    const bar = "█".repeat(full) + "░".repeat(barWidth - full);
    const end = percent === 100 ? "\n" : "";
    process.stdout.write(
      `${isTTY ? "\r" : ""}  ${label} ${bar} ${String(percent).padStart(3)} %${end}`,
    );
  };
}

/** Prints rows under a heading; the first column to the left, the others to the right. */
export function table(heading: readonly string[], rows: readonly (readonly string[])[]): void {
  const all = [heading, ...rows];
  const widths = heading.map((_, column) =>
    Math.max(...all.map((row) => (row[column] ?? "").length)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join("   ");
  say(`  ${line(heading)}`);
  say(`  ${widths.map((width) => "─".repeat(width)).join("   ")}`);
  for (const row of rows) say(`  ${line(row)}`);
}
