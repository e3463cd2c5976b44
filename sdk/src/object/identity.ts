import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { bech32 } from "@scure/base";
import { identityToRecipient } from "age-encryption";
import { getAddress, getBytes, isError, Signature, type Signer, verifyTypedData } from "ethers";
import { HoldfastError } from "../errors.ts";

const DOMAIN = { name: "Holdfast identity", version: "1" };
const TYPES = {
  Identity: [
    { name: "warning", type: "string" },
    { name: "account", type: "address" },
    { name: "index", type: "uint32" },
  ],
};
const WARNING = "Whoever gets this signature can read your private files";
const MAX_INDEX = 0xffff_ffff;
const CURVE_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
/** Code of an account that has delegated itself (EIP-7702) and still signs with its key. */
const DELEGATION = "0xef0100";

/** An age key pair that a wallet can always make again. Keep `secret` in memory only. */
export type Identity = {
  readonly account: string;
  readonly index: number;
  readonly secret: string;
  readonly recipient: string;
};

/**
 * The identity of a wallet: its signature of a fixed message, made twice to see that it repeats, is the key.
 * @throws HoldfastError IDENTITY_NOT_REPEATABLE for contract wallets and signers whose signatures differ,
 *   CANCELLED when the user declines, RPC_UNAVAILABLE, ARGUMENT_INVALID
 */
export async function deriveIdentity(
  signer: Signer,
  o: { index?: number } = {},
): Promise<Identity> {
  const index = o.index ?? 0;
  checkIndex(index);
  const account = getAddress(await signer.getAddress());
  await refuseContract(signer, account);

  const first = await signIdentity(signer, account, index);
  const second = await signIdentity(signer, account, index);
  if (first.r !== second.r || first.s !== second.s) {
    throw notRepeatable(account, "it signs the same message differently each time");
  }

  const secret = secretOf(first, account, index);
  return { account, index, secret, recipient: await identityToRecipient(secret) };
}

async function signIdentity(signer: Signer, account: string, index: number): Promise<Signature> {
  const message = { warning: WARNING, account, index };
  const signature = lowS(account, await sign(signer, message));
  if (verifyTypedData(DOMAIN, TYPES, message, signature) !== account) {
    throw notRepeatable(account, "its signature is another account's");
  }
  return signature;
}

async function sign(signer: Signer, message: Record<string, unknown>): Promise<string> {
  try {
    return await signer.signTypedData(DOMAIN, TYPES, message);
  } catch (cause) {
    if (!isError(cause, "ACTION_REJECTED")) throw cause;
    throw new HoldfastError("CANCELLED", {
      message: "The wallet did not sign the message that your private files are encrypted with.",
      fix: "Sign it, pass an age identity of your own, or store with `public: true`.",
      cause,
    });
  }
}

/** A signature has two forms; the key must not depend on which of them a wallet likes. */
function lowS(account: string, signature: string): Signature {
  const bytes = getBytes(signature);
  if (bytes.length !== 65) throw notRepeatable(account, `its signature has ${bytes.length} bytes`);
  const r = signature.slice(0, 66);
  const s = BigInt(`0x${signature.slice(66, 130)}`);
  const last = bytes[64] as number;
  const v = last < 27 ? last + 27 : last;
  if (v > 28) throw notRepeatable(account, `its signature ends in ${last}`);
  const high = s > CURVE_ORDER / 2n;
  const low = (high ? CURVE_ORDER - s : s).toString(16).padStart(64, "0");
  return Signature.from({ r, s: `0x${low}`, v: high ? 55 - v : v });
}

function secretOf(signature: Signature, account: string, index: number): string {
  const signed = concatBytes(getBytes(signature.r), getBytes(signature.s));
  const counter = new Uint8Array(4);
  new DataView(counter.buffer).setUint32(0, index);
  const info = concatBytes(utf8ToBytes("holdfast/identity/v1"), getBytes(account), counter);
  const key = hkdf(sha256, signed, undefined, info, 32);
  return bech32.encodeFromBytes("AGE-SECRET-KEY-", key).toUpperCase();
}

async function refuseContract(signer: Signer, account: string): Promise<void> {
  if (!signer.provider) return;
  let code: string;
  try {
    code = await signer.provider.getCode(account);
  } catch (cause) {
    throw new HoldfastError("RPC_UNAVAILABLE", {
      message: `The RPC did not say whether ${account} is a contract: ${(cause as Error).message}.`,
      fix: "Try again, or connect through another RPC.",
      cause,
    });
  }
  if (code !== "0x" && !code.startsWith(DELEGATION)) {
    throw notRepeatable(account, "it is a contract, whose signatures are public and can change");
  }
}

function checkIndex(index: number): void {
  if (Number.isInteger(index) && index >= 0 && index <= MAX_INDEX) return;
  throw new HoldfastError("ARGUMENT_INVALID", {
    message: `The index of an identity is 0 to ${MAX_INDEX}, got ${index}.`,
    fix: "Leave it out, or count up from 0.",
  });
}

function notRepeatable(account: string, why: string): HoldfastError {
  return new HoldfastError("IDENTITY_NOT_REPEATABLE", {
    message: `No identity can be derived from ${account}: ${why}.`,
    fix: "Pass an age identity (AGE-SECRET-KEY-1...) or a passkey as `identity` in place of the wallet's.",
  });
}
