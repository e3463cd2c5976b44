import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { type Devnet, type DevnetProvider, devnet } from "@holdfast/devnet";
import { expect } from "chai";
import { JsonRpcProvider, toBeHex } from "ethers";
import { connect, memoryState } from "holdfast";
import { market } from "holdfast/market";
import * as door from "holdfast/testing";
import { sample } from "../support/uploader.ts";

const historyAddress = "0x0000F90827F1C53a10cb7A02335B175320002935";

describe("devnet", function () {
  this.timeout(60_000);
  let net: Devnet;
  let one: DevnetProvider;
  let two: DevnetProvider;

  before(async () => {
    net = await devnet({ providers: 2, floors: [4n ** 10n], patienceSeconds: 10 });
    [one, two] = net.providers as [DevnetProvider, DevnetProvider];
    const hold = await connect({
      signer: net.signer,
      network: net.deployment,
      state: memoryState(),
    });
    await hold.store(sample(1000), { periods: 100, k: 1, n: 2 });
  });
  after(() => net?.stop());

  const period = () => market(net.deployment, net.signer).period();
  const proven = async ({ id }: DevnetProvider) => {
    const { contract } = market(net.deployment, net.signer);
    return ((await contract.provenWord(id, 0)) >> BigInt(await period())) & 1n;
  };

  it("advances by periods that every provider has proven", async () => {
    const before = await period();
    await net.advance(2);
    expect(await period()).to.equal(before + 2);
    expect([await proven(one), await proven(two)]).to.deep.equal([1n, 1n]);
  });

  it("does not wait for a provider that it has stalled, which goes on when it is resumed", async () => {
    one.stall();
    await net.advance(1);
    expect([await proven(one), await proven(two)]).to.deep.equal([0n, 1n]);
    one.resume();
    await net.advance(1);
    expect(await proven(one)).to.equal(1n);
  });

  it("starts a killed provider again, at the same address and with the same data", async () => {
    await one.kill();
    expect(one.running()).to.equal(false);
    await net.advance(1);
    expect(await proven(one)).to.equal(0n);
    await one.start();
    expect((await fetch(`${one.url}/v1/info`)).status).to.equal(200);
    await net.advance(1);
    expect(await proven(one)).to.equal(1n);
  });

  it("names a provider that does not prove in time", async () => {
    const pid = pidOf(two);
    process.kill(pid, "SIGSTOP");
    const error = await net.advance(1).catch((thrown: Error) => thrown);
    process.kill(pid, "SIGCONT");
    expect(String(error)).to.contain(
      `Provider ${two.id} has not proven period ${await period()} within 10 s.`,
    );
  });

  it("corrupts what a provider holds, so that it cannot prove any more", async () => {
    two.corrupt();
    await net.advance(1);
    await sleep(1000);
    expect([await proven(one), await proven(two)]).to.deep.equal([1n, 0n]);
  });

  it("refuses to stall what does not run", async () => {
    await two.kill();
    expect(() => two.stall()).to.throw(`Provider ${two.id} is stopped, not running.`);
  });

  it("knows the hashes of blocks that are older than 256", async () => {
    const node = new JsonRpcProvider(net.rpc);
    const old = await node.getBlock("latest");
    await node.send("hardhat_mine", ["0x12c"]);
    await sleep(1000);
    const call = { to: historyAddress, data: toBeHex(old?.number ?? 0, 32) };
    expect(await node.call(call)).to.equal(old?.hash);
    node.destroy();
  });

  it("funds accounts", async () => {
    const wallet = await net.newWallet({ ether: 5n });
    await net.fund(wallet.address, { ether: 2n });
    expect(await net.signer.provider?.getBalance(wallet.address)).to.equal(7n);
  });

  it("ends every process and removes every directory, also when it is asked twice", async () => {
    const pids = net.providers.map(pidOf);
    await Promise.all([net.stop(), net.stop()]);
    await net.stop();
    expect(pids.filter(isAlive)).to.deep.equal([]);
    expect(net.providers.filter(({ dataDir }) => existsSync(dataDir))).to.deep.equal([]);
  });
});

describe("A devnet on wall-clock time", function () {
  this.timeout(30_000);

  it("goes through periods by itself, in step with the host's clock", async () => {
    // By the door that the SDK has for it; the compiler sees that what is behind is as the door says.
    const open: typeof door.devnet = devnet;
    expect(open).to.be.a("function");
    const net = await door.devnet({ providers: 0, wallClock: true, periodSeconds: 2 });
    try {
      const chain = market(net.deployment, net.signer);
      const [before, started] = [await chain.period(), Date.now()];
      while ((await chain.period()) < before + 2) await sleep(100);
      expect(Date.now() - started).to.be.within(1_000, 6_000);
      const block = await net.signer.provider?.getBlock("latest");
      expect(Math.abs((block?.timestamp ?? 0) - Date.now() / 1000)).to.be.below(3);
    } finally {
      await net.stop();
    }
  });
});

describe("A devnet whose process ends", function () {
  this.timeout(30_000);

  for (const [signal, dirLeft] of [
    ["SIGINT", false],
    ["SIGTERM", false],
    ["SIGKILL", true],
  ] as const) {
    it(`takes its providers with it on ${signal}`, async () => {
      const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const [line] = await once(createInterface({ input: child.stdout }), "line");
      const { pids, dir }: { pids: number[]; dir: string } = JSON.parse(line);
      expect(pids.map(isAlive)).to.deep.equal([true, true]);
      child.kill(signal);
      await once(child, "exit");
      for (let i = 0; i < 50 && pids.some(isAlive); i++) await sleep(100);
      expect(pids.filter(isAlive)).to.deep.equal([]);
      expect(existsSync(dir)).to.equal(dirLeft);
      rmSync(dir, { recursive: true, force: true });
    });
  }
});

/** Prints what it has started, and goes on until it is ended. */
const program = `
  import { readFileSync } from "node:fs";
  import { dirname } from "node:path";
  import { devnet } from "@holdfast/devnet";
  const { providers } = await devnet({ providers: 2, floors: [4n ** 10n] });
  const pids = providers.map(({ log }) => JSON.parse(readFileSync(log, "utf8").split("\\n")[0]).pid);
  console.log(JSON.stringify({ pids, dir: dirname(dirname(providers[0].dataDir)) }));
`;

/** The process that a provider runs in now, by the latest line that says it is ready. */
function pidOf({ log }: DevnetProvider): number {
  const lines = readFileSync(log, "utf8").trim().split("\n");
  const ready = lines.findLast((line) => line.startsWith('{"ready":true'));
  return JSON.parse(ready ?? "{}").pid;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ESRCH") return false;
    throw error;
  }
}
