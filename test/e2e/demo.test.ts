import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { sample } from "../support/uploader.ts";

const demo = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), "scripts/demo.ts");

describe("npm start", function () {
  this.timeout(120_000);
  let dir: string;
  let scratch: string;

  before(() => {
    dir = mkdtempSync(join(tmpdir(), "holdfast-demo-test-"));
    scratch = join(dir, "scratch");
    mkdirSync(scratch);
    writeFileSync(join(dir, "file"), sample(100_000));
  });
  after(() => rmSync(dir, { recursive: true, force: true }));

  /** As npm does: the working directory is the repository's, the user's is in the environment. */
  function start(...args: string[]): ChildProcess {
    return spawn(process.execPath, [demo, ...args], {
      env: { ...process.env, INIT_CWD: dir, TMPDIR: scratch },
    });
  }

  /** Waits for its end; `onOutput` sees all that it has printed so far. */
  async function finish(child: ChildProcess, onOutput?: (output: string) => void) {
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk) => {
        output += chunk;
        onOutput?.(output);
      });
    }
    const [code] = await once(child, "close");
    return { code, output };
  }

  it("tells the story of a file to its end, and leaves nothing behind", async () => {
    const { code, output } = await finish(start("file"));
    expect(code, output).to.equal(0);
    expect(output).to.contain("Six storage providers are going to keep file (100.0 kB).");
    expect(output.match(/the same 100000 bytes/g)).to.have.length(3);
    expect(output).to.match(/provider 3 +dead +✓✓✓✗✗✗ .* defaulted/);
    expect(output).to.match(/sum +(\S+) +\1 +0\.000000/);
    expect(readdirSync(scratch)).to.deep.equal([]);
  });

  it("cleans up when it is interrupted", async () => {
    const child = start("file");
    const { code } = await finish(child, (output) => {
      if (output.includes("3. Three days pass")) child.kill("SIGINT");
    });
    expect(code).to.equal(130);
    expect(readdirSync(scratch)).to.deep.equal([]);
  });

  it("says what is wrong with a file that is not there or empty", async () => {
    writeFileSync(join(dir, "empty"), "");
    for (const [name, message] of [
      ["missing", `There is no file at ${join(dir, "missing")}.`],
      ["empty", `The file ${join(dir, "empty")} is empty.`],
    ] as const) {
      const { code, output } = await finish(start(name));
      expect(output).to.contain(message);
      expect(code).to.equal(1);
    }
  });
});
