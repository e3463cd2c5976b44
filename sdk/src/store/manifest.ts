import { getBytes, hexlify } from "ethers";
import { payloadLength } from "../object/age.ts";
import { encodeManifest, type Manifest, sealMeta } from "../object/manifest.ts";
import { metaOf } from "./plan.ts";
import type { StoreRecord } from "./record.ts";
import type { Run } from "./run.ts";

/** Writes what the chain will say of the object; once, so that a call that goes on sends the same. */
export async function writeManifest({ journal, fileKey }: Run): Promise<void> {
  const { record, save } = journal;
  if (record.manifest !== undefined) return;
  record.manifest = hexlify(encodeManifest(manifestOf(record, fileKey)));
  await save();
}

function manifestOf(record: StoreRecord, fileKey: Uint8Array | undefined): Manifest {
  const { k, n, size = 0, header = "0x", nonce = "0x" } = record;
  if (!fileKey) return { scheme: record.format === "car" ? 3 : 2, k: 1, n, length: size };
  const open = {
    k,
    n,
    length: payloadLength(size),
    header: getBytes(header),
    nonce: getBytes(nonce),
  };
  return sealMeta({ fileKey, manifest: { scheme: 1, ...open }, meta: metaOf(record) });
}
