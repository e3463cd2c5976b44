import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../lib/run.ts";
import { drawsFor, LIST_LIMIT } from "./rules.ts";

/** Gas as the contracts' tests have recorded it. */
export type Gas = {
  readonly prove: (frozen: number) => number;
  readonly openEach: number;
  readonly settleEach: number;
  readonly capture: number;
};

/** Reads the snapshot that the contracts' tests keep. Between its sizes a proof grows by the draw. */
export function readGas(): Gas {
  const recorded: Record<string, number> = JSON.parse(
    readFileSync(join(root, "test/contracts/gas.json"), "utf8"),
  );
  const read = (key: string): number => {
    const value = recorded[key];
    if (value !== undefined) return value;
    throw new Error(
      `test/contracts/gas.json has no "${key}". Write it again: UPDATE_GAS=1 npm test -- contracts`,
    );
  };
  const [few, many] = [
    { draws: drawsFor(100), gas: read("prove-100") },
    { draws: drawsFor(1_000), gas: read("prove-1000") },
  ];
  const perDraw = (many.gas - few.gas) / (many.draws - few.draws);
  const full = recorded[`prove-${LIST_LIMIT}`];
  const perDrawBeyond =
    full === undefined ? perDraw : (full - many.gas) / (drawsFor(LIST_LIMIT) - many.draws);
  return {
    prove: (frozen) => {
      const draws = drawsFor(frozen);
      if (draws <= many.draws) return few.gas + (draws - few.draws) * perDraw;
      return many.gas + (draws - many.draws) * perDrawBeyond;
    },
    openEach: read("open-100") / 100,
    settleEach: read("settle-50-each"),
    capture: read("capture"),
  };
}
