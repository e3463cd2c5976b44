import type { IncomingMessage } from "node:http";
import { invalid } from "../http/messages.ts";
import type { Exchange, Handler, Route } from "../http/router.ts";
import type { UploadRecord } from "../journal/journal.ts";
import { Problem } from "../problem.ts";
import { IDLE_SECONDS, type Uploads } from "./uploads.ts";

const VERSION = "1.0.0";
const BASE = {
  "Tus-Resumable": VERSION,
  "Cache-Control": "no-store",
};

export type TusOptions = {
  readonly uploads: Uploads;
  readonly maxPieceBytes: number;
  /** Where clients reach this provider, without a slash at the end. */
  readonly publicUrl: () => string;
};

/** Resumable uploads over tus 1.0: creation, creation-defer-length, expiration, termination. */
export function tusRoutes(options: TusOptions): Route[] {
  return [
    ["OPTIONS", "/v1/uploads", capabilities(options)],
    ["POST", "/v1/uploads", tus(create(options))],
    ["HEAD", "/v1/uploads/:id", tus(head(options))],
    ["PATCH", "/v1/uploads/:id", tus(patch(options))],
    ["DELETE", "/v1/uploads/:id", tus(remove(options))],
  ];
}

/** The token of `Authorization: Bearer`, when there is one. */
export function bearer(request: IncomingMessage): string | undefined {
  return /^Bearer (\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
}

function capabilities({ maxPieceBytes }: TusOptions): Handler {
  return async ({ response }) => {
    response.writeHead(204, {
      ...BASE,
      "Tus-Version": VERSION,
      "Tus-Extension": "creation,creation-defer-length,expiration,termination",
      "Tus-Max-Size": maxPieceBytes,
    });
    response.end();
  };
}

function create({ uploads, publicUrl }: TusOptions): Handler {
  return async ({ request, response }) => {
    const length = uploadLength(request);
    if (length === undefined && request.headers["upload-defer-length"] !== "1") {
      throw invalid("Upload-Length is missing, and Upload-Defer-Length is not 1.");
    }
    const quote = metadata(request).get("quote");
    const { upload, token } = await uploads.create({ length, quote });
    response.writeHead(201, {
      ...BASE,
      Location: `${publicUrl()}/v1/uploads/${upload.id}`,
      "Upload-Token": token,
      "Upload-Expires": expires(upload),
    });
    response.end();
  };
}

function head({ uploads }: TusOptions): Handler {
  return async ({ request, response, params }) => {
    const upload = await uploads.authorized(params.id ?? "", bearer(request));
    const length =
      upload.length === undefined
        ? { "Upload-Defer-Length": "1" }
        : { "Upload-Length": upload.length };
    response.writeHead(200, { ...BASE, ...progress(upload), ...length });
    response.end();
  };
}

function patch({ uploads }: TusOptions): Handler {
  return async ({ request, response, params }) => {
    const { id } = await uploads.authorized(params.id ?? "", bearer(request));
    if (request.headers["content-type"] !== "application/offset+octet-stream") {
      throw new Problem({
        status: 415,
        code: "CONTENT_TYPE_INVALID",
        detail: `The body is declared as ${request.headers["content-type"] ?? "nothing"}.`,
        fix: "Send Content-Type: application/offset+octet-stream.",
      });
    }
    const upload = await uploads.append(id, {
      offset: wholeNumber(request, "upload-offset") ?? missing("Upload-Offset"),
      length: uploadLength(request),
      announced: wholeNumber(request, "content-length"),
      // Not destroyed by an error: the answer still has to reach the sender.
      body: request.iterator({ destroyOnReturn: false }),
      cut: () => request.destroy(),
    });
    response.writeHead(204, { ...BASE, ...progress(upload) });
    response.end();
  };
}

function remove({ uploads }: TusOptions): Handler {
  return async ({ request, response, params }) => {
    await uploads.terminate(await uploads.authorized(params.id ?? "", bearer(request)));
    response.writeHead(204, BASE);
    response.end();
  };
}

/** Adds what every tus request and answer has, errors too. */
function tus(handler: Handler): Handler {
  return async (exchange: Exchange) => {
    exchange.response.setHeader("Tus-Resumable", VERSION);
    if (exchange.request.headers["tus-resumable"] !== VERSION) {
      throw new Problem({
        status: 412,
        code: "TUS_VERSION",
        detail: `Tus-Resumable is ${exchange.request.headers["tus-resumable"] ?? "missing"}.`,
        fix: `Speak tus ${VERSION}: send Tus-Resumable: ${VERSION}.`,
        headers: { "Tus-Version": VERSION },
      });
    }
    await handler(exchange);
  };
}

function progress(upload: UploadRecord) {
  // What is complete does not expire by the clock of an idle upload.
  const expiry = upload.root === undefined ? { "Upload-Expires": expires(upload) } : {};
  return { "Upload-Offset": upload.offset, ...expiry };
}

function expires({ touchedAt }: UploadRecord): string {
  return new Date((touchedAt + IDLE_SECONDS) * 1000).toUTCString();
}

function uploadLength(request: IncomingMessage): number | undefined {
  return wholeNumber(request, "upload-length");
}

function wholeNumber(request: IncomingMessage, name: string): number | undefined {
  const value = request.headers[name];
  if (value === undefined) return undefined;
  const number = Number(value);
  if (/^\d{1,15}$/.test(String(value))) return number;
  throw invalid(`The header ${name} must be a whole number, got "${value}".`);
}

function missing(name: string): never {
  throw invalid(`The header ${name} is missing.`);
}

/** `Upload-Metadata`: comma-separated pairs of a key and a base64 value. */
function metadata(request: IncomingMessage): Map<string, string> {
  const header = String(request.headers["upload-metadata"] ?? "");
  const pairs = header.split(",").map((pair) => pair.trim().split(" "));
  return new Map(
    pairs.map(([key = "", value = ""]) => [key, Buffer.from(value, "base64").toString("utf8")]),
  );
}
