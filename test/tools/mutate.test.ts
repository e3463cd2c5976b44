import { expect } from "chai";
import { NONE } from "../../scripts/lib/probe.ts";
import { productionSources } from "../../scripts/lib/solidity-ast.ts";
import { readAccepted } from "../../scripts/mutate/accepted.ts";
import { brokenRules } from "../../scripts/mutate/broken-rules.ts";
import { mutantsOf } from "../../scripts/mutate/mutants.ts";
import { breakRules } from "../../scripts/mutate/rules.ts";
import { sample } from "../../scripts/mutate/sample.ts";
import { buildSchema } from "../../scripts/mutate/schema.ts";
import { deployFixture, fixture, probe } from "./support/fixture.ts";

/** Mutants of the fixture that change nothing that can be seen. */
const equivalent = new Set([
  "Fixture.sol Fixture.guarded | relational | i < a → i >= a",
  "Fixture.sol Fixture.once | modifier removed | once",
]);

describe("the mutants", () => {
  const file = fixture();
  const schema = buildSchema([file], mutantsOf(file), probe);

  it("all compile", () => {
    expect(schema.refused.map(({ key }) => key)).to.deep.equal([]);
  });

  it("are of every kind", () => {
    const kinds = new Set([...schema.mutants.values()].map(({ operator }) => operator));
    expect([...kinds].sort()).to.deep.equal([
      "arithmetic",
      "assignment",
      "assignment removed",
      "bitwise",
      "condition",
      "constant",
      "emit removed",
      "literal",
      "logical",
      "modifier removed",
      "negation",
      "operand",
      "relational",
      "require removed",
      "return zero",
      "shift",
      "ternary arms",
      "ternary condition",
    ]);
  });

  it("have keys of their own", () => {
    const keys = [...schema.mutants.values()].map(({ key }) => key);
    expect(new Set(keys).size).to.equal(keys.length);
  });

  it("change nothing while none is active, and something when one is", async () => {
    const original = await (await deployFixture())(NONE);
    const observe = await deployFixture(schema.sources);
    expect(await observe(NONE)).to.deep.equal(original);
    const unseen: string[] = [];
    for (const [id, { key }] of schema.mutants) {
      const seen = await observe(id);
      if (seen.join() === original.join() && !equivalent.has(key)) unseen.push(key);
    }
    expect(unseen).to.deep.equal([]);
  }).timeout(120_000);

  it("are drawn the same way by the same seed", () => {
    const all = mutantsOf(file);
    const drawn = sample(all, 10, "1");
    expect(drawn).to.have.length(10);
    expect(sample(all, 10, "1")).to.deep.equal(drawn);
    expect(sample(all, 10, "2")).to.not.deep.equal(drawn);
  });
});

describe("the broken rules", () => {
  const rule = { name: "a name", rule: "a rule", file: "contracts/libraries/Draws.sol" };

  it("must find their place", () => {
    const broken = { ...rule, find: "no such text", replace: "" };
    expect(() => breakRules([broken], [rule.file])).to.throw(
      'The broken rule "a name" finds its place in contracts/libraries/Draws.sol 0 times, not once. Write it for the source as it is now: no such text',
    );
  });

  it("all find their place", () => {
    const paths = productionSources();
    const placed = breakRules(brokenRules, paths).flatMap(({ broken }) => [...broken.keys()]);
    expect(placed).to.have.length(brokenRules.length);
  });

  it("go into batches where they overlap", () => {
    const find = "(drawn >> 128) % frozen";
    const rules = [1, 2].map(() => ({ ...rule, find, replace: `broken ? 0 : ${find}` }));
    const batches = breakRules(rules, [rule.file]);
    expect(batches.map(({ broken }) => [...broken.keys()])).to.deep.equal([[1], [2]]);
    expect(batches[1]?.sources.get(rule.file)).to.contain(`return Probe.active(2) ? 0 : ${find};`);
  });
});

describe("the accepted survivors", () => {
  it("are read with their reasons", () => {
    const text = "# Title\n\n- `` A.sol A.f | condition | x → true ``: the guard only saves gas.\n";
    expect(readAccepted(text)).to.deep.equal(
      new Map([["A.sol A.f | condition | x → true", "the guard only saves gas."]]),
    );
  });
});
