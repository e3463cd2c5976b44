import { createReadStream } from "node:fs";
import * as fs from "node:fs/promises";
import { join } from "node:path";
import type { Bytes, Side, Sink } from "./bytes.ts";

const SIDES: readonly Side[] = ["tree", "index", "car"];

/** Keeps bytes as flat files: `uploads/<id>.part` and `pieces/<root>.piece` in one directory of one disk. */
export async function fileBytes(directory: string): Promise<Bytes> {
  const uploads = join(directory, "uploads");
  const pieces = join(directory, "pieces");
  await fs.mkdir(uploads, { recursive: true });
  await fs.mkdir(pieces, { recursive: true });

  const part = (upload: string) => join(uploads, `${upload}.part`);
  const piece = (root: string) => join(pieces, `${root}.piece`);
  const side = (root: string, size: number, kind: Side) => join(pieces, `${root}-${size}.${kind}`);

  return {
    receive: (upload, offset) => openSink(part(upload), offset),
    readUpload: (upload, offset, length) => readAt(part(upload), offset, length),

    async commit(upload, root, size) {
      const existing = await sizeOf(piece(root));
      // Equal in size is replaced too: the bytes just verified heal a file that has gone bad meanwhile.
      if (existing !== undefined && existing > size) return;
      const next = `${piece(root)}.next`;
      await fs.rm(next, { force: true });
      // A link and not a rename, so that a crash before the journal knows leaves the upload as it was.
      await fs.link(part(upload), next);
      await fs.rename(next, piece(root));
      await syncDirectory(pieces);
    },

    discard: (upload) => fs.rm(part(upload), { force: true }),
    async uploads() {
      const names = await fs.readdir(uploads);
      return names.filter((name) => name.endsWith(".part")).map((name) => name.slice(0, -5));
    },

    read: (root, offset, length) => readAt(piece(root), offset, length),
    stream: (root, start, end) => createReadStream(piece(root), { start, end: end - 1 }),

    writeSide: (root, size, kind, data) => writeDurably(side(root, size, kind), data),
    readSide: (root, size, kind) => fs.readFile(side(root, size, kind)),
    async removeSides(root, size) {
      await Promise.all(SIDES.map((kind) => fs.rm(side(root, size, kind), { force: true })));
    },
    remove: (root) => fs.rm(piece(root), { force: true }),

    async free() {
      const { bavail, bsize } = await fs.statfs(directory);
      return bavail * bsize;
    },
  };
}

async function openSink(path: string, offset: number): Promise<Sink> {
  const file = await fs.open(path, offset === 0 ? "w" : "r+");
  let position = offset;
  try {
    await file.truncate(offset);
    if (offset === 0) await syncDirectory(join(path, ".."));
  } catch (error) {
    await file.close();
    throw error;
  }
  return {
    async write(chunk) {
      for (let done = 0; done < chunk.length; ) {
        const rest = chunk.length - done;
        const { bytesWritten } = await file.write(chunk, done, rest, position);
        done += bytesWritten;
        position += bytesWritten;
      }
    },
    sync: () => file.datasync(),
    close: () => file.close(),
  };
}

async function readAt(path: string, offset: number, length: number): Promise<Uint8Array> {
  const file = await fs.open(path, "r");
  try {
    const target = new Uint8Array(length);
    let done = 0;
    while (done < length) {
      const { bytesRead } = await file.read(target, done, length - done, offset + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return target.subarray(0, done);
  } finally {
    await file.close();
  }
}

/** Writes a whole file so that it is there with its content, or not at all. */
async function writeDurably(path: string, data: Uint8Array): Promise<void> {
  const next = `${path}.next`;
  await fs.writeFile(next, data, { flush: true });
  await fs.rename(next, path);
  await syncDirectory(join(path, ".."));
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await fs.open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await fs.stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
