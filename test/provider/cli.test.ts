import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import type { ProviderConfig } from "@holdfast/provider";
import { expect } from "chai";
import { Wallet } from "ethers";
import { market as openMarket } from "holdfast/market";
import { type Bench, bench } from "../support/provider.ts";

type Outcome = { readonly code: number; readonly out: string; readonly err: string };

describe("holdfast-provider", () => {
  let world: Bench;
  let directory: string;
  let config: ProviderConfig;

  before(async () => {
    world = await bench();
    directory = mkdtempSync(join(tmpdir(), "holdfast-cli-test-"));
    config = await world.provider();
  });
  after(async () => {
    await world.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  /** Writes a configuration and runs the daemon with it. */
  function runWith(change: object): Promise<Outcome> {
    const file = join(directory, "config.json");
    writeFileSync(file, JSON.stringify({ ...config, ...change }));
    return command("run", "--config", file);
  }

  it("helps, with every command and every flag", async () => {
    const help = await command("--help");
    expect(help.code).to.equal(0);
    for (const name of ["init", "run", "status"]) {
      expect(help.out).to.contain(`  ${name} `);
      const own = await command(name, "--help");
      expect(own.code).to.equal(0);
      expect(own.out).to.contain("Usage:");
    }
    const { out } = await command("run", "--help");
    for (const flag of ["--rpc", "--operator-key-file", "--price-per-tib-period", "--poll-ms"]) {
      expect(out).to.contain(flag);
    }
  });

  it("names an unknown command and an unknown flag", async () => {
    const unknown = await command("fly");
    expect(unknown).to.include({ code: 2 });
    expect(unknown.err).to.equal(
      'There is no command "fly".\nFix: use one of run, init, status.\n',
    );
    const flag = await command("run", "--speed", "9");
    expect(flag.code).to.equal(2);
    expect(flag.err).to.contain("'--speed'");
  });

  it("names what is missing, wrong or unknown in a configuration", async () => {
    const none = await command("run", "--config", join(directory, "none.json"));
    expect(none.code).to.equal(2);
    expect(none.err).to.match(/^The configuration file .* cannot be read\.\nFix: /);

    const cases: [object, string][] = [
      [
        { market: "0x12" },
        '"market" must be an address; got "0x12".\nFix: Set it in the configuration file or with --market.\n',
      ],
      [
        { capacityBytes: undefined },
        '"capacityBytes" must be a whole number from 1; it is missing.',
      ],
      [{ speed: 9 }, 'The configuration has an unknown field "speed".'],
      [{ operatorKey: "secret" }, "what is given is not."],
      [{ operatorKey: undefined }, 'Neither "operatorKey" nor "operatorKeyFile" is given.'],
    ];
    for (const [change, message] of cases) {
      const { code, err } = await runWith(change);
      expect(code, message).to.equal(2);
      expect(err).to.contain(message);
      expect(err).to.not.contain("secret");
    }
  });

  it("refuses a market that is none, and a provider that is not its operator's", async () => {
    const market = await runWith({ market: world.net.deployment.token });
    expect(market.code).to.equal(2);
    expect(market.err).to.contain(`There is no storage market at ${world.net.deployment.token}`);

    const unknown = await runWith({ provider: 999 });
    expect(unknown.err).to.contain("Provider 999 is not registered in this market.");

    const other = Wallet.createRandom();
    const key = await runWith({ operatorKey: other.privateKey });
    expect(key.code).to.equal(2);
    expect(key.err).to.contain(`the configured key is that of ${other.address}`);
  });

  it("says that nothing answers at its node", async () => {
    const { code, err } = await runWith({ rpc: "http://127.0.0.1:1" });
    expect(code).to.equal(2);
    expect(err).to.equal(
      'No chain answers at http://127.0.0.1:1.\nFix: Start the node, or correct "rpc".\n',
    );
  });

  it("refuses a data directory that another daemon uses, or that belongs to another market", async () => {
    const running = await world.start(config);
    const busy = await runWith({});
    expect(busy.code).to.equal(2);
    expect(busy.err).to.contain("is in use by another provider daemon");
    await running.stop();

    const journal = new DatabaseSync(join(config.dataDir, "journal.sqlite"));
    journal.exec("update meta set value = 'eip155:1:0xold' where key = 'market'");
    journal.close();
    const foreign = await runWith({});
    expect(foreign.code).to.equal(2);
    expect(foreign.err).to.contain("belongs to market eip155:1:0xold");
  });

  it("prepares an operator and the owner's transactions, which work", async () => {
    const owner = await world.net.newWallet();
    const dataDir = join(directory, "new");
    const args = ["--rpc", world.net.rpc, "--market", world.net.deployment.market];
    const more = ["--data-dir", dataDir, "--url", "https://store.example", "--stake", "100"];
    const rest = ["--beneficiary", owner.address, "--floor", "4"];
    const prepared = await command("init", ...args, ...more, ...rest);
    expect(prepared.code, prepared.err).to.equal(0);
    expect(statSync(join(dataDir, "operator.key")).mode & 0o077).to.equal(0);

    for (const [, to = "", data = ""] of prepared.out.matchAll(/ to (0x\w{40})\n +data (0x\w+)/g)) {
      await (await owner.sendTransaction({ to, data })).wait();
    }
    const { provider } = JSON.parse(readFileSync(join(dataDir, "provider.json"), "utf8"));
    const record = await openMarket(world.net.deployment, owner).provider(provider);
    expect(record).to.include({ owner: owner.address, floor: 4n ** 11n, free: 100_000_000n });
    expect(prepared.out).to.contain(record.operator);

    const down = await command("status", "--config", join(dataDir, "provider.json"));
    expect(down.code).to.equal(1);
    expect(down.out).to.contain(`Provider ${provider}: this period nothing to prove`);
    expect(down.out).to.contain("does not answer");
  });
});

async function command(...args: string[]): Promise<Outcome> {
  const bin = new URL("../bin/holdfast-provider.mjs", import.meta.resolve("@holdfast/provider"));
  const child = spawn(process.execPath, [fileURLToPath(bin), ...args], { timeout: 20_000 });
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk) => {
    out += chunk;
  });
  child.stderr.on("data", (chunk) => {
    err += chunk;
  });
  const [code] = (await once(child, "close")) as [number];
  return { code, out, err };
}
