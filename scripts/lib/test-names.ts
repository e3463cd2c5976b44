import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./run.ts";

/** A test as its source names it: "…" stands for what only a run puts in. */
type NamedTest = {
  readonly name: string;
  /** Rules of docs/spec.md that the name ends with, or in Solidity the comment above. */
  readonly ids: readonly string[];
};
export type TestFile = {
  /** Path inside `test/`. */
  readonly path: string;
  readonly source: string;
  readonly tests: readonly NamedTest[];
};

const inserted = /\$\{(?:[^{}]|\{[^{}]*\})*\}/g;
const mochaTest = /\bit\(\s*(["'`])((?:\\.|(?!\1)[^\\])*)\1/g;
const solidityTest = /((?:^ *\/\/\/.*\n)*) *function ((?:test|testFuzz|invariant)_\w+)\(/gm;
const bracketedId = /\[([A-Z]+-\d+)\]/g;
const quotedId = /"([A-Z]+-\d+)"/g;
const idsAtEnd = /(?: \[(?:[A-Z]+-\d+|…)\])+$/;

/** All but the tests of our tools, which quote names that are none. */
export function testFiles(): TestFile[] {
  const options = { cwd: join(root, "test"), exclude: ["tools/**"] };
  const paths = globSync("**/*.{test.ts,sol}", options).sort();
  return paths.map((path) => testFile(path, readFileSync(join(root, "test", path), "utf8")));
}

export function testFile(path: string, source: string): TestFile {
  const tests = path.endsWith(".sol") ? solidityTests(source) : mochaTests(source);
  return { path, source, tests };
}

function solidityTests(source: string): NamedTest[] {
  const functions = [...source.matchAll(solidityTest)];
  return functions.map(([, comment = "", name = ""]) => ({ name, ids: idsIn(comment) }));
}

function mochaTests(source: string): NamedTest[] {
  const titles = [...source.replace(inserted, "…").matchAll(mochaTest)];
  return titles.map(([, , literal = ""]) => {
    const title = literal.replace(/\\(.)/g, "$1");
    // Where a table has the rules of its cases, they stand in it as strings.
    const ids = title.endsWith("[…]") ? idsIn(source, quotedId) : idsIn(title);
    return { name: title.replace(idsAtEnd, ""), ids };
  });
}

/** Whether a run of this file has a test of this name. What a run puts in for "…" must stand in the file as well, in its table of cases. */
export function hasTest({ source, tests }: TestFile, wanted: string): boolean {
  return tests.some(({ name }) => {
    const parts = name.split("…").map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
    const filled = new RegExp(`^${parts.join("(.+)")}$`).exec(wanted)?.slice(1);
    return filled?.every((text) => text === "…" || source.includes(text)) ?? false;
  });
}

function idsIn(text: string, pattern = bracketedId): string[] {
  return [...text.matchAll(pattern)].map(([, id = ""]) => id);
}
