import { keccak256, id as keccakOfText } from "ethers";
import { type Deployment, type ProviderInfo, toJson } from "holdfast/market";
import type { Journal } from "../journal/journal.ts";
import type { Offers } from "../offers/offers.ts";
import type { Quotes } from "../offers/quotes.ts";
import { Problem } from "../problem.ts";
import { bearer } from "../uploads/tus.ts";
import type { Uploads } from "../uploads/uploads.ts";
import { sendBytes } from "./content.ts";
import { readJson } from "./messages.ts";
import type { Exchange, Route } from "./router.ts";

export type ApiOptions = {
  readonly info: () => ProviderInfo;
  readonly quotes: Quotes;
  readonly offers: Offers;
  readonly uploads: Uploads;
  readonly journal: Journal;
  readonly deployment: Deployment;
  /** The legal terms, whose hash is in every offer; undefined when there are none. */
  readonly terms: string | undefined;
};

/** What a provider says and signs. */
export function apiRoutes(options: ApiOptions): Route[] {
  const { info, quotes, offers, uploads } = options;
  return [
    ["GET", "/v1/info", async (exchange) => reply(exchange, info())],
    [
      "POST",
      "/v1/quotes",
      async (exchange) => reply(exchange, await quotes.create(await readJson(exchange.request))),
    ],
    [
      "POST",
      "/v1/uploads/:id/offer",
      async (exchange) => {
        const { request, params } = exchange;
        const upload = await uploads.authorized(params.id ?? "", bearer(request));
        reply(exchange, await offers.offer(upload, await readJson(request)));
      },
    ],
    ["GET", "/v1/deals/:chain/:market/:deal/manifest", (exchange) => manifest(exchange, options)],
    ["GET", "/terms/:hash", (exchange) => terms(exchange, options)],
  ];
}

function reply({ response }: Exchange, body: Parameters<typeof toJson>[0]): void {
  const text = Buffer.from(toJson(body));
  const headers = { "Content-Type": "application/json", "Cache-Control": "no-store" };
  response.writeHead(200, { ...headers, "Content-Length": text.length });
  response.end(text);
}

async function manifest(exchange: Exchange, { journal, deployment }: ApiOptions): Promise<void> {
  const { chain = "", market = "", deal = "" } = exchange.params;
  const here =
    chain === String(deployment.chainId) &&
    market.toLowerCase() === deployment.market.toLowerCase();
  const bytes = here && /^\d{1,10}$/.test(deal) ? await journal.manifest(Number(deal)) : undefined;
  if (bytes === undefined) throw unknownManifest(chain, market, deal);
  // Not immutable: the owner may publish a newer one under the same deal.
  const etag = `"${keccak256(bytes)}"`;
  sendBytes(exchange, { type: "application/octet-stream", etag, immutable: false }, bytes);
}

async function terms(exchange: Exchange, { terms: text }: ApiOptions): Promise<void> {
  const hash = exchange.params.hash ?? "";
  if (text === undefined || hash !== keccakOfText(text)) throw unknownTerms(hash);
  const content = { type: "text/plain; charset=utf-8", etag: `"${hash}"`, immutable: true };
  sendBytes(exchange, content, Buffer.from(text));
}

function unknownManifest(chain: string, market: string, deal: string): Problem {
  return new Problem({
    status: 404,
    code: "MANIFEST_UNKNOWN",
    detail: `This provider has no manifest of deal ${deal} in market ${market} of chain ${chain}.`,
    fix: "Read the Stored event of the deal's transaction, or ask another provider of the object.",
  });
}

function unknownTerms(hash: string): Problem {
  return new Problem({
    status: 404,
    code: "TERMS_UNKNOWN",
    detail: `This provider serves no terms ${hash.slice(0, 80)}.`,
    fix: "GET /v1/info has the termsHash of today's terms.",
  });
}
