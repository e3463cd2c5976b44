import { createECDH, randomBytes } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { identityToRecipient } from "age-encryption";
import { expect } from "chai";
import {
  HDNodeWallet,
  JsonRpcProvider,
  makeError,
  Signature,
  TypedDataEncoder,
  toBeHex,
  Wallet,
} from "ethers";
import { deriveIdentity } from "../../../sdk/src/object/identity.ts";
import vectors from "../../vectors/identity.json" with { type: "json" };
import { errorOf } from "../piece/support.ts";

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const [first] = vectors.identities as [(typeof vectors.identities)[number]];
const wallet = HDNodeWallet.fromPhrase(vectors.mnemonic, undefined, first.path);

describe("deriveIdentity", () => {
  for (const v of vectors.identities) {
    it(`gives the vector of ${v.account}, index ${v.index} [ID-1] [ID-2]`, async () => {
      const signer = HDNodeWallet.fromPhrase(vectors.mnemonic, undefined, v.path);
      const identity = await deriveIdentity(signer, { index: v.index });
      expect(identity).to.deep.include({
        account: v.account,
        index: v.index,
        recipient: v.recipient,
      });
      expect(identity.secret).to.match(/^AGE-SECRET-KEY-1/);
      expect(await identityToRecipient(identity.secret)).to.equal(v.recipient);
    });
  }

  it("does not depend on which of a signature's two forms the wallet gives [ID-2]", async () => {
    const flipped = signing(wallet, async (...message) => {
      const { r, s, yParity } = Signature.from(await wallet.signTypedData(...message));
      const other = toBeHex(ORDER - BigInt(s), 32).slice(2);
      return `${r}${other}${yParity === 0 ? "1c" : "1b"}`;
    });
    const zeroBased = signing(wallet, async (...message) => {
      const { r, s, yParity } = Signature.from(await wallet.signTypedData(...message));
      return `${r}${s.slice(2)}0${yParity}`;
    });
    for (const signer of [flipped, zeroBased]) {
      expect((await deriveIdentity(signer)).recipient).to.equal(first.recipient);
    }
  });

  it("refuses a signer whose valid signatures differ [ID-3]", async () => {
    const error = await errorOf(() =>
      deriveIdentity(signing(wallet, (...message) => signAtRandom(message))),
    );
    expect(error.code).to.equal("IDENTITY_NOT_REPEATABLE");
    expect(error.message).to.equal(
      `No identity can be derived from ${first.account}: it signs the same message differently each time.`,
    );
    expect(error.fix).to.contain("AGE-SECRET-KEY-1");
  });

  it("refuses signatures of another account, of a contract's shape, and with a wrong end", async () => {
    const stranger = Wallet.createRandom();
    const reasons = [
      [
        signing(wallet, (...message) => stranger.signTypedData(...message)),
        "its signature is another account's",
      ],
      [signing(wallet, async () => `0x${"ab".repeat(96)}`), "its signature has 96 bytes"],
      [signing(wallet, async () => `0x${"ab".repeat(65)}`), "its signature ends in 171"],
    ] as const;
    for (const [signer, reason] of reasons) {
      const error = await errorOf(() => deriveIdentity(signer));
      expect(error.code).to.equal("IDENTITY_NOT_REPEATABLE");
      expect(error.message).to.contain(reason);
    }
  });

  it("says that the user declined", async () => {
    const signer = signing(wallet, async () => {
      throw makeError("user rejected", "ACTION_REJECTED", {
        action: "signTypedData",
        reason: "rejected",
      });
    });
    expect((await errorOf(() => deriveIdentity(signer))).code).to.equal("CANCELLED");
  });

  it("refuses indices that no identity has", async () => {
    for (const index of [-1, 0.5, 2 ** 32]) {
      expect((await errorOf(() => deriveIdentity(wallet, { index }))).code).to.equal(
        "ARGUMENT_INVALID",
      );
    }
  });

  describe("with an account that a chain knows", () => {
    let server: Server;
    let provider: JsonRpcProvider;
    let code = "0x";

    before(async () => {
      server = createServer(async (request, response) => {
        const parts = [];
        for await (const part of request) parts.push(part);
        const { id } = JSON.parse(Buffer.concat(parts).toString());
        response.end(JSON.stringify({ jsonrpc: "2.0", id, result: code }));
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const { port } = server.address() as AddressInfo;
      provider = new JsonRpcProvider(`http://127.0.0.1:${port}`, 1, {
        staticNetwork: true,
        batchMaxCount: 1,
        cacheTimeout: -1,
      });
    });

    after(() => {
      provider.destroy();
      server.close();
    });

    it("accepts one without code and one that has delegated itself [ID-3]", async () => {
      for (code of ["0x", `0xef0100${"11".repeat(20)}`]) {
        expect((await deriveIdentity(wallet.connect(provider))).recipient).to.equal(
          first.recipient,
        );
      }
    });

    it("refuses a contract before it asks for a signature [ID-3]", async () => {
      code = "0x6080604052";
      let asked = 0;
      const signer = signing(wallet.connect(provider), async () => {
        asked++;
        return "0x";
      });
      const error = await errorOf(() => deriveIdentity(signer));
      expect(error.message).to.contain("it is a contract");
      expect(asked).to.equal(0);
    });

    it("says that the RPC is gone", async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      const error = await errorOf(() => deriveIdentity(wallet.connect(provider)));
      expect(error.code).to.equal("RPC_UNAVAILABLE");
      expect(error.message).to.contain(first.account);
    });
  });
});

type Message = Parameters<Wallet["signTypedData"]>;

/** The wallet with a signing function of its own: a fault, a device, a user who declines. */
function signing(
  of: HDNodeWallet,
  signTypedData: (...message: Message) => Promise<string>,
): HDNodeWallet {
  return Object.assign(Object.create(of), { signTypedData });
}

/** ECDSA with a random nonce, as devices sign that do not follow RFC 6979. */
async function signAtRandom([domain, types, value]: Message): Promise<string> {
  const z = BigInt(TypedDataEncoder.hash(domain, types, value));
  const k = BigInt(`0x${randomBytes(31).toString("hex")}`) + 1n;
  const curve = createECDH("secp256k1");
  curve.setPrivateKey(Buffer.from(toBeHex(k, 32).slice(2), "hex"));
  const point = curve.getPublicKey();
  const r = BigInt(`0x${point.subarray(1, 33).toString("hex")}`) % ORDER;
  const s = (inverse(k) * (z + r * BigInt(wallet.privateKey))) % ORDER;
  const odd = (point[64] as number) & 1;
  return `${toBeHex(r, 32)}${toBeHex(s, 32).slice(2)}${odd ? "1c" : "1b"}`;
}

/** By Fermat: the order is a prime. */
function inverse(k: bigint): bigint {
  let result = 1n;
  for (let base = k, e = ORDER - 2n; e > 0n; e >>= 1n, base = (base * base) % ORDER) {
    if (e & 1n) result = (result * base) % ORDER;
  }
  return result;
}
