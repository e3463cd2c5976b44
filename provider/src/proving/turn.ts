import { solidityPackedKeccak256 } from "ethers";

const TURNS = 4n;

/** How many polls a provider leaves to others before it pays for a seed: random by provider and period. */
export function turnOf(provider: number, period: number): number {
  const hash = solidityPackedKeccak256(["uint32", "uint32"], [provider, period]);
  return Number(BigInt(hash) % TURNS);
}
