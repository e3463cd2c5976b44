import { expect } from "chai";
import { attacksFault, specFault } from "../../scripts/lib/claims.ts";
import { hasTest, testFile } from "../../scripts/lib/test-names.ts";

const spec = "- **PAY-1** Pay. As PAY-3 says.\n- **PAY-2** MUST NOT.\n";
const mocha = testFile(
  "contracts/pay.test.ts",
  `it("pays \\"once\\" [PAY-1]", () => {});
   for (const [what, id] of [["nothing", "PAY-2"]]) it(\`pays \${what} [\${id}]\`, () => {});
   it(\`counts \${of({ a: 1 })} of \${total}\`, () => {});`,
);
const solidity = testFile(
  "contracts/Pay.t.sol",
  "    /// @dev Twice is once. [PAY-2]\n    function testFuzz_PaysOnce(uint256 n) public {}\n    function helper() public {}\n",
);

describe("the names of tests", () => {
  it("are read with the rules behind them, also out of a table of cases", () => {
    expect(mocha.tests).to.deep.equal([
      { name: 'pays "once"', ids: ["PAY-1"] },
      { name: "pays …", ids: ["PAY-2"] },
      { name: "counts … of …", ids: [] },
    ]);
  });

  it("have their rules in the comment above in Solidity", () => {
    expect(solidity.tests).to.deep.equal([{ name: "testFuzz_PaysOnce", ids: ["PAY-2"] }]);
  });

  it("are found as a run prints them, where the file has the case", () => {
    expect(hasTest(mocha, 'pays "once"')).to.equal(true);
    expect(hasTest(mocha, "pays nothing")).to.equal(true);
    expect(hasTest(mocha, "counts … of …")).to.equal(true);
    expect(hasTest(mocha, "pays everything")).to.equal(false);
    expect(hasTest(mocha, "pays")).to.equal(false);
  });
});

describe("the rules of the specification", () => {
  it("stand in the names of tests, each of them", () => {
    expect(specFault([mocha], spec)).to.equal(undefined);
    expect(specFault([solidity], spec)).to.equal("PAY-1 of docs/spec.md stands in no test's name.");
  });

  it("are no others than tests name", () => {
    const ahead = testFile("sdk/ahead.test.ts", 'it("pays twice [PAY-3]", () => {});');
    expect(specFault([mocha, ahead], spec)).to.equal(
      "test/sdk/ahead.test.ts names PAY-3, which is not in docs/spec.md.",
    );
  });
});

describe("the table of attacks", () => {
  const head = "# Attacks\n\n| id | attack | rules | tests |\n|---|---|---|---|\n";
  const faultOf = (...rows: string[]) =>
    attacksFault([mocha, solidity], spec, `${head}${rows.join("\n")}\n`);

  it("cites rules and tests that are there, or says why it does not", () => {
    const fault = faultOf(
      "| F1 | Paid twice. | PAY-1, PAY-2 | `contracts/pay.test.ts` pays nothing<br>`contracts/Pay.t.sol` testFuzz_PaysOnce |",
      "| m1 | Paid by a stranger. |  | Does not apply: strangers are welcome to. |",
      "| m2 | Paid by the weather. | PAY-2 | No test: a bound that is written down. |",
    );
    expect(fault).to.equal(undefined);
  });

  it("has no row of another shape, and no id twice", () => {
    const row = "| F1 | Paid twice. | PAY-1 | No test: none. |";
    expect(faultOf("| F1 | Paid twice. | PAY-1 |")).to.equal(
      "docs/attacks.md: this is no row of four columns: | F1 | Paid twice. | PAY-1 |",
    );
    expect(faultOf(row, row)).to.equal("docs/attacks.md, F1: another row has this id.");
  });

  it("cites no rule that is unknown", () => {
    expect(faultOf("| F1 | Paid twice. | PAY-1, PAY-3 | No test: none. |")).to.equal(
      "docs/attacks.md, F1: PAY-3 is not in docs/spec.md.",
    );
  });

  for (const [what, entry] of [
    ["in another file", "`contracts/open.test.ts` pays nothing"],
    ["of another name", "`contracts/pay.test.ts` pays all"],
    ["without a name", "`contracts/pay.test.ts`"],
    ["with a file that is not marked as one", "contracts/pay.test.ts pays nothing"],
    ["of no words", " "],
  ] as const) {
    it(`cites no test ${what}`, () => {
      expect(faultOf(`| F1 | Paid twice. | PAY-1 | ${entry} |`)).to.equal(
        `docs/attacks.md, F1: there is no such test: ${entry}`,
      );
    });
  }
});
