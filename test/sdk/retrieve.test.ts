import { expect } from "chai";
import { Interface, type TransactionLike, Wallet } from "ethers";
import type { Holdfast, IpfsClient, StoredObject } from "holdfast";
import { storageMarketAbi } from "holdfast/market";
import type { Fault, FaultyProxy } from "./support/proxy.ts";
import { all, rejection, sample, startWorld, type World } from "./support/world.ts";

const terms = { k: 2, n: 4, periods: 5 };

describe("retrieve", function () {
  this.timeout(90_000);
  let world: World;
  let hold: Holdfast;
  let object: StoredObject;
  let proxies: FaultyProxy[];
  // Two full stripes of two units, and a last one whose chunks lie across fragments.
  const bytes = sample(4_400_000);

  before(async () => {
    world = await startWorld({ providers: 4 });
    proxies = await Promise.all(world.net.providers.map((provider) => world.proxy(provider)));
    hold = await world.connect();
    object = await hold.store(bytes, { ...terms, name: "x", type: "text/plain" });
  });
  after(() => world?.stop());
  afterEach(() => {
    for (const proxy of proxies) {
      proxy.fault = undefined;
      proxy.requests.length = 0;
    }
  });

  /** The proxy before the provider of a fragment. */
  const holder = (fragment: number): FaultyProxy => {
    const url = object.report.providers[fragment]?.url;
    const found = proxies.find((proxy) => proxy.url === url);
    if (!found) throw new Error(`nobody holds fragment ${fragment}`);
    return found;
  };
  const read = async (range?: [number, number]) => {
    const back = await hold.retrieve(object.id, range ? { range } : {});
    const got = Buffer.from(await back.bytes());
    expect(got.equals(bytes.subarray(...(range ?? [])))).to.equal(true);
    return back.report();
  };
  const codesOf = (report: Awaited<ReturnType<typeof read>>, { url }: FaultyProxy) =>
    report.find((each) => each.url === url)?.failures.map(({ code }) => code) ?? [];

  const wrongByte: Fault = async ({ path }, forward) => {
    const answer = await forward();
    if (path.startsWith("/v1/pieces/")) answer.body[100] = (answer.body[100] ?? 0) ^ 1;
    return answer;
  };

  it("gives back what was stored, with its name and type", async () => {
    const back = await hold.retrieve(object.id);
    expect(back).to.include({ size: bytes.length, name: "x", type: "text/plain" });
    await read();
  });

  for (const range of [
    [0, 1],
    [4_399_999, 4_400_000],
    [65_535, 65_537],
    [2_097_100, 2_097_200],
    [1_000_000, 4_300_000],
    [7, 7],
  ] as [number, number][]) {
    it(`gives back bytes ${range[0]} to ${range[1]}`, async () => {
      await read(range);
    });
  }

  it("reads one chunk of one fragment for a few bytes", async () => {
    const report = await read([100_000, 100_010]);
    expect(report.map(({ bytes: count }) => count)).to.deep.equal([65_552]);
  });

  it("reads no further ahead than a stripe", async () => {
    const { stream } = await hold.retrieve(object.id);
    const reader = stream.getReader();
    await reader.read();
    await reader.cancel();
    const pieces = proxies.flatMap(({ requests }) =>
      requests.filter((line) => line.includes("/v1/pieces/")),
    );
    expect(pieces.length).to.be.within(2, 4);
  });

  describe("goes round", () => {
    it("a provider that is gone", async () => {
      holder(0).fault = async () => "reset";
      expect(codesOf(await read(), holder(0))).to.deep.equal(["PROVIDER_UNREACHABLE"]);
    });

    it("a provider that stalls, and waits for it once", async () => {
      holder(1).fault = async () => "silence";
      const started = Date.now();
      expect(codesOf(await read(), holder(1))).to.deep.equal(["PROVIDER_UNREACHABLE"]);
      expect(Date.now() - started).to.be.below(6_000);
    });

    it("as many as can be missed", async () => {
      holder(0).fault = async () => "reset";
      holder(1).fault = async () => "reset";
      await read();
      await read([4_399_000, 4_400_000]);
    });

    it("a provider that serves wrong bytes, and names it", async () => {
      holder(0).fault = wrongByte;
      const report = await read();
      expect(codesOf(report, holder(0))).to.deep.equal(["WRONG_BYTES"]);
      const [failure] = report.find(({ url }) => url === holder(0).url)?.failures ?? [];
      expect(failure?.message).to.include(
        "served wrong bytes: fragment 0 of deal 1 differs at byte",
      );
    });

    it("a provider that serves wrong bytes where a chunk lies across fragments", async () => {
      holder(1).fault = wrongByte;
      const report = await read([4_250_000, 4_400_000]);
      expect(codesOf(report, holder(1))).to.deep.equal(["WRONG_BYTES"]);
      expect(codesOf(report, holder(0))).to.deep.equal([]);
    });

    it("a provider that serves wrong parity for one that is gone", async () => {
      holder(0).fault = async () => "reset";
      holder(2).fault = wrongByte;
      const report = await read([0, 1000]);
      expect(codesOf(report, holder(2))).to.deep.equal(["WRONG_BYTES"]);
      expect(codesOf(report, holder(1))).to.deep.equal([]);
      expect(codesOf(report, holder(3))).to.deep.equal([]);
    });
  });

  it("says which fragments are missing when too few are left", async () => {
    for (const fragment of [0, 1, 3]) holder(fragment).fault = async () => "reset";
    const error = await rejection(read([0, 1000]));
    expect(error).to.have.property("code", "TOO_FEW_FRAGMENTS");
    expect(error.message).to.equal(
      `2 of 4 fragments are needed, 1 could be read; missing or wrong: 0 (${holder(0).url}), 1 (${holder(1).url}), 3 (${holder(3).url}).`,
    );
  });

  it("says so as well when those that are left are wrong", async () => {
    for (const fragment of [0, 1, 2]) holder(fragment).fault = wrongByte;
    expect(await rejection(read([0, 1000]))).to.have.property("code", "TOO_FEW_FRAGMENTS");
  });

  it("stops when it is cancelled", async () => {
    const controller = new AbortController();
    const back = await hold.retrieve(object.id, { signal: controller.signal });
    controller.abort();
    expect(await rejection(back.bytes())).to.have.property("code", "CANCELLED");
  });

  describe("refuses", () => {
    it("the wrong wallet", async () => {
      const stranger = await world.connect({ signer: await world.net.newWallet() });
      expect(await rejection(stranger.retrieve(object.id))).to.have.property(
        "code",
        "NOT_RECIPIENT",
      );
    });

    for (const [what, change, code] of [
      ["a deal that does not exist", (id: string) => `${id}999`, "OBJECT_UNKNOWN"],
      [
        "a deal that is not an object's first",
        (id: string) => id.replace(/1$/, "2"),
        "OBJECT_UNKNOWN",
      ],
      ["another chain", (id: string) => id.replace(":31337:", ":1:"), "WRONG_CHAIN"],
      [
        "another market",
        (id: string) => id.replace(/0x.{40}/, `0x${"1".repeat(40)}`),
        "MARKET_UNKNOWN",
      ],
      ["what is no id", (id: string) => `${id}:`, "ARGUMENT_INVALID"],
      ["what is no CID", () => "hello", "CID_INVALID"],
      [
        "a CID that nobody has",
        () => "bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy",
        "OBJECT_UNKNOWN",
      ],
    ] as const) {
      it(what, async () => {
        const error = await rejection(hold.retrieve(change(object.id)));
        expect(error).to.have.property("code", code);
      });
    }

    for (const range of [
      [-1, 5],
      [5, 4],
      [0, 4_400_001],
      [0.5, 1],
    ] as [number, number][]) {
      it(`the range ${range.join(" to ")}`, async () => {
        const error = await rejection(hold.retrieve(object.id, { range }));
        expect(error).to.have.property("code", "ARGUMENT_INVALID");
      });
    }
  });

  describe("without the node's old events", () => {
    const pruned: Fault = async ({ body }, forward) => {
      if (JSON.parse(body.toString()).method !== "eth_getLogs") return forward();
      const { id } = JSON.parse(body.toString());
      const error = { code: 4444, message: "pruned history unavailable" };
      const text = Buffer.from(JSON.stringify({ jsonrpc: "2.0", id, error }));
      return { status: 200, headers: { "content-type": "application/json" }, body: text };
    };

    /** Providers learn of a manifest with the block that it is in. */
    const journalled = async ({ id, report }: StoredObject) => {
      const [, chain, address, deal] = id.split(":");
      for (const { url } of report.providers) {
        const manifest = `${url}/v1/deals/${chain}/${address}/${deal}/manifest`;
        while (!(await fetch(manifest)).ok) await new Promise((done) => setTimeout(done, 50));
      }
    };

    it("takes the manifest from a provider, and only the one that was opened [MAN-4]", async () => {
      const { wallet, rpc } = await world.walletOverProxy();
      const owner = await world.connect({ signer: wallet });
      const mine = await owner.store(bytes, terms);
      await journalled(mine);
      rpc.fault = pruned;
      const [first] = mine.report.providers;
      const liar = proxies.find(({ url }) => url === first?.url);
      if (!liar) throw new Error("nobody holds fragment 0");
      liar.fault = async ({ path }, forward) => {
        const answer = await forward();
        if (path.endsWith("/manifest")) answer.body[0] = 9;
        return answer;
      };
      const back = await (await owner.retrieve(mine.id)).bytes();
      expect(Buffer.from(back).equals(bytes)).to.equal(true);
      expect(liar.requests.some((line) => line.endsWith("/manifest"))).to.equal(true);
      expect(await all(owner.list())).to.have.length(1);
    });

    it("says so when no provider has it either", async () => {
      const { wallet, rpc } = await world.walletOverProxy();
      const owner = await world.connect({ signer: wallet });
      const { id } = await owner.store(bytes, terms);
      rpc.fault = pruned;
      for (const proxy of proxies) {
        proxy.fault = async ({ path }, next) => (path.endsWith("/manifest") ? "reset" : next());
      }
      const error = await rejection(owner.retrieve(id));
      expect(error).to.have.property("code", "OBJECT_UNKNOWN");
      expect(error.message).to.include("no provider has its manifest");
    });
  });

  it("refuses a manifest of a later version, which hides no other object from the list [MAN-4]", async () => {
    const { privateKey, provider } = await world.net.newWallet();
    const signer = new FutureWallet(privateKey, provider);
    const owner = await world.connect({ signer });
    const readable = await owner.store(sample(1000), terms);
    signer.version = 2;
    const { id } = await owner.store(sample(1000, 1), terms);
    const error = await rejection(owner.retrieve(id));
    expect(error).to.have.property("code", "MANIFEST_UNSUPPORTED");
    expect(error.message).to.include("version 2");
    const listed = await all(owner.list());
    expect(listed.map((each) => [each.id, each.error?.code])).to.deep.equal([
      [id, "MANIFEST_UNSUPPORTED"],
      [readable.id, undefined],
    ]);
  });
});

