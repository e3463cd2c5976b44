import { createHash } from "node:crypto";

/** So many of the things, the same ones for the same seed, in their order. */
export function sample<T extends { readonly key: string }>(
  things: readonly T[],
  count: number,
  seed: string,
): T[] {
  const rank = ({ key }: T) => createHash("sha256").update(`${seed}/${key}`).digest("hex");
  const drawn = new Set([...things].sort((a, b) => (rank(a) < rank(b) ? -1 : 1)).slice(0, count));
  return things.filter((thing) => drawn.has(thing));
}
