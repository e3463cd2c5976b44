// Draws of a period from keccak256 alone. In the walks the deal at list index i has id i + 1 and 1,000 (i + 1) bytes, and
// is live unless i is in `ended`.
import { keccak, keccakText, word } from "./encoding.ts";

const market = "0x5FbDB2315678afecb367f032d93F642f64180aa3";
const half = 2n ** 128n;
const baseSamples = 5;

const singles = [
  {
    ...{ seed: word(2n ** 65n + 1n), chainId: 31337, provider: 1, period: 1 },
    ...{ size: 1, frozen: 1 },
  },
  {
    ...{ seed: keccakText("seed"), chainId: 31337, provider: 1, period: 2 },
    ...{ size: 127, frozen: 5 },
  },
  {
    ...{ seed: keccakText("seed 2"), chainId: 1, provider: 2 ** 32 - 1, period: 366 },
    ...{ size: 1_048_832, frozen: 127 },
  },
  {
    ...{ seed: word(2n ** 256n - 1n), chainId: 8453, provider: 7, period: 2 ** 32 - 1 },
    ...{ size: 2 ** 44 - 1, frozen: 8192 },
  },
];

export function drawsVectors() {
  const draws = singles.flatMap((single) =>
    [0, 1, 319].map((index) => {
      const drawn = BigInt(draw(single, index));
      const leaves = leavesOf(single.size);
      return {
        ...{ ...single, market, index, word: word(drawn), leaves: Number(leaves) },
        pick: Number((drawn / half) % BigInt(single.frozen)),
        leaf: Number((drawn % half) % leaves),
      };
    }),
  );
  const numbers = Array.from({ length: 150 }, (_, i) => i);
  const walks = [walk(1, []), walk(6, [0, 3]), walk(300, numbers)];
  return { draws, walks };
}

function walk(frozen: number, ended: readonly number[]) {
  const of = { seed: keccakText(`walk ${frozen}`), chainId: 31337, provider: 3, period: 9 };
  const draws = [];
  for (let step = 0; draws.length < baseSamples + Math.floor(frozen / 128); step++) {
    const drawn = BigInt(draw(of, step));
    const index = Number((drawn / half) % BigInt(frozen));
    if (ended.includes(index)) continue;
    const leaf = Number((drawn % half) % leavesOf(1000 * (index + 1)));
    draws.push({ deal: `${index + 1}`, leaf, step });
  }
  return { ...of, market, baseSamples, frozen, ended, draws };
}

function draw(
  o: { seed: string; chainId: number; provider: number; period: number },
  step: number,
): string {
  const of = [o.chainId, market, o.provider, o.period, step];
  return keccak(o.seed, ...of.map((value) => word(value)));
}

/** fr32 makes 128 bytes of 127; a leaf has 32. */
function leavesOf(size: number): bigint {
  const padded = BigInt(size) * 4n;
  return padded % 127n === 0n ? padded / 127n : padded / 127n + 1n;
}
