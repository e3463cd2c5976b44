import type { ResumeStore } from "./state.ts";

const STORE = "records";

/** Records in the browser's IndexedDB. Never localStorage: it is small, and a page's other scripts spill it. */
export function indexedDbState(name = "holdfast"): ResumeStore {
  const opened = new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

  async function run<T>(
    mode: IDBTransactionMode,
    act: (records: IDBObjectStore) => IDBRequest<T>,
  ): Promise<T> {
    const transaction = (await opened).transaction(STORE, mode, { durability: "strict" });
    const request = act(transaction.objectStore(STORE));
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
    });
  }

  return {
    get: (key) => run<string | undefined>("readonly", (records) => records.get(key)),
    set: async (key, value) => {
      await run("readwrite", (records) => records.put(value, key));
    },
    delete: (key) => run("readwrite", (records) => records.delete(key)),
  };
}
