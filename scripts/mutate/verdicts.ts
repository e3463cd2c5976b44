import { createHash } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Verdict } from "../lib/workers.ts";

/** Verdicts on mutants, in a file that grows as they come: a campaign that was stopped can go on. */
export interface Verdicts {
  /** Those of earlier runs that still hold, by the keys of the mutants. */
  readonly known: ReadonlyMap<string, Verdict>;
  add(key: string, verdict: Verdict): void;
}

/**
 * Opens the file, one verdict a line after a line that names the contracts.
 *
 * @param contracts Sources of all contracts. Verdicts on others are dropped: a mutant may mean something else there.
 * @param resume Keeps what fell. What survived is judged again, since tests may have been added.
 */
export function openVerdicts(
  path: string,
  contracts: readonly string[],
  resume: boolean,
): Verdicts {
  const digest = createHash("sha256").update(JSON.stringify(contracts)).digest("hex");
  const lines = resume && existsSync(path) ? readFileSync(path, "utf8").split("\n") : [];
  const [header, ...rest] = lines.flatMap(parsed);
  const known = new Map<string, Verdict>();
  for (const { key, verdict } of header?.contracts === digest ? rest : []) {
    if (key && verdict && verdict.outcome !== "survived") known.set(key, verdict);
  }
  mkdirSync(dirname(path), { recursive: true });
  const kept = [...known].map(([key, verdict]) => ({ key, verdict }));
  writeFileSync(path, [{ contracts: digest }, ...kept].map(line).join(""));
  return {
    known,
    add: (key, verdict) => appendFileSync(path, line({ key, verdict })),
  };
}

interface Line {
  readonly contracts?: string;
  readonly key?: string;
  readonly verdict?: Verdict;
}

function line(value: Line): string {
  return `${JSON.stringify(value)}\n`;
}

/** Nothing for a line that was being written when the campaign was stopped. */
function parsed(text: string): Line[] {
  try {
    return [JSON.parse(text) as Line];
  } catch {
    return [];
  }
}
