import type { ReadAt } from "holdfast/piece";
import type { Journal } from "../journal/journal.ts";
import { hasCode } from "../log.ts";
import { blockName, type ContentIndex } from "../pieces/content.ts";
import type { Pieces } from "../pieces/pieces.ts";
import { Problem } from "../problem.ts";
import { type Content, contentHeaders, notModified, sendBytes, sendStream } from "./content.ts";
import { invalid } from "./messages.ts";
import type { Exchange, Route } from "./router.ts";

const RAW = "application/vnd.ipld.raw";
const CAR = "application/vnd.ipld.car";

export type GatewayOptions = { readonly journal: Journal; readonly pieces: Pieces };

/** A trustless IPFS gateway over the own pieces: raw blocks and CARs, never the content of others. */
export function gatewayRoutes({ journal, pieces }: GatewayOptions): Route[] {
  const handler = async (exchange: Exchange): Promise<void> => {
    const cid = exchange.params.cid ?? "";
    const name = blockName(cid);
    const format = formatOf(exchange);
    const piece = await journal.pieceOfBlock(name);
    if (piece === undefined) throw unknown(cid);

    const read = pieces.reader(piece);
    const contents = await pieces.contents(piece);
    await (format === RAW
      ? sendBlock(exchange, cid, contents, read)
      : sendCar(exchange, cid, contents, read));
  };
  return [
    ["GET", "/ipfs/:cid", handler],
    ["HEAD", "/ipfs/:cid", handler],
  ];
}

async function sendBlock(
  exchange: Exchange,
  cid: string,
  contents: readonly ContentIndex[],
  read: ReadAt,
): Promise<void> {
  for (const content of contents) {
    const block = await checked(content.block(read, cid));
    if (block !== undefined) return sendBytes(exchange, describe(cid, RAW, "raw"), block);
  }
  throw unknown(cid);
}

async function sendCar(
  exchange: Exchange,
  cid: string,
  contents: readonly ContentIndex[],
  read: ReadAt,
): Promise<void> {
  const content = contents.find((index) => blockName(index.cid) === blockName(cid));
  if (content === undefined) throw notRoot(cid);
  const described = describe(cid, `${CAR}; version=1; order=dfs; dups=n`, "car");
  if (notModified(exchange, described)) return;
  await sendStream(exchange, 200, contentHeaders(described), () => content.car(read));
}

function describe(cid: string, type: string, extension: string): Content {
  return {
    type,
    etag: extension === "raw" ? `"${cid}.raw"` : `W/"${cid}.car"`,
    immutable: true,
    headers: {
      "Content-Disposition": `attachment; filename="${cid}.${extension === "raw" ? "bin" : "car"}"`,
      "X-Ipfs-Path": `/ipfs/${cid}`,
      "X-Ipfs-Roots": cid,
    },
  };
}

/** `?format=` goes before `Accept`, as the gateway specification says. */
function formatOf({ request, url }: Exchange): typeof RAW | typeof CAR {
  const format = url.searchParams.get("format");
  const accept = request.headers.accept ?? "";
  if (format === "raw" || (format === null && accept.includes(RAW))) return RAW;
  if (format === "car" || (format === null && accept.includes(CAR))) return CAR;
  throw invalid(
    `This is a trustless gateway: it answers ?format=raw and ?format=car, not "${format ?? accept}".`,
  );
}

async function checked<T>(block: Promise<T>): Promise<T> {
  try {
    return await block;
  } catch (cause) {
    if (!hasCode(cause, "WRONG_BYTES")) throw cause;
    throw new Problem({
      status: 500,
      code: "PIECE_CORRUPT",
      detail: "The block has changed on this provider's disk; wrong bytes are not passed on.",
      fix: "Ask another provider or gateway for this CID.",
      cause,
    });
  }
}

function unknown(cid: string): Problem {
  return new Problem({
    status: 404,
    code: "CID_UNKNOWN",
    detail: `This provider holds no block ${cid.slice(0, 100)}.`,
    fix: "Ask the provider of the deal; this gateway serves its own pieces only.",
  });
}

function notRoot(cid: string): Problem {
  return new Problem({
    status: 404,
    code: "CID_NOT_ROOT",
    detail: `${cid} is a block inside of a file, not the root of one.`,
    fix: "Ask for the block with ?format=raw, or for the CAR of the file's root.",
  });
}
