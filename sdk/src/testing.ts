/**
 * A devnet for tests: a real chain, a real market and real providers on this machine. Needs the package `@holdfast/devnet`.
 *
 * @module
 */
import { type Devnet, type DevnetOptions, type DevnetProvider, loadDevnet } from "./devnet.ts";

export type { Devnet, DevnetOptions, DevnetProvider };

/**
 * Starts a devnet.
 *
 * @throws {HoldfastError} `DEVNET_NOT_INSTALLED`
 * @example
 * const net = await devnet({ providers: 6 });
 * const hold = await connect({ signer: net.signer, network: net.deployment });
 * await net.stop();
 */
export async function devnet(options?: DevnetOptions): Promise<Devnet> {
  return (await loadDevnet()).devnet(options);
}
