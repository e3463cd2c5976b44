import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./run.ts";
import { hasTest, type TestFile, testFiles } from "./test-names.ts";

const rule = /^- \*\*([A-Z]+-\d+)\*\* /gm;
/** A row of docs/attacks.md: id, attack, rules, tests. */
const row = /^\| ([A-Z]\d+|m\d+) \| ([^|]+) \| ([^|]*) \| ([^|]+) \|$/;
const heading = /^\|(?: id |---)\|/;
/** One entry of the last column: a file in test/ and the name of a test. */
const citation = /^`([\w/.-]+)` (.+)$/;
const reason = /^(?:No test|Does not apply): ./;

/** Which rules of the specification no test names, and which rules that tests name are none. */
export function specFault(files = testFiles(), spec = read("docs/spec.md")): string | undefined {
  const rules = rulesOf(spec);
  const named = new Map(
    files.flatMap(({ path, tests }) => tests.flatMap(({ ids }) => ids.map((id) => [id, path]))),
  );
  const untested = [...rules].filter((id) => !named.has(id));
  const unknown = [...named].filter(([id]) => !rules.has(id));
  return joined([
    ...untested.map((id) => `${id} of docs/spec.md stands in no test's name.`),
    ...unknown.map(([id, path]) => `test/${path} names ${id}, which is not in docs/spec.md.`),
  ]);
}

/** Which rows of the table of attacks are broken, cite a rule or a test that is not there, or have the id of another row. */
export function attacksFault(
  files = testFiles(),
  spec = read("docs/spec.md"),
  page = read("docs/attacks.md"),
): string | undefined {
  const rules = rulesOf(spec);
  const rows = page.split("\n").filter((line) => line.startsWith("|") && !heading.test(line));
  const seen = new Set<string>();
  return joined(
    rows.flatMap((line) => {
      const [, id, , cited = "", tests = ""] = row.exec(line) ?? [];
      if (id === undefined) return [`docs/attacks.md: this is no row of four columns: ${line}`];
      const where = `docs/attacks.md, ${id}`;
      const again = seen.has(id) ? [`${where}: another row has this id.`] : [];
      seen.add(id);
      const unknown = cited.split(", ").filter((each) => each.trim() !== "" && !rules.has(each));
      const missing = tests.split("<br>").filter((entry) => !isCitation(entry, files));
      return [
        ...again,
        ...unknown.map((each) => `${where}: ${each} is not in docs/spec.md.`),
        ...missing.map((entry) => `${where}: there is no such test: ${entry}`),
      ];
    }),
  );
}

/** Whether an entry names a test that exists, or says why there is none. */
function isCitation(entry: string, files: readonly TestFile[]): boolean {
  if (reason.test(entry)) return true;
  const [, path, name = ""] = citation.exec(entry) ?? [];
  const file = files.find((each) => each.path === path);
  return file !== undefined && hasTest(file, name);
}

function rulesOf(spec: string): Set<string> {
  return new Set([...spec.matchAll(rule)].map(([, id = ""]) => id));
}

function read(page: string): string {
  return readFileSync(join(root, page), "utf8");
}

function joined(faults: readonly string[]): string | undefined {
  return faults.length === 0 ? undefined : faults.join("\n");
}
