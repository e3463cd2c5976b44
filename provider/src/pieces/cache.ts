/** Keeps the last few results of `make` by key; failures are not kept. */
export function recent<T>(
  limit: number,
  make: (key: string) => Promise<T>,
): { get(key: string): Promise<T>; drop(key: string): void } {
  const kept = new Map<string, Promise<T>>();
  return {
    get(key) {
      const value = kept.get(key) ?? make(key);
      // Behind all others again: the map's order is that of last use.
      kept.delete(key);
      kept.set(key, value);
      value.catch(() => kept.delete(key));
      const [oldest] = kept.keys();
      if (kept.size > limit && oldest !== undefined) kept.delete(oldest);
      return value;
    },
    drop: (key) => {
      kept.delete(key);
    },
  };
}
