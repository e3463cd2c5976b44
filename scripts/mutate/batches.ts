/** The more mutants are compiled together, the slower each of them runs: every switch on a path is asked. */
export const mostTogether = 300;

/**
 * Mutants in groups that are compiled together: in their order, each of at most `most`, those of a file in the same one.
 * A file that has more mutants than `most` is a group of its own.
 */
export function batchesOf<T extends { readonly file: string }>(
  mutants: readonly T[],
  most: number,
): T[][] {
  const batches: T[][] = [];
  for (const file of new Set(mutants.map((mutant) => mutant.file))) {
    const own = mutants.filter((mutant) => mutant.file === file);
    const last = batches.at(-1);
    if (last && last.length + own.length <= most) last.push(...own);
    else batches.push(own);
  }
  return batches;
}
