import { readFileSync } from "node:fs";
import { expect } from "chai";
import { fill } from "../../scripts/simulate/document.ts";
import { faultOf } from "../../scripts/simulate/figures.ts";
import { standardPrices, standardRun } from "../../scripts/simulate/options.ts";
import { picture } from "../../scripts/simulate/picture.ts";
import { simulate } from "../../scripts/simulate/sections.ts";

const read = (name: string) => readFileSync(new URL(`../../docs/${name}`, import.meta.url), "utf8");

describe("docs/economics.md", () => {
  const sections = simulate(standardRun, standardPrices);

  it("has the tables of a fresh run; `npm run simulate -- --write` writes them again", () => {
    expect(fill(read("economics.md"), sections)).to.equal(read("economics.md"));
  });

  it("makes no claim that the simulation or the formulas contradict", () => {
    const faults = sections.flatMap(({ figures }) => figures.map(faultOf));
    expect(faults.filter((fault) => fault !== undefined)).to.deep.equal([]);
  });

  it("shows the picture of a fresh run; `npm run simulate -- --picture` writes it again", () => {
    expect(picture(standardRun)).to.equal(read("economics.svg"));
  });

  it("names the place of every table, or the table has nowhere to go", () => {
    const [first] = sections;
    expect(() => fill("no markers", first ? [first] : [])).to.throw(
      'docs/economics.md has no place for the table "bytes"',
    );
  });
});
