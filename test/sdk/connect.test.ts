import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { JsonRpcProvider, Wallet } from "ethers";
import { connect, HoldfastError } from "holdfast";
import { devnet } from "holdfast/testing";
import { loadDevnet } from "../../sdk/src/devnet.ts";
import * as main from "../../sdk/src/index.ts";
import * as marketEntry from "../../sdk/src/market.ts";
import * as pieceEntry from "../../sdk/src/piece.ts";
import * as testingEntry from "../../sdk/src/testing.ts";
import { rejection, startWorld, type World } from "./support/world.ts";

describe("connect", function () {
  this.timeout(60_000);
  let world: World;
  before(async () => {
    world = await startWorld({ providers: 1 });
  });
  after(() => world?.stop());

  it("finds the market's parameters from its address", async () => {
    const { rpc: _, ...deployment } = world.net.deployment;
    const hold = await world.connect({ network: { market: deployment.market.toLowerCase() } });
    expect(hold.deployment).to.deep.equal(deployment);
  });

  it("refuses another chain than the market's", async () => {
    const network = { ...world.net.deployment, chainId: 1 };
    const error = await rejection(world.connect({ network }));
    expect(error).to.include({
      code: "WRONG_CHAIN",
      message: "The market is on chain 1, the signer is connected to chain 31337.",
    });
  });

  for (const [what, address, why] of [
    ["no contract", "0x000000000000000000000000000000000000dEaD", "chain 31337 has no contract"],
    ["no address", "holdfast", "that is not an address"],
  ] as const) {
    it(`refuses a market that is ${what}`, async () => {
      const error = await rejection(world.connect({ network: { market: address } }));
      expect(error).to.have.property("code", "MARKET_UNKNOWN");
      expect(error.message).to.include(why);
    });
  }

  it("refuses a contract that is no market", async () => {
    const { token } = world.net.deployment;
    const error = await rejection(world.connect({ network: { market: token } }));
    expect(error).to.have.property("code", "MARKET_UNKNOWN");
  });

  it("refuses a signer that is not connected to a chain", async () => {
    const signer = Wallet.createRandom();
    const error = await rejection(connect({ signer, network: world.net.deployment }));
    expect(error).to.have.property("code", "RPC_UNAVAILABLE");
  });

  it("says that a node does not answer", async () => {
    const node = new JsonRpcProvider("http://127.0.0.1:9", 31337, { staticNetwork: true });
    const signer = Wallet.createRandom(node);
    const error = await rejection(connect({ signer, network: world.net.deployment }));
    node.destroy();
    expect(error).to.have.property("code", "RPC_UNAVAILABLE");
  });

  it("refuses an identity that is no age key, without quoting it", async () => {
    const hold = await world.connect({ identity: "AGE-SECRET-KEY-1WRONG" });
    const error = await rejection(hold.store(new Uint8Array(10), { n: 1, k: 1 }));
    expect(error).to.have.property("code", "ARGUMENT_INVALID");
    expect(JSON.stringify(error)).not.to.include("WRONG");
  });
});

describe("The devnet's door", () => {
  it("says what to install when the devnet is missing", async () => {
    const error = await rejection(loadDevnet("@holdfast/not-there"));
    expect(error).to.include({
      code: "DEVNET_NOT_INSTALLED",
      fix: "Install it for development: npm install --save-dev @holdfast/not-there",
    });
  });

  it("leads to the devnet", async () => {
    expect(await loadDevnet()).to.have.property("runDevnetCli");
    expect(devnet).to.be.a("function");
  });
});

describe("HoldfastError", () => {
  const error = new HoldfastError("EMPTY", { message: "m", fix: "f", provider: "p" });

  it("is told from other errors, also across copies of the package", () => {
    expect(HoldfastError.is(error, "EMPTY")).to.equal(true);
    expect(HoldfastError.is(error, "CANCELLED")).to.equal(false);
    expect(HoldfastError.is(new Error("m"))).to.equal(false);
    expect(main.HoldfastError.is(error)).to.equal(true);
    expect(error).not.to.be.instanceOf(main.HoldfastError);
  });

  it("prints as JSON with its cause's message alone", () => {
    const cause = new Error("secret stack");
    const json = new HoldfastError("EMPTY", { message: "m", fix: "f", cause }).toJSON();
    expect(json).to.deep.include({ code: "EMPTY", message: "m", fix: "f", cause: "secret stack" });
  });
});

describe("Entry points export no more than these names:", () => {
  for (const [name, entry, names] of [
    ["holdfast", main, ["HoldfastError", "connect", "deriveIdentity", "memoryState"]],
    ["holdfast/testing", testingEntry, ["devnet"]],
    [
      "holdfast/piece",
      pieceEntry,
      [
        ...["carBlock", "carHasher", "decodeFileIndex", "encodeFileIndex", "fileBlock", "fileCar"],
        ...["fileHasher", "leafCount", "parsePieceCid", "pieceCid", "pieceHasher", "proveLeaf"],
        ...["treeHeight", "verifyLeaf"],
      ],
    ],
    [
      "holdfast/market",
      marketEntry,
      [
        ...["classFor", "dealTerms", "decodeRevert", "defaultMaxMisses", "drawCount", "drawLeaf"],
        ...["drawPick", "drawWord", "erc20Abi", "formatMoney", "listOf", "loadDeployment"],
        ...[
          "manifestTagOf",
          "market",
          "marketDomain",
          "marketFactoryAbi",
          "marketLensAbi",
          "nonceWord",
        ],
        ...[
          "objectsOf",
          "offerDigest",
          "offerTypes",
          "openerOf",
          "parseProviderInfo",
          "parseSignedOffer",
        ],
        ...["parseSignedQuote", "periodAt", "periodStart", "prevrandaoBeaconAbi", "quoteTypes"],
        ...["recoverOfferSigner", "recoverQuoteSigner", "seedEvidence", "seedTime", "signOffer"],
        ...["signQuote", "storageMarketAbi", "toJson", "walkDraws"],
      ],
    ],
  ] as const) {
    it(name, () => {
      expect(Object.keys(entry).sort()).to.deep.equal([...names].sort());
    });
  }
});

describe("The entry points for browsers", () => {
  const source = (path: string) => readFileSync(new URL(`../../sdk/src/${path}`, import.meta.url));

  it("import nothing of Node, but when asked to", () => {
    const seen = new Set<string>();
    const walk = (path: string): string[] => {
      if (seen.has(path)) return [];
      seen.add(path);
      const imports = [
        ...`${source(path)}`.matchAll(/^(?:import|export|\}) (?!type).*from "(.*)";$/gm),
      ];
      return imports.flatMap(([, name = ""]) =>
        name.startsWith(".") ? walk(join(dirname(path), name)) : [name],
      );
    };
    const packages = ["index.ts", "market.ts", "piece.ts"].flatMap(walk);
    expect(seen.size).to.be.above(40);
    expect(packages).to.include("ethers");
    expect(packages.filter((name) => name.startsWith("node:"))).to.deep.equal([]);
  });
});
