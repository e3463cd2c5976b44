import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { ProviderConfig } from "@holdfast/provider";
import { expect } from "chai";
import { Contract, type JsonRpcProvider } from "ethers";
import { type Deal, erc20Abi, listOf, periodStart } from "holdfast/market";
import { type Bench, bench } from "../support/provider.ts";
import { call, cidOf, sample, upload } from "../support/uploader.ts";

/** EIP-2935: where the chain keeps the hashes of its blocks. */
const HISTORY = "0x0000F90827F1C53a10cb7A02335B175320002935";

describe("a provider on the chain", () => {
  let world: Bench;
  let client: string;

  before(async () => {
    world = await bench();
    client = world.net.signer.address;
    await world.approve();
  });
  after(() => world.stop());

  const chain = () => world.net.signer.provider as JsonRpcProvider;
  const deal = (id: bigint): Promise<Deal> => world.market.deal(id);

  const open: Bench["open"] = (...args) => world.open(...args);
  const nextPeriod = () => world.nextPeriod();

  /** Takes the chain back, once the devnet has written down the hash of its last block and looks at no older one. */
  async function goBack(snapshot: unknown): Promise<void> {
    const latest = await chain().getBlockNumber();
    while (BigInt(await chain().getStorage(HISTORY, latest % 8_191)) === 0n) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await chain().send("evm_revert", [snapshot]);
  }

  async function isProven(provider: number, period: number): Promise<boolean> {
    const word = await world.market.contract.provenWord(provider, period >> 8);
    return ((word >> BigInt(period & 0xff)) & 1n) === 1n;
  }

  it("proves every period, delists with the last proof, settles and pays out", async () => {
    const config = await world.provider();
    const provider = await world.start(config);
    const id = await open(provider, sample(100_000), { manifest: "0x0102" });
    for (let i = 0; i < 3; i++) {
      const period = await nextPeriod();
      await provider.seen("proven", (entry) => entry.period === period);
    }
    expect(await listOf(world.market, config.provider)).to.deep.equal([]);
    const { payee, rate } = await deal(id);
    const before = await balance(payee);
    await nextPeriod();
    await provider.seen("paid-out");
    expect((await balance(payee)) - before).to.equal(3n * rate);
    expect((await deal(id)).closed).to.equal(true);

    const { chainId, market } = world.net.deployment;
    const manifest = await fetch(`${provider.url}/v1/deals/${chainId}/${market}/${id}/manifest`);
    expect(new Uint8Array(await manifest.arrayBuffer())).to.deep.equal(Uint8Array.of(1, 2));
    const none = await call(`${provider.url}/v1/deals/1/${market}/${id}/manifest`);
    expect(none.body.code).to.equal("MANIFEST_UNKNOWN");
  });

  it("proves many deals in one transaction, and goes on after a restart", async () => {
    const config = await world.provider();
    let provider = await world.start(config);
    const ids = [];
    for (let seed = 1; seed <= 4; seed++) ids.push(await open(provider, sample(40_000, seed)));
    await nextPeriod();
    await provider.seen("proven");
    await provider.stop();
    const period = await nextPeriod();
    provider = await world.start(config);
    await provider.seen("proven", (entry) => entry.period === period);
    for (const id of ids) expect(await deal(id)).to.include({ misses: 0 });
    expect(provider.log.filter(({ event }) => event === "transaction")).to.have.lengthOf(1);
  });

  it("does not send a proof of a piece that has changed, and raises an alarm", async () => {
    const config = await world.provider();
    const provider = await world.start(config);
    const bytes = sample(30_000, 3);
    const id = await open(provider, bytes, { periods: 6 });
    const file = join(config.dataDir, "pieces", `${(await deal(id)).root.slice(2)}.piece`);
    const good = readFileSync(file);
    writeFileSync(file, new Uint8Array(good.length));

    const missed = await nextPeriod();
    const alarm = await provider.seen("piece-corrupt");
    expect(alarm).to.include({ level: "alarm", deal: Number(id), piece: await cidOf(bytes) });
    const proof = await call(`${provider.url}/v1/pieces/${await cidOf(bytes)}/proof?leaf=0`);
    expect(proof.body.code).to.equal("PIECE_CORRUPT");
    expect(await isProven(config.provider, missed)).to.equal(false);
    expect(provider.log.some(({ event }) => event === "transaction")).to.equal(false);

    // The same bytes, uploaded by anybody, heal the piece.
    await upload(provider.url, { client, bytes });
    const period = await nextPeriod();
    await provider.seen("proven", (entry) => entry.period === period);
    await provider.seen("period-missed", (entry) => entry.misses === 1);
  });

  it("rebuilds what is kept beside a piece, and settles its own default at once", async () => {
    const config = await world.provider();
    const provider = await world.start(config);
    const id = await open(provider, sample(30_000, 4), { periods: 8 });
    const path = join(config.dataDir, "pieces", (await deal(id)).root.slice(2));
    await provider.stop();
    rmSync(`${path}-30000.tree`);
    const again = await world.start(config);
    const period = await nextPeriod();
    await again.seen("proven", (entry) => entry.period === period);

    rmSync(`${path}.piece`);
    await nextPeriod();
    await again.seen("piece-corrupt");
    await nextPeriod();
    await nextPeriod();
    await again.seen("deal-defaulted");
    await again.seen("settled");
    expect(await deal(id)).to.include({ forfeited: true, closed: true });
  });

  it("finds its deals again when its journal is lost", async () => {
    const config = await world.provider();
    const provider = await world.start(config);
    const id = await open(provider, sample(20_000, 5));
    await provider.stop();
    rmSync(join(config.dataDir, "journal.sqlite"));
    rmSync(join(config.dataDir, "journal.sqlite-wal"), { force: true });
    const again = await world.start(config);
    await again.seen("deal-opened", (entry) => entry.deal === Number(id));
    const period = await nextPeriod();
    await again.seen("proven", (entry) => entry.period === period);
  });

  it("reads again when the chain goes back", async () => {
    const provider = await world.start(await world.provider());
    const snapshot = await chain().send("evm_snapshot", []);
    const bytes = sample(10_000, 6);
    const lost = await open(provider, bytes);
    await goBack(snapshot);
    await chain().send("evm_mine", []);
    await provider.seen("chain-went-back");
    expect(await world.market.contract.dealCount()).to.equal(lost - 1n);
    // The same id again, for another piece: what the journal knew of the first one must be gone.
    expect(await open(provider, sample(10_000, 7))).to.equal(lost);
    const period = await nextPeriod();
    await provider.seen("proven", (entry) => entry.period === period);
  });

  it("proves again when a proof goes with the blocks that held it", async () => {
    const config = await world.provider();
    const first = await world.start(config);
    await open(first, sample(10_000, 11));
    await first.stop();
    const period = await nextPeriod();
    const snapshot = await chain().send("evm_snapshot", []);
    const provider = await world.start(config);
    await provider.seen("proven", (entry) => entry.period === period);
    // Several polls: by now the daemon has read the block, and remembers that the period is proven.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await goBack(snapshot);
    expect(await isProven(config.provider, period)).to.equal(false);
    await provider.seen("chain-went-back");
    while (!(await isProven(config.provider, period))) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });

  it("lives through an outage of its node", async () => {
    const relay = await rpcRelay(world.net.rpc);
    const config: ProviderConfig = { ...(await world.provider()), rpc: relay.url };
    const provider = await world.start(config);
    await open(provider, sample(10_000, 8));
    relay.cut(true);
    await provider.seen("step-failed");
    const period = await nextPeriod();
    expect((await call(`${provider.url}/v1/info`)).status).to.equal(200);
    relay.cut(false);
    await provider.seen("proven", (entry) => entry.period === period);
    await provider.seen("recovered");
    await provider.stop();
    relay.close();
  });

  it("deletes a piece only when its deal is over for good", async () => {
    const config = await world.provider();
    const provider = await world.start(config);
    const id = await open(provider, sample(10_000, 9), { periods: 1 });
    const file = join(config.dataDir, "pieces", `${(await deal(id)).root.slice(2)}.piece`);
    const period = await nextPeriod();
    await provider.seen("proven", (entry) => entry.period === period);
    await provider.seen("upload-dropped");
    await nextPeriod();
    await provider.seen("settled");
    expect(existsSync(file)).to.equal(true);
    await nextPeriod();
    await nextPeriod();
    await nextPeriod();
    await provider.seen("piece-removed");
    expect(existsSync(file)).to.equal(false);
  });

  async function balance(account: string): Promise<bigint> {
    const token = new Contract(world.net.deployment.token, erc20Abi, chain());
    return (await token.getFunction("balanceOf")(account)) as bigint;
  }
});

