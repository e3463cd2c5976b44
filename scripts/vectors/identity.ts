// Signature by ethers, key by node:crypto, recipient by age from the bare key.
import { hkdfSync } from "node:crypto";
import { identityToRecipient } from "age-encryption";
import { getBytes, HDNodeWallet, Signature } from "ethers";
import { hex } from "./text.ts";

const mnemonic = "test test test test test test test test test test test junk";

export async function identityVectors() {
  const identities = [];
  for (const { path, index } of [
    { path: "m/44'/60'/0'/0/0", index: 0 },
    { path: "m/44'/60'/0'/0/0", index: 1 },
    { path: "m/44'/60'/0'/0/1", index: 0xffff_ffff },
  ]) {
    identities.push({ path, index, ...(await identity(path, index)) });
  }
  return { mnemonic, identities };
}

async function identity(path: string, index: number) {
  const wallet = HDNodeWallet.fromPhrase(mnemonic, undefined, path);
  const signature = Signature.from(
    await wallet.signTypedData(
      { name: "Holdfast identity", version: "1" },
      {
        Identity: [
          { name: "warning", type: "string" },
          { name: "account", type: "address" },
          { name: "index", type: "uint32" },
        ],
      },
      {
        warning: "Whoever gets this signature can read your private files",
        account: wallet.address,
        index,
      },
    ),
  );
  const counter = Buffer.alloc(4);
  counter.writeUInt32BE(index);
  const info = Buffer.concat([
    Buffer.from("holdfast/identity/v1"),
    getBytes(wallet.address),
    counter,
  ]);
  const signed = Buffer.concat([getBytes(signature.r), getBytes(signature.s)]);
  const key = Buffer.from(hkdfSync("sha256", signed, Buffer.alloc(0), info, 32));
  return {
    account: wallet.address,
    signature: signature.serialized,
    key: hex(key),
    recipient: await recipientOf(key),
  };
}

async function recipientOf(key: Buffer): Promise<string> {
  // The fixed head of a PKCS #8 file with an X25519 key.
  const pkcs8 = Buffer.concat([Buffer.from("302e020100300506032b656e04220420", "hex"), key]);
  const usages: KeyUsage[] = ["deriveBits"];
  return identityToRecipient(await crypto.subtle.importKey("pkcs8", pkcs8, "X25519", true, usages));
}
