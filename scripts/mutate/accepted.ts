import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../lib/run.ts";

/** Where survivors are explained: one list item each, the mutant's key as code, then the reason. */
export const acceptedPath = "test/contracts/mutants.md";

const item = /^- `` (.+?) ``: (\S.*)$/gm;

/** The reasons why survivors are accepted, by the keys of the mutants. */
export function readAccepted(text = readFileSync(join(root, acceptedPath), "utf8")) {
  return new Map([...text.matchAll(item)].map(([, key = "", reason = ""]) => [key, reason]));
}