/** Passes requests on to a node, until it is cut. */
async function rpcRelay(target: string) {
  let broken = false;
  const server: Server = createServer((request, response) => {
    void (async () => {
      if (broken) {
        request.socket.destroy();
        return;
      }
      const chunks: Uint8Array[] = [];
      for await (const chunk of request) chunks.push(chunk as Uint8Array);
      const answer = await fetch(target, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: Buffer.concat(chunks),
      });
      response.writeHead(answer.status, { "Content-Type": "application/json" });
      response.end(await answer.text());
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut: (now: boolean) => {
      broken = now;
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

describe("a provider whose seed somebody takes from a block's hash", () => {
  let world: Bench;

  before(async () => {
    world = await bench();
    await world.approve();
  });
  after(() => world.stop());

  it("proves by that, so that a mark on an idle beacon costs it nothing [SEED-7]", async () => {
    const { deployment, signer } = world.net;
    const chain = signer.provider as JsonRpcProvider;
    // No header is shown for two days: there is nothing to prove.
    for (let i = 0; i < 2; i++) await world.nextPeriod();
    const provider = await world.start(await world.provider());
    const id = await world.open(provider, sample(50_000));
    const time = periodStart(deployment, (await world.market.period()) + 1);
    await chain.send("evm_setNextBlockTimestamp", [time - 15 * 60]);
    const beacon = new Contract(deployment.beacon, ["function mark(uint64 time)"], signer);
    await (await beacon.getFunction("mark").send(time)).wait();
    await chain.send("hardhat_mine", ["0x14"]);
    const period = await world.nextPeriod();
    await provider.seen("proven", (entry) => entry.period === period);
    expect(await world.market.deal(id)).to.include({ misses: 0 });
  });
});
