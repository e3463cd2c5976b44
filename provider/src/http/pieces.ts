import { leafCount } from "holdfast/piece";
import type { Bytes } from "../bytes/bytes.ts";
import { type Log, reason } from "../log.ts";
import { PieceCorruptError, type Pieces } from "../pieces/pieces.ts";
import { Problem } from "../problem.ts";
import { contentHeaders, notModified, sendStream } from "./content.ts";
import { invalid, sendJson } from "./messages.ts";
import { parseRange } from "./range.ts";
import type { Handler, Route } from "./router.ts";

export type PieceRoutesOptions = {
  readonly pieces: Pieces;
  readonly bytes: Bytes;
  readonly log: Log;
};

/** Pieces by their PieceCID, from the moment their upload is complete. */
export function pieceRoutes(options: PieceRoutesOptions): Route[] {
  const get = read(options);
  return [
    ["GET", "/v1/pieces/:cid", get],
    ["HEAD", "/v1/pieces/:cid", get],
    ["GET", "/v1/pieces/:cid/proof", proof(options)],
  ];
}

function read({ pieces, bytes }: PieceRoutesOptions): Handler {
  return async (exchange) => {
    const { request, params } = exchange;
    const piece = await pieces.byCid(params.cid ?? "");
    const content = {
      type: "application/octet-stream",
      etag: `"${params.cid}"`,
      immutable: true,
      headers: { "Accept-Ranges": "bytes" },
    };
    if (notModified(exchange, content)) return;

    const range = parseRange(request.headers.range, piece.size);
    const { start, end } = range ?? { start: 0, end: piece.size };
    const headers = { ...contentHeaders(content), "Content-Length": end - start };
    const partial = { "Content-Range": `bytes ${start}-${end - 1}/${piece.size}` };
    const body = () => bytes.stream(piece.root, start, end);
    await (range === undefined
      ? sendStream(exchange, 200, headers, body)
      : sendStream(exchange, 206, { ...headers, ...partial }, body));
  };
}

function proof({ pieces, log }: PieceRoutesOptions): Handler {
  return async ({ response, params, url }) => {
    const piece = await pieces.byCid(params.cid ?? "");
    const text = url.searchParams.get("leaf") ?? "";
    const leaf = Number(text);
    const leaves = leafCount(piece.size);
    if (!/^\d{1,15}$/.test(text) || leaf >= leaves) {
      throw invalid(`"leaf" must be a whole number from 0 to ${leaves - 1}, got "${text}".`);
    }
    try {
      const path = await pieces.prove(piece, leaf);
      sendJson(response, 200, { leaf, proof: `0x${Buffer.from(path).toString("hex")}` });
    } catch (error) {
      if (!(error instanceof PieceCorruptError)) throw error;
      log("alarm", "piece-corrupt", { piece: params.cid, leaf, reason: reason(error) });
      throw corrupt(params.cid ?? "", leaf, error);
    }
  };
}

function corrupt(cid: string, leaf: number, cause: PieceCorruptError): Problem {
  return new Problem({
    status: 500,
    code: "PIECE_CORRUPT",
    detail: `This provider cannot prove leaf ${leaf} of piece ${cid}: its bytes have changed.`,
    fix: "Read the object from its other providers, and repair it.",
    cause,
  });
}
