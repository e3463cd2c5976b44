import type { IpfsClient } from "holdfast";
import { create as createOlder } from "ipfs-http-client";
import { create } from "kubo-rpc-client";

/** What the SDK takes, and reading a part as the test does. */
type Client = IpfsClient & {
  cat(cid: string, o: { offset: number; length: number }): AsyncIterable<Uint8Array>;
};

/** The clients that Holdfast works with, by the names of their packages. */
export const clients: readonly (readonly [name: string, connect: (url: string) => Client])[] = [
  ["kubo-rpc-client", (url) => create({ url })],
  ["ipfs-http-client", (url) => createOlder({ url })],
];
