/**
 * A chain, a market, a stablecoin and storage providers on this machine.
 *
 * @module
 */
export { runDevnetCli } from "./cli.ts";
export { type Amounts, type Devnet, devnet } from "./devnet.ts";
export type { DevnetOptions } from "./options.ts";
export type { DevnetProvider } from "./provider.ts";
