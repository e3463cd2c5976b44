import { globSync, readFileSync } from "node:fs";
import { expect } from "chai";

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const matches = (text: string, pattern: RegExp) =>
  [...text.matchAll(pattern)].map(([, code]) => code);

describe("docs/errors.md", () => {
  const rows = read("docs/errors.md")
    .split("\n")
    .filter((line) => /^\| `[A-Z_]+` \|/.test(line))
    .map((line) => line.split("|").map((cell) => cell.trim()));
  const listed = (column: number) =>
    rows.filter((row) => row[column]).map(([, code]) => code?.replaceAll("`", ""));

  it("lists every code of the SDK", () => {
    const codes = matches(read("sdk/src/errors.ts"), /^ {2}\| "([A-Z_]+)"/gm);
    expect(listed(2)).to.deep.equal(codes.sort());
  });

  it("lists every code of a provider's answers [HTTP-4]", () => {
    const root = new URL("../../", import.meta.url);
    const files = globSync("provider/src/**/*.ts", { cwd: root });
    const codes = files.flatMap((file) =>
      matches(read(file), /(?:code: |full\(|\|\s)"([A-Z]+(?:_[A-Z]+)*)"/g),
    );
    expect(listed(3)).to.deep.equal([...new Set(codes)].sort());
  });

  it("lists no code of the SDK that no test provokes", () => {
    const root = new URL("../../", import.meta.url);
    const tests = globSync("test/**/*.test.ts", { cwd: root }).map(read).join();
    expect(listed(2).filter((code) => !tests.includes(`"${code}"`))).to.deep.equal([]);
  });

  it("is in order, and says of each what to do", () => {
    const codes = rows.map(([, code]) => code);
    expect(codes).to.deep.equal([...codes].sort());
    for (const row of rows) expect(row.slice(4, 6).every((cell) => cell.length > 5)).to.equal(true);
  });
});
