import type { Devnet } from "@holdfast/devnet";
import { market } from "holdfast/market";

/** Everybody takes what is theirs: all deals are settled, free stake goes to its owner, and every balance is paid out. */
export async function cashOut({ deployment, signer, providers }: Devnet): Promise<void> {
  const client = market(deployment, signer);
  const deals = Number(await client.contract.dealCount());
  await client.settle(Array.from({ length: deals }, (_, i) => BigInt(i + 1)));
  for (const { ids, owner } of providers) {
    const { contract } = market(deployment, owner);
    for (const id of ids) {
      const { free } = await contract.providerOf(id);
      if (free > 0n) await (await contract.unstake(id, free)).wait();
    }
  }
  // `push` in place of `withdraw`: a provider's process may pay out its beneficiary at the same time.
  const accounts = [signer, ...providers.flatMap(({ owner, beneficiary }) => [owner, beneficiary])];
  for (const account of accounts) await market(deployment, account).push(account.address);
}
