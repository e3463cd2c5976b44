/**
 * Where `store` remembers how far it came, so that storing again under the same key goes on and never pays twice.
 * Values are opaque. They hold no file key in clear, but the right to finish an upload: keep them private.
 */
export type ResumeStore = {
  get(key: string): Promise<string | undefined>;
  /** Resolves when the value is durable. */
  set(key: string, value: string): Promise<void>;
  delete(key: string): Promise<void>;
};

/** Forgets everything with the process: for tests, and where nothing else is to be had. */
export function memoryState(): ResumeStore {
  const values = new Map<string, string>();
  return {
    get: async (key) => values.get(key),
    set: async (key, value) => {
      values.set(key, value);
    },
    delete: async (key) => {
      values.delete(key);
    },
  };
}

/** Files of the user in Node, IndexedDB in a browser, memory elsewhere. */
export async function defaultState(): Promise<ResumeStore> {
  if (globalThis.process?.versions?.node) {
    const { fileState } = await import("./files.ts");
    return fileState();
  }
  if (globalThis.indexedDB) {
    const { indexedDbState } = await import("./indexed-db.ts");
    return indexedDbState();
  }
  return memoryState();
}
