import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect } from "chai";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const command = join(root, "sdk/bin/holdfast.mjs");
const run = promisify(execFile);

describe("holdfast devnet", function () {
  this.timeout(60_000);
  let cwd: string;
  let child: ChildProcess;
  let printed = "";

  before(async () => {
    mkdirSync(join(root, ".holdfast"), { recursive: true });
    // Below the repository, where the printed program finds its packages.
    cwd = mkdtempSync(join(root, ".holdfast/devnet-"));
    child = spawn(process.execPath, [command, "devnet", "--port", "0"], { cwd });
    child.stderr?.pipe(process.stderr);
    for await (const chunk of child.stdout ?? []) {
      printed += chunk;
      if (printed.includes("Ctrl-C ends it.")) break;
    }
  });
  after(() => {
    child?.kill("SIGKILL");
    rmSync(cwd, { recursive: true, force: true });
  });

  it("prints a program that runs as it stands", async () => {
    const lines = printed.split("\n").filter((line) => line.startsWith("  ") && line.endsWith(";"));
    writeFileSync(join(cwd, "program.mjs"), lines.join("\n"));
    const { stdout } = await run(process.execPath, ["program.mjs"], { cwd });
    expect(stdout).to.equal("Hello\n");
  });

  it("writes addresses and keys into a file", () => {
    const net = JSON.parse(readFileSync(join(cwd, "holdfast.devnet.json"), "utf8"));
    expect(net.providers).to.have.length(6);
    for (const address of [net.rpc, net.market, net.token, net.client.privateKey]) {
      expect(printed).to.contain(address);
    }
  });

  it("removes the file and ends by Ctrl-C", async () => {
    child.kill("SIGINT");
    const [code] = await once(child, "exit");
    expect(code).to.equal(130);
    expect(existsSync(join(cwd, "holdfast.devnet.json"))).to.equal(false);
  });

  for (const [args, message] of [
    [["--providers", "none"], '--providers takes a whole number from 1 to 100, got "none".'],
    [["--what"], "Unknown option '--what'"],
  ] as const) {
    it(`refuses ${args.join(" ")} and says what it takes`, async () => {
      const failed = await run(process.execPath, [command, "devnet", ...args]).catch(
        (error) => error,
      );
      expect(failed.code).to.equal(2);
      expect(failed.stderr).to.contain(message).and.contain("--period S");
    });
  }
});
