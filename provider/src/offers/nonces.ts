import type { Market } from "holdfast/market";

const WORD = 256;

/** Whether an offer's nonce was opened or voided. */
export async function nonceIsUsed(
  market: Market,
  provider: number,
  nonce: number,
): Promise<boolean> {
  const word = await market.contract.nonceWord(provider, Math.floor(nonce / WORD));
  return ((word >> BigInt(nonce % WORD)) & 1n) === 1n;
}

/** The first nonce of the first word that nothing was used of: where a provider whose journal is lost goes on. */
export async function unusedWord(market: Market, provider: number): Promise<number> {
  let word = 0;
  while ((await market.contract.nonceWord(provider, word)) !== 0n) word++;
  return word * WORD;
}
