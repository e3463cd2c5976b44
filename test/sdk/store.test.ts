import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateIdentity, identityToRecipient } from "age-encryption";
import { expect } from "chai";
import { Contract } from "ethers";
import type { Holdfast, Source } from "holdfast";
import { erc20Abi, market } from "holdfast/market";
import { type Fault, withJson } from "./support/proxy.ts";
import { HookedWallet, RemoteSigner } from "./support/signers.ts";
import { all, configure, rejection, sample, startWorld, type World } from "./support/world.ts";

const terms = { k: 2, n: 3, periods: 5 };

describe("store", function () {
  this.timeout(90_000);
  let world: World;
  let hold: Holdfast;
  before(async () => {
    world = await startWorld({ providers: 5 });
    hold = await world.connect();
  });
  after(() => world?.stop());

  const bytes = sample(300_000);
  const read = async (id: string) => Buffer.from(await (await hold.retrieve(id)).bytes());
  const provider = (index: number) => {
    const found = world.net.providers[index];
    if (!found) throw new Error(`there is no provider ${index}`);
    return found;
  };
  /** A wallet with money whose gas estimates can be interfered with. */
  const hooked = async () => {
    const { privateKey, provider: node } = await world.net.newWallet();
    return new HookedWallet(privateKey, node);
  };

  describe("takes", () => {
    const directory = mkdtempSync(join(tmpdir(), "holdfast-store-"));
    const path = join(directory, "a file.bin");
    before(() => writeFileSync(path, bytes));
    after(() => rmSync(directory, { recursive: true, force: true }));
    const sources: [string, () => Source][] = [
      ["bytes", () => bytes],
      ["a Blob", () => new Blob([bytes])],
      ["a path", () => ({ path })],
      ["a stream", () => new Blob([bytes]).stream()],
      ["an iterable", () => parts()],
    ];
    async function* parts() {
      for (let at = 0; at < bytes.length; at += 7777) yield bytes.subarray(at, at + 7777);
    }

    for (const [what, source] of sources) {
      it(`${what}, and gives it back`, async () => {
        const { id, size, deals, cost } = await hold.store(source(), {
          ...terms,
          maxBytes: 400_000,
        });
        expect(size).to.equal(bytes.length);
        expect(deals).to.have.length(3);
        expect(cost > 0n).to.equal(true);
        expect((await read(id)).equals(bytes)).to.equal(true);
      });
    }

    it("a path's name along", async () => {
      const { id } = await hold.store({ path }, { ...terms, type: "text/plain" });
      expect(await hold.retrieve(id)).to.include({ name: "a file.bin", type: "text/plain" });
    });
  });

  it("reports progress by phases", async () => {
    const phases: string[] = [];
    await hold.store(bytes, { ...terms, onProgress: ({ phase }) => phases.push(phase) });
    expect([...new Set(phases)]).to.deep.equal(["upload", "offers", "open"]);
  });

  it("pays what was quoted, to the unit", async () => {
    const { net } = world;
    const token = new Contract(net.deployment.token, erc20Abi, net.signer);
    const before = await token.getFunction("balanceOf")(net.signer.address);
    const quote = await hold.quote(bytes.length, terms);
    const { cost } = await hold.store(bytes, { quote });
    expect(cost).to.equal(quote.total);
    expect(await token.getFunction("balanceOf")(net.signer.address)).to.equal(before - quote.total);
  });

  describe("refuses", () => {
    for (const [what, source, code] of [
      ["no bytes", new Uint8Array(), "EMPTY"],
      ["a stream of no bytes", new Blob([]).stream(), "EMPTY"],
      ["a file that is missing", { path: "/nowhere/at/all" }, "SOURCE_NOT_FOUND"],
      ["a CID without an IPFS node", { cid: "bafkqaaa" }, "ARGUMENT_INVALID"],
    ] as const) {
      it(what, async () => {
        const error = await rejection(hold.store(source, { ...terms, maxBytes: 10 }));
        expect(error).to.have.property("code", code);
      });
    }

    it("a stream of unknown size without a quote", async () => {
      const error = await rejection(hold.store(new Blob([bytes]).stream(), terms));
      expect(error).to.include({
        code: "ARGUMENT_INVALID",
        message: "A stream does not tell its size, and providers quote for a number of bytes.",
      });
    });

    for (const [what, o] of [
      ["k above n", { k: 4, n: 3 }],
      ["a term beyond the market's", { periods: 10_000 }],
      ["copies with k", { public: true, k: 2 }],
    ] as const) {
      it(what, async () => {
        expect(await rejection(hold.store(bytes, o))).to.have.property("code", "ARGUMENT_INVALID");
      });
    }

    it("a source larger than its quote", async () => {
      const quote = await hold.quote(1000, terms);
      const error = await rejection(hold.store(bytes, { quote }));
      expect(error.message).to.equal("The quote is for 1000 bytes, the source has 300000.");
    });

    it("an owner whose key it does not know", async () => {
      const { address } = await world.net.newWallet();
      const error = await rejection(hold.store(bytes, { ...terms, owner: address }));
      expect(error).to.have.property("code", "RECIPIENT_REQUIRED");
    });

    it("a wallet without enough money, before anything is sent", async () => {
      const signer = await world.net.newWallet({ ether: 10n ** 18n, tokens: 1000n });
      const poor = await world.connect({ signer });
      const error = await rejection(poor.store(bytes, terms));
      expect(error).to.have.property("code", "BALANCE_TOO_LOW");
      expect(error.message).to.match(/has 0\.001 tUSD, the deals cost 0\.\d+ tUSD/);
      expect(await signer.getNonce()).to.equal(0);
    });

    it("more providers than there are, with the reason of each that was left out", async () => {
      const error = await rejection(hold.quote(1000, { k: 2, n: 6, periods: 5 }));
      expect(error).to.have.property("code", "TOO_FEW_PROVIDERS");
      expect(error.message).to.include("6 providers of different owners are needed, 5 can be used");
    });
  });

  it("stops when it is cancelled, and has paid nothing", async () => {
    const controller = new AbortController();
    const signer = await world.net.newWallet();
    const wallet = await world.connect({ signer });
    const onProgress = () => controller.abort();
    const call = wallet.store(bytes, { ...terms, onProgress, signal: controller.signal });
    expect(await rejection(call)).to.have.property("code", "CANCELLED");
    expect(await signer.getNonce()).to.equal(0);
  });

  describe("pays", () => {
    it("from an allowance where the wallet signs no permit, and says how much it takes", async () => {
      const wallet = await world.net.newWallet();
      const signer = new RemoteSigner(wallet, { typedData: false });
      const remote = await world.connect({ signer, identity: await generateIdentity() });
      const error = await rejection(remote.store(bytes, terms));
      expect(error).to.have.property("code", "ALLOWANCE_TOO_LOW");
      const { market: spender, token } = world.net.deployment;
      const { total } = await remote.quote(bytes.length, terms);
      expect(error.fix).to.include(`approve(${spender}, ${total}) on the token ${token}`);
      const erc20 = new Contract(token, erc20Abi, wallet);
      await (await erc20.getFunction("approve")(spender, total)).wait();
      expect(await remote.store(bytes, terms)).to.have.property("cost", total);
    });

    it("for an owner who can then list and read it alone", async () => {
      const signer = await world.net.newWallet();
      const identity = await generateIdentity();
      const owner = await world.connect({ signer, identity });
      const recipients = [await identityToRecipient(identity)];
      const { id } = await hold.store(bytes, { ...terms, owner: signer.address, recipients });
      const [object] = await all(owner.list());
      expect(object).to.include({ id, received: true, size: bytes.length });
      expect(Buffer.from(await (await owner.retrieve(id)).bytes()).equals(bytes)).to.equal(true);
      expect(await rejection(hold.retrieve(id))).to.have.property("code", "NOT_RECIPIENT");
    });
  });

  describe("leaves out", () => {
    it("a provider that does not answer", async () => {
      await provider(0).kill();
      const { dropped } = await hold.quote(1000, terms);
      await provider(0).start();
      const [left] = dropped;
      expect(dropped).to.have.length(1);
      expect(left).to.include({ url: provider(0).url });
      expect(left?.reason).to.include("ECONNREFUSED");
    });

    it("a provider that its owner has stopped", async () => {
      await configure(world.net, provider(0), { maxLock: 0n });
      const { dropped } = await hold.quote(1000, terms);
      await configure(world.net, provider(0), { maxLock: 10n ** 12n });
      const again = await hold.quote(1000, terms);
      await world.net.advance(1);
      expect(dropped.map(({ reason }) => reason)).to.deep.equal([
        "it is stopped, or has no free stake",
      ]);
      expect(again.dropped[0]?.reason).to.match(/^its lock budget is 0, the deal locks \d+$/);
    });

    it("a provider that serves another market, and takes it back when it does not", async () => {
      const proxy = await world.proxy(provider(0));
      proxy.fault = async (_, forward) => {
        const answer = await forward();
        const info = JSON.parse(answer.body.toString());
        return withJson(answer, { ...info, market: world.net.deployment.token });
      };
      const { dropped } = await hold.quote(1000, terms);
      expect(dropped[0]?.reason).to.include("it serves market");
      proxy.fault = undefined;
      expect((await hold.quote(1000, terms)).dropped).to.have.length(0);
    });

    it("a provider that does not speak the protocol", async () => {
      const proxy = await world.proxy(provider(0));
      proxy.fault = async (_, forward) => withJson(await forward(), { operator: 7 });
      const { dropped } = await hold.quote(1000, terms);
      expect(dropped[0]?.reason).to.include('"operator" must be an address, got 7');
      proxy.fault = undefined;
    });
  });

  describe("when a provider fails while storing,", () => {
    /** Stores while the provider that was quoted for fragment 1 fails. */
    const failing = async (fault: Fault, source: Source = bytes) => {
      const proxies = await Promise.all(world.net.providers.map((each) => world.proxy(each)));
      const quote = await hold.quote(bytes.length, terms);
      const proxy = proxies.find(({ url }) => url === quote.providers[1]?.url);
      if (!proxy) throw new Error("the quote names no proxy");
      proxy.fault = fault;
      const object = await hold.store(source, { quote }).finally(() => {
        proxy.fault = undefined;
      });
      expect((await read(object.id)).equals(bytes)).to.equal(true);
      return { object, url: proxy.url };
    };

    it("another one takes the fragment: the line breaks in every request", async () => {
      const { object, url } = await failing(async (request, forward) =>
        request.method === "PATCH" ? "reset" : forward(),
      );
      const [failure] = object.report.failures;
      expect(failure).to.include({ provider: url, fragment: 1, code: "PROVIDER_UNREACHABLE" });
      expect(object.report.providers.map((each) => each.url)).not.to.include(url);
    });

    it("another one takes the fragment: bytes change on their way", async () => {
      const { object, url } = await failing(flipByte);
      expect(object.report.failures[0]).to.include({ provider: url, code: "PIECE_MISMATCH" });
    });

    it("another one takes the fragment: the offer is not what was quoted", async () => {
      const { object, url } = await failing(raiseRate);
      const [failure] = object.report.failures;
      expect(failure).to.include({ provider: url, code: "OFFER_INVALID" });
      expect(failure?.message).to.include("its signature is");
    });

    it("it ends with that provider's error when nobody is left", async () => {
      const proxy = await world.proxy(provider(0));
      proxy.fault = raiseRate;
      const error = await rejection(hold.store(bytes, { k: 2, n: 5, periods: 5 }));
      proxy.fault = undefined;
      expect(error).to.include({ code: "OFFER_INVALID", provider: proxy.url });
    });

    it("it ends when a stream would have to be read again", async () => {
      const error = await rejection(failing(flipByte, new Blob([bytes]).stream()));
      expect(error).to.have.property("code", "SOURCE_READ_ONCE");
    });
  });

  describe("when the contract refuses one offer,", () => {
    const owning = (id: number | undefined) => {
      const found = world.net.providers.find(({ ids }) => ids.includes(id ?? 0));
      if (!found) throw new Error(`nobody has provider id ${id}`);
      return found;
    };

    it("the same provider signs another one", async () => {
      const signer = await hooked();
      const wallet = await world.connect({ signer });
      const quote = await wallet.quote(bytes.length, terms);
      const target = owning(quote.providers[1]?.signed.quote.provider);
      signer.beforeEstimate = async (estimate) => {
        signer.beforeEstimate = undefined;
        await configure(world.net, target, { operator: target.owner.address });
        return estimate().finally(() =>
          configure(world.net, target, { operator: target.operator }),
        );
      };
      const { report } = await wallet.store(bytes, { quote });
      expect(report.failures).to.have.length(1);
      expect(report.failures[0]).to.include({ fragment: 1, code: "OPEN_REVERTED" });
      expect(report.failures[0]?.message).to.include("OfferSignatureInvalid(offer 1, operator ");
      expect(report.providers.map(({ url }) => url)).to.deep.equal(
        quote.providers.map(({ url }) => url),
      );
    });

    it("another provider takes that fragment alone when it cannot", async () => {
      const signer = await hooked();
      const wallet = await world.connect({ signer });
      const quote = await wallet.quote(bytes.length, terms);
      const target = owning(quote.providers[1]?.signed.quote.provider);
      signer.beforeEstimate = async (estimate) => {
        signer.beforeEstimate = undefined;
        await configure(world.net, target, { maxLock: 0n });
        return estimate();
      };
      const { report } = await wallet.store(bytes, { quote });
      await configure(world.net, target, { maxLock: 10n ** 12n });
      await world.net.advance(1);
      const [first, second, third] = report.providers.map(({ url }) => url);
      const [a, b, c] = quote.providers.map(({ url }) => url);
      expect([first, third]).to.deep.equal([a, c]);
      expect(second).not.to.equal(b);
      expect(report.failures.map(({ code }) => code)).to.deep.equal([
        "OPEN_REVERTED",
        "PROVIDER_REFUSED",
      ]);
      expect(report.failures[0]?.message).to.include("OfferBudgetTooLow(offer 1, needed ");
    });

    it("it ends with the contract's error when nobody is left", async () => {
      const signer = await hooked();
      const wallet = await world.connect({ signer });
      const target = provider(4);
      signer.beforeEstimate = async (estimate) => {
        await configure(world.net, target, { operator: target.owner.address });
        return estimate().finally(() =>
          configure(world.net, target, { operator: target.operator }),
        );
      };
      const error = await rejection(wallet.store(bytes, { k: 2, n: 5, periods: 5 }));
      expect(error).to.have.property("code", "OPEN_REVERTED");
      expect(error).to.have.property("offerIndex").that.is.a("number");
      expect(error.message).to.match(
        /^Could not open the deals: the contract refused with OfferSignatureInvalid\(offer \d, /,
      );
      expect(await market(world.net.deployment, signer).objectsOf(signer.address)).to.deep.equal(
        [],
      );
    });
  });
});

const raiseRate: Fault = async ({ path }, forward) => {
  const answer = await forward();
  if (!path.endsWith("/offer")) return answer;
  const json = JSON.parse(answer.body.toString());
  json.offer.pieces[0].rate = String(BigInt(json.offer.pieces[0].rate) + 1n);
  return withJson(answer, json);
};

const flipByte: Fault = async ({ method, body }, forward) => {
  if (method === "PATCH") body[0] = (body[0] ?? 0) ^ 1;
  return forward();
};
