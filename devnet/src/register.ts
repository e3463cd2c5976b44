import type { ContractTransactionReceipt, Interface, Wallet } from "ethers";
import { type Address, type Deployment, market } from "holdfast/market";
import type { Token } from "./deploy.ts";
import type { Terms } from "./options.ts";

export interface Registration {
  readonly deployment: Deployment;
  readonly token: Token;
  readonly terms: Terms;
  readonly owner: Wallet;
  readonly operator: Address;
  readonly beneficiary: Address;
  readonly url: string;
}

/**
 * Sends what the owner of a provider sends: registers an id for each class and stakes in it.
 *
 * @returns The ids, in the order of the classes.
 */
export async function register(registration: Registration): Promise<readonly number[]> {
  const { deployment, token, terms, owner, operator, beneficiary, url } = registration;
  const { contract } = market(deployment, owner);
  // The operator may lock the whole stake within a period: a devnet has no reason to distrust its own processes.
  const total = terms.classes.reduce((sum, { stake }) => sum + stake, 0n);
  await token.mint(owner.address, total);
  await token.approve(owner, deployment.market);
  const ids: number[] = [];
  for (const { floor, stake } of terms.classes) {
    const [first] = ids;
    const sent = first
      ? await contract.registerLike(first, floor)
      : await contract.register(operator, beneficiary, floor, total, url);
    const id = registeredId(contract.interface, await sent.wait());
    await (await contract.stake(id, stake, { kind: 0, data: "0x" })).wait();
    ids.push(id);
  }
  return ids;
}

function registeredId(abi: Interface, receipt: ContractTransactionReceipt | null): number {
  for (const log of receipt?.logs ?? []) {
    const event = abi.parseLog(log);
    if (event?.name === "ProviderRegistered") return Number(event.args.provider);
  }
  throw new Error("The market registered no provider");
}
