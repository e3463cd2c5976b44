import { type Market, nonceWord } from "holdfast/market";

const WORD = 256;

/** Whether an offer's nonce was opened or voided. */
export function nonceIsUsed(market: Market, provider: number, nonce: number): Promise<boolean> {
  return nonceReader(market, provider)(nonce);
}

/** The first nonce of the first word that nothing was used of: where a provider whose journal is lost goes on. */
export async function unusedWord(market: Market, provider: number): Promise<number> {
  let word = 0;
  while ((await nonceWord(market, provider, BigInt(word))) !== 0n) word++;
  return word * WORD;
}

/** Tells used nonces of a provider apart, asking the chain once for each word of 256. */
export function nonceReader(market: Market, provider: number): (nonce: number) => Promise<boolean> {
  const words = new Map<number, Promise<bigint>>();
  return async (nonce) => {
    const index = Math.floor(nonce / WORD);
    const word = words.get(index) ?? nonceWord(market, provider, BigInt(index));
    words.set(index, word);
    return (((await word) >> BigInt(nonce % WORD)) & 1n) === 1n;
  };
}