/** Writes the version of its choice into every manifest that it signs. */
class FutureWallet extends Wallet {
  version: number | undefined;

  override signTransaction(transaction: TransactionLike): Promise<string> {
    const contract = new Interface(storageMarketAbi);
    const call = this.version && contract.parseTransaction({ data: transaction.data ?? "0x" });
    if (!call) return super.signTransaction(transaction);
    const [offers, payment, owner, manifest] = call.args;
    const changed = `0x${this.version?.toString(16).padStart(2, "0")}${manifest.slice(4)}`;
    const data = contract.encodeFunctionData("open", [offers, payment, owner, changed]);
    return super.signTransaction({ ...transaction, data });
  }
}

describe("Public objects", function () {
  this.timeout(60_000);
  let world: World;
  let hold: Holdfast;
  let object: StoredObject;
  let proxies: FaultyProxy[];
  const bytes = sample(2_500_000);

  before(async () => {
    world = await startWorld({ providers: 3 });
    proxies = await Promise.all(world.net.providers.map((provider) => world.proxy(provider)));
    hold = await world.connect();
    object = await hold.store(bytes, { public: true, n: 2, periods: 5 });
  });
  after(() => world?.stop());
  afterEach(() => {
    for (const proxy of proxies) proxy.fault = undefined;
  });

  const read = async (o: { range?: [number, number] } = {}, from = hold, id = object.cid ?? "") => {
    const back = await from.retrieve(id, o);
    const got = Buffer.from(await back.bytes());
    expect(got.equals(bytes.subarray(...(o.range ?? [])))).to.equal(true);
    return back;
  };

  it("are read by their CID, and by their id", async () => {
    expect(await read()).to.include({ size: bytes.length });
    await read({}, hold, object.id);
    await read({ range: [1_048_570, 1_048_580] });
    await read({ range: [5, 5] });
  });

  it("are read by everybody", async () => {
    const signer = await world.net.newWallet();
    await read({}, await world.connect({ signer }));
    const [listed] = await all(hold.list());
    expect(listed).to.include({ id: object.id, public: true, size: bytes.length });
  });

  it("are read round a provider that serves wrong blocks, which is named", async () => {
    const liar = proxies.find(({ url }) => url === object.report.providers[0]?.url);
    if (!liar) throw new Error("nobody holds the first copy");
    liar.fault = async ({ path }, forward) => {
      const answer = await forward();
      if (path.startsWith("/ipfs/") && answer.body.length > 1000) answer.body[9] = 1;
      return answer;
    };
    const report = (await read({}, hold, object.id)).report();
    const found = report.find(({ url }) => url === liar.url);
    expect(found?.failures.map(({ code }) => code)).to.deep.equal(["WRONG_BYTES"]);
  });

  it("fail half-way when nobody serves a block any more", async () => {
    const back = await hold.retrieve(object.id);
    for (const proxy of proxies) proxy.fault = async () => "reset";
    expect(await rejection(back.bytes())).to.have.property("code", "TOO_FEW_FRAGMENTS");
  });

  describe("with an IPFS node", () => {
    // A stand-in for faults alone: all else is tested with a real node in test/ipfs.
    const broken = (o: Partial<IpfsClient>): IpfsClient => {
      const fail = async () => {
        throw new Error("connect ECONNREFUSED");
      };
      const none = () => ({ [Symbol.asyncIterator]: () => ({ next: fail }) });
      return {
        add: fail,
        cat: none,
        block: { get: fail },
        pin: { add: fail },
        dag: { export: none },
        ...o,
      };
    };
    const store = async (o: Partial<IpfsClient>, source: Uint8Array | { cid: string } = bytes) => {
      const signer = await world.net.newWallet();
      const connected = await world.connect({ signer, ipfs: broken(o) });
      const error = await rejection(connected.store(source, { public: true, n: 2, periods: 5 }));
      expect(await signer.getNonce(), "nothing is paid").to.equal(0);
      return error;
    };

    it("that makes another CID, nothing is paid", async () => {
      const error = await store({ add: async () => ({ cid: "bafyother" }) });
      expect(error).to.have.property("code", "CID_MISMATCH");
      expect(error.message).to.equal(
        `The IPFS node made bafyother of content whose CID is ${object.cid}.`,
      );
    });

    it("that is gone, nothing is paid", async () => {
      expect(await store({})).to.have.property("code", "IPFS_UNAVAILABLE");
    });

    it("that does not have the content, nothing is paid", async () => {
      const error = await store({}, { cid: object.cid ?? "" });
      expect(error).to.have.property("code", "IPFS_UNAVAILABLE");
    });

    it("that is gone, providers are read all the same", async () => {
      await read({}, await world.connect({ ipfs: broken({}) }));
    });
  });
});
