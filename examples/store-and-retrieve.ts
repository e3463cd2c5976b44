// For builders of applications: a file goes to six storage providers and comes back from four.
// Run it once the packages are built (npm run build): node examples/store-and-retrieve.ts
import { randomBytes } from "node:crypto";
// #region connect
import { connect } from "holdfast";
import { formatMoney } from "holdfast/market";
import { devnet } from "holdfast/testing";

// A chain, a market, a stablecoin and six providers on this machine. Elsewhere: your wallet, and a market's address.
const net = await devnet({ providers: 6 });
const hold = await connect({ signer: net.signer, network: net.deployment });
const money = (amount: bigint) => formatMoney(hold.deployment, amount);
// #endregion

const photo = randomBytes(4_000_000);

// #region store
const quote = await hold.quote(photo.length, { periods: 30 });
console.log(`Six providers keep 4 MB for 30 days, for ${money(quote.total)} together`);
console.log(`They lock ${money(quote.collateral)} to compensate you if they fail`);

const { id } = await hold.store(photo, { quote, name: "photo.jpg" });
console.log(`Stored and paid for as ${id}`);
// #endregion

// #region retrieve
await net.providers[0]?.kill();
await net.providers[5]?.kill();
const back = await hold.retrieve(id);
const bytes = await back.bytes();
console.log(`Two providers are lost, and ${back.name} comes back from the others`);
console.log(photo.equals(bytes) ? "The bytes are identical" : "The bytes are different");
// #endregion

// #region status
await net.advance(3);
const { deals, health } = await hold.status(id);
const refund = deals.reduce((sum, { refundable }) => sum + refundable, 0n);
console.log(`Three days later the two are in default: ${money(refund)} are yours again`);
console.log(`${health.held} fragments are still under contract, ${health.needed} suffice`);
// #endregion

await net.stop();
