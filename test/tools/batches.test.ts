import { expect } from "chai";
import { batchesOf } from "../../scripts/mutate/batches.ts";

describe("batches of mutants", () => {
  const mutantsOf = (file: string, count: number) =>
    Array.from({ length: count }, (_, i) => ({ file, key: `${file} ${i}` }));
  const mutants = [
    ...mutantsOf("A", 3),
    ...mutantsOf("B", 2),
    ...mutantsOf("C", 9),
    ...mutantsOf("D", 1),
  ];
  const filesOf = (batches: readonly { readonly file: string }[][]) =>
    batches.map((batch) => [...new Set(batch.map(({ file }) => file))].join(""));

  it("are filled with whole files, in order", () => {
    expect(filesOf(batchesOf(mutants, 5))).to.deep.equal(["AB", "C", "D"]);
    expect(filesOf(batchesOf(mutants, 4))).to.deep.equal(["A", "B", "C", "D"]);
    expect(filesOf(batchesOf(mutants, 15))).to.deep.equal(["ABCD"]);
  });

  it("hold every mutant once", () => {
    expect(batchesOf(mutants, 5).flat()).to.deep.equal(mutants);
    expect(batchesOf([], 5)).to.deep.equal([]);
  });
});
