// For builders of finance: what a storage deal is worth to each side, derived from the chain, before and after a default.
// Run it once the packages are built (npm run build): node examples/value-a-deal.ts
import { randomBytes } from "node:crypto";
// #region read
import { JsonRpcProvider } from "ethers";
import { connect } from "holdfast";
import { type Deal, formatMoney, loadDeployment, market } from "holdfast/market";
import { devnet } from "holdfast/testing";

/** Reading takes a node and the market's address, no key. */
async function marketAt(rpc: string, address: string) {
  const node = new JsonRpcProvider(rpc, undefined, { staticNetwork: true });
  return market(await loadDeployment(node, address), node);
}
// #endregion

// #region value
/** What is certain now, whether or not anybody has settled the deal. */
function appraisal({ rate, slash, missed, misses, maxMisses, ...deal }: Deal) {
  const settled = deal.settledUpTo - deal.start - missed;
  const missesLeft = BigInt(Math.max(0, maxMisses - misses));
  // The current period may be proven already; only those after it can still be lost.
  const later = deal.escrow > rate ? deal.escrow / rate - 1n : 0n;
  const slashes = later < missesLeft + 1n ? later : missesLeft + 1n;
  const refund = deal.refund + deal.compensation;
  return {
    /** To the provider: earned in all, paid out or not. Nothing that comes later takes it back. */
    earned: rate * BigInt(settled) + deal.earned,
    /** To the client: due now, for misses so far. */
    refund,
    /** To the client, at least, should the provider never prove again. */
    ifLost: refund + rate * later + slash * slashes,
    missesLeft,
  };
}
// #endregion

const net = await devnet({ providers: 1 });
const hold = await connect({ signer: net.signer, network: net.deployment });
const terms = { periods: 10, k: 1, n: 1 };
const { deals } = await hold.store(randomBytes(4_000_000), terms);
const [id = 0n] = deals;

// #region use
const chain = await marketAt(net.rpc, net.deployment.market);
const money = (amount: bigint) => formatMoney(chain.deployment, amount);

async function show(when: string) {
  const deal = await chain.deal(id);
  const { earned, refund, ifLost, missesLeft } = appraisal(deal);
  console.log(`${when}: ${deal.defaulted ? "in default" : `misses left: ${missesLeft}`}`);
  console.log(`  held     ${money(deal.escrow)} escrow, ${money(deal.collateral)} collateral`);
  console.log(`  provider ${money(earned)} earned`);
  console.log(`  client   ${money(refund)} due now, ${money(ifLost)} if the provider is lost`);
  return { earned, refund, ifLost };
}
// #endregion

await net.advance(4);
const before = await show("Day 4, three proven");
await net.providers[0]?.kill();
await net.advance(2);
await show("Day 6, one missed");
await net.advance(1);
const after = await show("Day 7, two missed");

// #region settle
const asClient = market(chain.deployment, net.signer);
await asClient.settle([id]);
const paid = await asClient.claimable(net.signer.address);
console.log(`Settled: the client gets ${money(paid)}, as day 4 said: ${paid === before.ifLost}`);
// #endregion
console.log(`The provider keeps what it had earned: ${after.earned >= before.earned}`);

chain.contract.runner?.provider?.destroy();
await net.stop();
