import { HDNodeWallet, type Provider, Wallet } from "ethers";

/** The mnemonic of every local chain: known to all, so never for anything of worth. */
const mnemonic = "test test test test test test test test test test test junk";
const path = "m/44'/60'/0'/0";

/** Accounts with the same keys in every devnet. The first is the client's. */
export function account(index: number, provider: Provider): Wallet {
  const { privateKey } = HDNodeWallet.fromPhrase(mnemonic, undefined, path).deriveChild(index);
  return new Wallet(privateKey, provider);
}
