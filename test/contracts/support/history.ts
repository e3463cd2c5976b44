import type { NetworkHelpers } from "@nomicfoundation/hardhat-network-helpers/types";
import { toBeHex, zeroPadValue } from "ethers";

/** The system contract of EIP-2935. The simulated network has a stub there that reverts with text. */
export const HISTORY = "0x0000F90827F1C53a10cb7A02335B175320002935";

/** Its runtime code, from the EIP. */
export const HISTORY_CODE =
  "0x3373fffffffffffffffffffffffffffffffffffffffe14604657602036036042575f35600143038111604257611fff81430311604257611fff9006545f5260205ff35b5f5ffd5b5f35611fff60014303065500";

/** Does what a chain does and the simulated one does not: keeps the hash of block `number`, at slot number % 8191. */
export async function keepHash(helpers: NetworkHelpers, number: bigint, hash: string) {
  await helpers.setStorageAt(HISTORY, zeroPadValue(toBeHex(number % 8191n), 32), hash);
}
