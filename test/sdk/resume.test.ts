import { generateIdentity } from "age-encryption";
import { expect } from "chai";
import { Contract, type Signer, Wallet } from "ethers";
import { type Holdfast, memoryState, type ResumeStore } from "holdfast";
import { erc20Abi, market } from "holdfast/market";
import type { FaultyProxy } from "./support/proxy.ts";
import { RemoteSigner } from "./support/signers.ts";
import { rejection, sample, startWorld, type World } from "./support/world.ts";

const terms = { k: 2, n: 3, periods: 5, key: "photo" };

describe("Storing again under the same key", function () {
  this.timeout(90_000);
  let world: World;
  let proxies: FaultyProxy[];
  before(async () => {
    world = await startWorld({ providers: 4 });
    proxies = await Promise.all(world.net.providers.map((provider) => world.proxy(provider)));
  });
  after(() => world?.stop());
  beforeEach(() => {
    for (const proxy of proxies) {
      proxy.fault = undefined;
      proxy.requests.length = 0;
    }
  });

  const bytes = sample(5_000_000);
  const uploads = () =>
    proxies.flatMap(({ requests }) => requests.filter((line) => line === "POST /v1/uploads"));
  const patches = () =>
    proxies.flatMap(({ requests }) => requests.filter((line) => line.startsWith("PATCH")));

  /** What an account has paid, and the objects that it got for it. */
  const paid = async (address: string) => {
    const token = new Contract(world.net.deployment.token, erc20Abi, world.net.signer);
    const balance: bigint = await token.getFunction("balanceOf")(address);
    const objects = await market(world.net.deployment, world.net.signer).objectsOf(address);
    return { spent: 10_000_000_000n - balance, objects: objects.length };
  };

  /** The same wallet and the same state in what could be another process. */
  const again = (signer: Signer, state: ResumeStore) => world.connect({ signer, state });

  const expectOnce = async (hold: Holdfast, address: string) => {
    const object = await hold.store(bytes, terms);
    expect(await paid(address)).to.deep.equal({ spent: object.cost, objects: 1 });
    expect(object.deals).to.have.length(3);
    const back = await (await hold.retrieve(object.id)).bytes();
    expect(Buffer.from(back).equals(bytes)).to.equal(true);
    return object;
  };

  it("gives the same object, without reading the source", async () => {
    const state = memoryState();
    const signer = await world.net.newWallet();
    const first = await (await again(signer, state)).store(bytes, terms);
    const hold = await again(signer, state);
    expect(await hold.store(new Blob([]).stream(), terms)).to.deep.equal(first);
    expect(await paid(signer.address)).to.deep.equal({ spent: first.cost, objects: 1 });
  });

  it("goes on in the middle of the uploads", async () => {
    const state = memoryState();
    const signer = await world.net.newWallet();
    const controller = new AbortController();
    const hold = await again(signer, state);
    const cut = async function* () {
      yield bytes.subarray(0, 4_500_000);
      controller.abort();
      yield bytes.subarray(4_500_000);
    };
    const options = { ...terms, maxBytes: bytes.length, signal: controller.signal };
    expect(await rejection(hold.store(cut(), options))).to.have.property("code", "CANCELLED");
    expect(uploads()).to.have.length(3);
    await expectOnce(await again(signer, state), signer.address);
    expect(uploads()).to.have.length(3);
  });

  it("asks only for offers when all bytes have arrived", async () => {
    const state = memoryState();
    const signer = await world.net.newWallet();
    for (const proxy of proxies) {
      proxy.fault = async ({ path }, forward) => (path.endsWith("/offer") ? "reset" : forward());
    }
    const hold = await again(signer, state);
    expect(await rejection(hold.store(bytes, terms))).to.have.property(
      "code",
      "PROVIDER_UNREACHABLE",
    );
    for (const proxy of proxies) proxy.fault = undefined;
    const before = patches().length;
    const object = await expectOnce(await again(signer, state), signer.address);
    expect(object.report.failures.length).to.be.above(0);
    // One spare took over before everybody failed; its fragment alone is sent again.
    expect(patches().length - before).to.be.below(before);
  });

  it("refuses another content before a byte of it is sent [RETRY-1]", async () => {
    const state = memoryState();
    const { signer, hold } = await interrupted(state);
    const sent = patches().length;
    const error = await rejection(hold.store(sample(5_000_000, 1), terms));
    expect(error).to.have.property("code", "SOURCE_CHANGED");
    expect(error.message).to.include("part 0 is another");
    const shorter = await rejection(hold.store(bytes.subarray(1), terms));
    expect(shorter.message).to.include("it has 4999999 bytes, not 5000000");
    expect(patches()).to.have.length(sent);
    expect(await paid(signer.address)).to.deep.equal({ spent: 0n, objects: 0 });
  });

  it("sends no part whose hash is not on record yet [RETRY-1]", async () => {
    const state = memoryState();
    const set: ResumeStore["set"] = async (key, value) => {
      if (key.includes("/hashes/")) throw new Error("no space left for hashes");
      await state.set(key, value);
    };
    const hold = await again(await world.net.newWallet(), { ...state, set });
    const error = await rejection(hold.store(bytes, terms));
    expect(error.message).to.include("no space left for hashes");
    expect(uploads()).to.have.length(3);
    expect(patches()).to.have.length(0);
  });

  it("is refused to another identity", async () => {
    const state = memoryState();
    const { signer } = await interrupted(state);
    const other = await world.connect({ signer, state, identity: await generateIdentity() });
    expect(await rejection(other.store(bytes, terms))).to.have.property("code", "NOT_RECIPIENT");
  });

  it("begins a fragment anew at a provider that has forgotten it", async () => {
    const state = memoryState();
    const { signer } = await interrupted(state);
    const [proxy] = proxies.filter(({ requests }) => requests.includes("POST /v1/uploads"));
    if (!proxy) throw new Error("nobody was asked");
    let forgotten = 0;
    proxy.fault = async ({ method }, forward) => {
      if (method !== "HEAD" || forgotten++ > 0) return forward();
      return { status: 404, headers: {}, body: Buffer.alloc(0) };
    };
    await expectOnce(await again(signer, state), signer.address);
  });

  /** A store that stopped after its first stripe. */
  async function interrupted(state: ResumeStore) {
    const signer = await world.net.newWallet();
    const controller = new AbortController();
    const hold = await again(signer, state);
    const onProgress = ({ phase }: { phase: string }) => {
      if (phase === "upload") controller.abort();
    };
    const call = hold.store(bytes, { ...terms, onProgress, signal: controller.signal });
    expect(await rejection(call)).to.have.property("code", "CANCELLED");
    return { signer, hold };
  }

  describe("after the node was gone", () => {
    const method = (body: Buffer) => String(JSON.parse(body.toString()).method);

    it("before the transaction was sent, sends it", async () => {
      const { wallet, rpc } = await world.walletOverProxy();
      const state = memoryState();
      rpc.fault = async ({ body }, forward) =>
        method(body) === "eth_sendRawTransaction" ? "reset" : forward();
      const hold = await again(wallet, state);
      const error = await rejection(hold.store(bytes, terms));
      expect(error).to.have.property("code", "RPC_UNAVAILABLE");
      expect(await paid(wallet.address)).to.deep.equal({ spent: 0n, objects: 0 });
      rpc.fault = undefined;
      const sent = patches().length;
      await expectOnce(await again(wallet, state), wallet.address);
      expect(patches()).to.have.length(sent);
    });

    it("after the transaction was sent, finds it", async () => {
      const { wallet, rpc } = await world.walletOverProxy();
      const state = memoryState();
      let gone = false;
      rpc.fault = async ({ body }, forward) => {
        if (gone) return "reset";
        if (method(body) !== "eth_sendRawTransaction") return forward();
        gone = true;
        await forward();
        return "reset";
      };
      const hold = await again(wallet, state);
      const error = await rejection(hold.store(bytes, terms));
      expect(error).to.have.property("code", "RPC_UNAVAILABLE");
      rpc.fault = undefined;
      await expectOnce(await again(wallet, state), wallet.address);
    });

    it("after a wallet had sent it without telling its hash, finds it by its offers", async () => {
      const { wallet, rpc } = await world.walletOverProxy();
      const state = memoryState();
      const signer = new RemoteSigner(wallet, { typedData: true });
      signer.afterSending = () => {
        rpc.fault = async () => "reset";
        throw new Error("the page was closed");
      };
      const hold = await again(signer, state);
      const error = await rejection(hold.store(bytes, terms));
      expect(error).to.have.property("code", "RPC_UNAVAILABLE");
      rpc.fault = undefined;
      signer.afterSending = undefined;
      await expectOnce(await again(signer, state), wallet.address);
    });

    it("while another transaction has taken the account's nonce, sends a new one", async () => {
      const { wallet, rpc } = await world.walletOverProxy();
      const state = memoryState();
      rpc.fault = async ({ body }, forward) =>
        method(body) === "eth_sendRawTransaction" ? "reset" : forward();
      const hold = await again(wallet, state);
      expect(await rejection(hold.store(bytes, terms))).to.have.property("code", "RPC_UNAVAILABLE");
      rpc.fault = undefined;
      const direct = new Wallet(wallet.privateKey, world.net.signer.provider);
      await (await direct.sendTransaction({ to: wallet.address })).wait();
      await expectOnce(await again(wallet, state), wallet.address);
    });
  });
});
