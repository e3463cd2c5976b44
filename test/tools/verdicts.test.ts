import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { openVerdicts } from "../../scripts/mutate/verdicts.ts";

describe("verdicts on mutants", () => {
  const contracts = ["contract A {}", "contract B {}"];
  let folder: string;
  let path: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "holdfast-verdicts-"));
    path = join(folder, "cache/mutants.jsonl");
    const verdicts = openVerdicts(path, contracts, false);
    verdicts.add("fell", { outcome: "killed", by: "a test" });
    verdicts.add("hung", { outcome: "timed out" });
    verdicts.add("stayed", { outcome: "survived" });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("keep what fell and leave survivors to be judged again", () => {
    const { known } = openVerdicts(path, contracts, true);
    expect([...known.keys()]).to.deep.equal(["fell", "hung"]);
    expect(known.get("fell")).to.deep.equal({ outcome: "killed", by: "a test" });
  });

  it("are there again after a run that added to them", () => {
    openVerdicts(path, contracts, true).add("stayed", { outcome: "killed", by: "a new test" });
    const { known } = openVerdicts(path, contracts, true);
    expect([...known.keys()]).to.deep.equal(["fell", "hung", "stayed"]);
  });

  it("outlive a line that was cut off", () => {
    appendFileSync(path, '{"key":"torn","verd');
    expect([...openVerdicts(path, contracts, true).known.keys()]).to.deep.equal(["fell", "hung"]);
  });

  it("are dropped when the contracts have changed, or a run does not ask for them", () => {
    expect(openVerdicts(path, ["contract A { }", "contract B {}"], true).known.size).to.equal(0);
    openVerdicts(path, contracts, true).add("fell", { outcome: "killed" });
    expect(openVerdicts(path, contracts, false).known.size).to.equal(0);
    expect(readFileSync(path, "utf8").split("\n")).to.have.length(2);
  });
});
