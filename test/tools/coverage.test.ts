import { expect } from "chai";
import { instrument } from "../../scripts/coverage/branches.ts";
import { NONE } from "../../scripts/lib/probe.ts";
import { render } from "../../scripts/lib/rewrite.ts";
import { deployFixture, fixture } from "./support/fixture.ts";

describe("the branches", () => {
  const { sources, outcomes } = instrument([fixture()]);
  const of = (text: string) =>
    outcomes.filter((outcome) => outcome.text.startsWith(`${text}: `)).map(({ text }) => text);

  it("are both ways of each decision", () => {
    expect(of("a != 3")).to.deep.equal(["a != 3: reverts", "a != 3: goes on"]);
    expect(of("b == 3")).to.deep.equal(["b == 3: is not entered", "b == 3: is entered"]);
    expect(of("a > b")).to.deep.equal([
      "a > b: takes the second value",
      "a > b: takes the first value",
    ]);
    expect(of("a != 1")).to.deep.equal([
      "a != 1: is decided by its left side",
      "a != 1: looks at its right side",
    ]);
    expect(of("i < a")).to.deep.equal(["i < a: is left", "i < a: runs its body"]);
    expect(of("!entered")).to.deep.equal(["!entered: reverts", "!entered: goes on"]);
    expect(outcomes).to.have.length(12);
  });

  it("do not change what the contract does", async () => {
    const original = await (await deployFixture())(NONE);
    const counted = await (await deployFixture(sources))(NONE);
    expect(counted).to.deep.equal(original);
  });
});

describe("rewriting", () => {
  const text = Buffer.from("f(ä, g(b))");

  it("counts in bytes and makes inner changes first", () => {
    const edits = [
      { start: 6, end: 10, rewrite: (inner: string) => `<${inner}>` },
      { start: 8, end: 9, rewrite: () => "ö" },
      { start: 2, end: 4, rewrite: () => "u" },
    ];
    expect(render(text, edits)).to.equal("f(u, <g(ö)>)");
  });

  it("makes the first of two changes to one place the inner one", () => {
    const around = (mark: string) => ({
      start: 8,
      end: 9,
      rewrite: (inner: string) => mark + inner,
    });
    expect(render(text, [around("1"), around("2")])).to.equal("f(ä, g(21b))");
  });

  it("refuses changes that overlap", () => {
    const edits = [
      { start: 0, end: 5, rewrite: () => "" },
      { start: 4, end: 7, rewrite: () => "" },
    ];
    expect(() => render(text, edits)).to.throw("The changes at bytes 4 and 5 overlap.");
  });
});
