// Writes the ABIs of the contracts, as ethers' readable lines, to sdk/src/abi: the SDK carries no bytecode. The files are
// committed; the same artifacts always give the same files.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Fragment, Interface, type JsonFragment } from "ethers";
import { root } from "./lib/run.ts";

const out = join(root, "sdk/src/abi");

/** What the SDK needs of the market's token: ERC-20 with ERC-2612 permit. Faucets and the like stay out. */
const tokenNames = [
  ["name", "symbol", "decimals", "balanceOf", "allowance", "approve", "transfer"],
  ["nonces", "permit", "DOMAIN_SEPARATOR", "eip712Domain"],
].flat();

mkdirSync(out, { recursive: true });
write("storage-market", "storageMarketAbi", readMarket());
write(
  "prevrandao-beacon",
  "prevrandaoBeaconAbi",
  read("contracts/beacons/PrevrandaoBeacon.sol/PrevrandaoBeacon.json"),
);
write("market-lens", "marketLensAbi", read("contracts/MarketLens.sol/MarketLens.json"));
write("market-factory", "marketFactoryAbi", read("contracts/MarketFactory.sol/MarketFactory.json"));
write(
  "erc20",
  "erc20Abi",
  read("contracts/mocks/TestStablecoin.sol/TestStablecoin.json").filter(
    ({ type, name }) => type !== "function" || tokenNames.includes(name ?? ""),
  ),
);

/** The market's functions as its interface names their arguments: the contract passes some on without a look at them. */
function readMarket(): JsonFragment[] {
  const own = read("contracts/StorageMarket.sol/StorageMarket.json");
  const named = read("contracts/interfaces/IStorageMarket.sol/IStorageMarket.json");
  const key = (fragment: JsonFragment) => Fragment.from(fragment).format("sighash");
  const byKey = new Map(named.map((fragment) => [key(fragment), fragment]));
  return own.map((fragment) =>
    fragment.type === "function" ? (byKey.get(key(fragment)) ?? fragment) : fragment,
  );
}

function read(path: string): JsonFragment[] {
  return JSON.parse(readFileSync(join(root, "artifacts", path), "utf8")).abi;
}

function write(file: string, name: string, abi: JsonFragment[]): void {
  const fragments = abi.filter(({ type }) => type !== "constructor").map((f) => Fragment.from(f));
  const lines = new Interface(fragments).format().sort();
  const text = [
    "// Written by scripts/export-abi.ts from the compiled contracts. Do not edit.",
    `export const ${name} = [`,
    ...lines.map((line) => `  ${JSON.stringify(line)},`),
    "] as const;",
    "",
  ].join("\n");
  writeFileSync(join(out, `${file}.ts`), text);
}
