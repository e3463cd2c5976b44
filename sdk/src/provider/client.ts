import { HoldfastError } from "../errors.ts";
import type { SignedOffer, SignedQuote } from "../market/eip712.ts";
import {
  type OfferRequest,
  type ProviderInfo,
  parseProviderInfo,
  parseSignedOffer,
  parseSignedQuote,
  type QuoteRequest,
} from "../market/wire.ts";
import { exchange, jsonOf, type Peer, postJson } from "./http.ts";
import { bearer, type Upload } from "./tus.ts";

/** The largest block that IPFS nodes exchange. */
const MAX_BLOCK = 2 << 20;

export async function getInfo(peer: Peer): Promise<ProviderInfo> {
  return parseProviderInfo(jsonOf(peer, await exchange(peer, "v1/info")), peer.url);
}

export async function requestQuote(peer: Peer, request: QuoteRequest): Promise<SignedQuote> {
  return parseSignedQuote(
    jsonOf(peer, await exchange(peer, "v1/quotes", postJson(request))),
    peer.url,
  );
}

export async function requestOffer(
  peer: Peer,
  upload: Upload,
  request: OfferRequest,
): Promise<SignedOffer> {
  const answer = await exchange(peer, `${upload.url}/offer`, postJson(request, bearer(upload)));
  return parseSignedOffer(jsonOf(peer, answer), peer.url);
}

/** Bytes [offset, offset + length) of a piece, as the provider has them: not yet checked against anything. */
export async function readPiece(
  peer: Peer,
  pieceCid: string,
  o: { offset: number; length: number },
): Promise<Uint8Array> {
  const headers = { Range: `bytes=${o.offset}-${o.offset + o.length - 1}` };
  const { body } = await exchange(peer, `v1/pieces/${pieceCid}`, { headers }, o.length);
  if (body.length === o.length) return body;
  throw wrongBytes(peer.url, `${body.length} bytes of piece ${pieceCid} in place of ${o.length}`);
}

export async function getManifest(
  peer: Peer,
  o: { chainId: number; market: string; deal: bigint },
): Promise<Uint8Array> {
  const { body } = await exchange(peer, `v1/deals/${o.chainId}/${o.market}/${o.deal}/manifest`);
  return body;
}

/** A block from a trustless gateway, not yet checked against its CID. */
export async function getBlock(peer: Peer, cid: string): Promise<Uint8Array> {
  const headers = { Accept: "application/vnd.ipld.raw" };
  return (await exchange(peer, `ipfs/${cid}?format=raw`, { headers }, MAX_BLOCK)).body;
}

export function wrongBytes(url: string, what: string): HoldfastError {
  return new HoldfastError("WRONG_BYTES", {
    message: `The provider at ${url} served wrong bytes: ${what}.`,
    fix: "Nothing is lost while enough other providers serve; the report of the retrieval names this one.",
    provider: url,
  });
}
