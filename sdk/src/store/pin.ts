import { getBytes } from "ethers";
import { addAndPin, unavailable } from "../ipfs.ts";
import { pieceCid } from "../piece/cid.ts";
import { readPiece } from "../provider/client.ts";
import { fragmentAt, peerOf, type Run } from "./run.ts";

const PORTION = 1 << 20;

/** Pins a public object at the connected IPFS node too, before anything is paid: there its CID is checked once more. */
export async function pin(run: Run): Promise<void> {
  const { ctx, journal, source, call } = run;
  const { record, save } = journal;
  const { contentCid: cid } = record;
  if (!ctx.ipfs || cid === undefined || record.pinned) return;
  call.onProgress?.({ phase: "pin", sent: 0 });
  if (record.fromIpfs) {
    await ctx.ipfs.pin.add(cid).catch(unavailable(`pin ${cid}`));
  } else {
    const content = source.rereadable ? source.open() : uploaded(run);
    await addAndPin(ctx.ipfs, content, { cid, signal: call.signal });
  }
  record.pinned = true;
  await save();
}

/** What a stream has brought, read back from the first provider: the node finds out if it is not the same. */
async function* uploaded(run: Run): AsyncGenerator<Uint8Array> {
  const fragment = fragmentAt(run.journal.record.fragments, 0);
  const { root = "0x", size = 0 } = fragment.piece ?? {};
  const cid = pieceCid({ root: getBytes(root), size });
  for (let offset = 0; offset < size; offset += PORTION) {
    const length = Math.min(PORTION, size - offset);
    yield await readPiece(peerOf(run, fragment), cid, { offset, length });
  }
}
