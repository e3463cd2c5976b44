// For providers: from two keys to the first income, by the same commands as on a public chain.
// Run it once the packages are built (npm run build): node examples/run-a-provider.ts
import { execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Contract, parseEther, Wallet } from "ethers";
import { connect } from "holdfast";
import { erc20Abi, formatMoney, market } from "holdfast/market";
import { devnet } from "holdfast/testing";

const bin = fileURLToPath(
  new URL("../bin/holdfast-provider.mjs", import.meta.resolve("@holdfast/provider")),
);
const dataDir = mkdtempSync(join(tmpdir(), "holdfast-provider-"));
process.on("exit", () => rmSync(dataDir, { recursive: true, force: true }));
const port = process.env.PORT ?? "8402";

// A market without providers: the only one is going to be yours.
const net = await devnet({ providers: 0 });
const chain = market(net.deployment, net.signer);
const money = (amount: bigint) => formatMoney(net.deployment, amount);

// #region keys
// The owner's key stays in your wallet. Income goes to any address of yours. The third key, the operator's, is made below.
const owner = await net.newWallet();
const beneficiary = Wallet.createRandom().address;
// #endregion

// #region init
const init = [
  ...["init", "--rpc", net.rpc, "--market", net.deployment.market, "--data-dir", dataDir],
  ...["--url", `http://127.0.0.1:${port}`, "--beneficiary", beneficiary],
  // In test dollars: least collateral of a deal, your stake, and the price of 2^40 bytes for a day.
  ...["--floor", "4", "--stake", "100", "--price", "13000"],
];
const { stdout: plan } = await promisify(execFile)(process.execPath, [bin, ...init]);

// It prints three transactions, for any wallet to send: register, approve, stake.
for (const [, to, data] of plan.matchAll(/to (0x\w+)\s+data (0x\w+)/g)) {
  await (await owner.sendTransaction({ to: `${to}`, data: `${data}` })).wait();
}
const { operator, free } = await chain.provider(1);
console.log(`Provider 1 is registered, with a stake of ${money(free)}`);
await net.fund(operator, { ether: parseEther("1") });
// #endregion

// #region run
const config = join(dataDir, "provider.json");
const run = ["run", "--config", config, "--port", port, "--settle-every", "1", "--poll-ms", "200"];
const daemon = spawn(process.execPath, [bin, ...run, "--until-stdin-closes"], {
  stdio: ["pipe", "pipe", "inherit"],
});
// #endregion

/** The daemon says what it does, an event a line: waits until it has said all of this, in any order. */
const lines = createInterface({ input: daemon.stdout })[Symbol.asyncIterator]();
async function said(...words: string[]): Promise<void> {
  const missing = new Set(words);
  while (missing.size > 0) {
    const { done, value } = await lines.next();
    if (done) throw new Error(`The provider ended before it said ${[...missing].join(", ")}`);
    for (const word of missing) if (value.includes(`"${word}"`)) missing.delete(word);
  }
}
await said("ready");
console.log("The daemon runs; it has the operator's key and no other");

// A client comes and finds the provider on the chain.
const hold = await connect({ signer: net.signer, network: net.deployment });
const { deals, cost } = await hold.store(randomBytes(4_000_000), { periods: 10, k: 1, n: 1 });
console.log(`It has a deal, number ${deals.join()}: 4 MB for ten days, ${money(cost)}`);

for (let day = 1; day <= 4; day++) {
  await net.advance(1);
  // The first day is paid when it is over.
  await (day === 1 ? said("proven") : said("proven", "paid-out"));
  console.log(`Day ${day}: it has proven that it holds the data`);
}

// #region income
const token = new Contract(net.deployment.token, erc20Abi, net.signer);
const income: bigint = await token.getFunction("balanceOf")(beneficiary);
const { earned, escrow, collateral } = await chain.deal(1n);
console.log(`Paid out for three days: ${money(income)}; due now: ${money(earned)}`);
console.log(`Still to earn: ${money(escrow)}; locked until the end: ${money(collateral)}`);
// #endregion

daemon.kill("SIGTERM");
const [code] = await once(daemon, "exit");
console.log(`The daemon has stopped, exit code ${code}`);
await net.stop();
