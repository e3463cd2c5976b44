import type { Provider, Signer } from "ethers";
import type { IpfsClient } from "./ipfs.ts";
import type { Market } from "./market/contract.ts";
import type { Address, Deployment } from "./market/deployment.ts";
import type { AgeIdentity } from "./object/age.ts";
import type { ResumeStore } from "./state/state.ts";

/** Who can be encrypted to, and what opens it. */
export type Keys = { readonly recipient: string; readonly identity: AgeIdentity };

/** What `connect` found out once and every call uses. */
export type Context = {
  readonly signer: Signer;
  readonly account: Address;
  readonly node: Provider;
  readonly market: Market;
  readonly deployment: Deployment;
  /** Derived from the wallet at first use, which asks its user. */
  readonly keys: () => Promise<Keys>;
  readonly state: ResumeStore;
  readonly ipfs: IpfsClient | undefined;
  /** How long a provider may stay silent. */
  readonly timeoutMs: number;
  /** Runs one transaction after the other: two at once would take the same account nonce. */
  readonly inTurn: <T>(job: () => Promise<T>) => Promise<T>;
};
