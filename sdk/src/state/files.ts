import { createHash, randomUUID } from "node:crypto";
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { ResumeStore } from "./state.ts";

/** One file for each key, replaced as a whole: a crash leaves the old value or the new one. */
export function fileState(directory = stateDirectory()): ResumeStore {
  // Keys are the caller's words: no file name.
  const pathOf = (key: string) =>
    join(directory, `${createHash("sha256").update(key).digest("hex").slice(0, 40)}.json`);
  return {
    async get(key) {
      try {
        return await readFile(pathOf(key), "utf8");
      } catch (error) {
        if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
        throw error;
      }
    },
    async set(key, value) {
      // Upload tokens are inside: nobody else on the machine may read them.
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const path = pathOf(key);
      const temporary = `${path}.${randomUUID()}`;
      const file = await open(temporary, "wx", 0o600);
      try {
        await file.writeFile(value);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, path);
      await syncDirectory(directory);
    },
    delete: (key) => rm(pathOf(key), { force: true }),
  };
}

function stateDirectory(): string {
  const { HOLDFAST_STATE, XDG_STATE_HOME } = process.env;
  return HOLDFAST_STATE ?? join(XDG_STATE_HOME ?? join(homedir(), ".local", "state"), "holdfast");
}

/** Makes the rename durable. Windows cannot open directories, and does not need to. */
async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(directory, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
