import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect } from "chai";
import { root } from "../../scripts/lib/run.ts";

const timeoutMs = 90_000;

describe("The example", function () {
  this.timeout(timeoutMs + 5_000);

  it("store-and-retrieve.ts gets its bytes back from four of six providers", async () => {
    const { code, lines } = await run("store-and-retrieve.ts");
    expect(lines).to.deep.include("The bytes are identical");
    expect(lines.at(-2)).to.match(/^Three days later the two are in default: \d+\.\d+ tUSD are/);
    expect(lines.at(-1)).to.equal("4 fragments are still under contract, 4 suffice");
    expect(code).to.equal(0);
  });

  it("run-a-provider.ts earns for every day that it has proven", async () => {
    const { code, lines } = await run("run-a-provider.ts", { PORT: `${await freePort()}` });
    const [, cost = ""] = /, (\S+) tUSD$/.exec(lines[2] ?? "") ?? [];
    const [, income = ""] = /three days: (\S+) tUSD; due now: 0 tUSD$/.exec(lines[7] ?? "") ?? [];
    // Three of the ten days that the client paid for.
    expect(Number(income))
      .to.be.closeTo(0.3 * Number(cost), 1e-9)
      .and.above(0);
    expect(lines.at(-1)).to.equal("The daemon has stopped, exit code 0");
    expect(code).to.equal(0);
  });

  it("value-a-deal.ts knows in advance what a default pays", async () => {
    const { code, lines } = await run("value-a-deal.ts");
    const [, early] = /now, (\S+ tUSD) if the provider is lost$/.exec(lines[3] ?? "") ?? [];
    expect(lines[0]).to.equal("Day 4, three proven: misses left: 1");
    expect(lines[4]).to.equal("Day 6, one missed: misses left: 0");
    expect(lines[8]).to.equal("Day 7, two missed: in default");
    expect(lines[12]).to.equal(`Settled: the client gets ${early}, as day 4 said: true`);
    expect(lines[13]).to.equal("The provider keeps what it had earned: true");
    expect(code).to.equal(0);
  });
});

type Run = { readonly code: number | null; readonly lines: readonly string[] };

/** Runs an example as its reader would. What it prints on stderr is shown. */
async function run(name: string, env: NodeJS.ProcessEnv = {}): Promise<Run> {
  const child = spawn(process.execPath, [join(root, "examples", name)], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ...env },
    timeout: timeoutMs,
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  const [code] = await once(child, "close");
  return { code, lines: output.trimEnd().split("\n") };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("The server has no port");
  return address.port;
}
