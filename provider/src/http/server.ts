import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Log, reason } from "../log.ts";
import { Problem } from "../problem.ts";
import { sendJson } from "./messages.ts";
import type { Handler } from "./router.ts";

const IDLE_MS = 60_000;

const HEADERS: Readonly<Record<string, string>> = {
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Expose-Headers":
    "Location, Upload-Offset, Upload-Length, Upload-Expires, Tus-Resumable, Upload-Token, ETag, " +
    "Content-Range, Content-Length, Accept-Ranges, Retry-After, X-Ipfs-Path, X-Ipfs-Roots",
  // Strangers' bytes are served here: no page may run them in this origin.
  "Content-Security-Policy": "sandbox; default-src 'none'",
  "Cross-Origin-Resource-Policy": "cross-origin",
  "X-Content-Type-Options": "nosniff",
};

const PREFLIGHT: Readonly<Record<string, string>> = {
  "Access-Control-Allow-Methods": "GET, HEAD, POST, PATCH, DELETE, OPTIONS",
  "Access-Control-Allow-Headers":
    "Authorization, Content-Type, If-None-Match, Range, Tus-Resumable, Upload-Defer-Length, Upload-Length, " +
    "Upload-Metadata, Upload-Offset",
  "Access-Control-Max-Age": "7200",
};

export type HttpServer = { readonly port: number; stop(): Promise<void> };

/** Serves `handler` until it is stopped; what a request throws becomes its answer, never the end of the process. */
export async function serve(
  { host, port }: { readonly host: string; readonly port: number },
  handler: Handler,
  log: Log,
): Promise<HttpServer> {
  // A large body over a thin line may take hours: only silence is limited.
  const server = createServer({ requestTimeout: 0 }, (request, response) => {
    void answer(request, response, handler, log);
  });
  server.timeout = IDLE_MS;
  await listen(server, host, port);
  return {
    port: (server.address() as AddressInfo).port,
    stop: () => close(server),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  handler: Handler,
  log: Log,
): Promise<void> {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
  try {
    if (request.method === "OPTIONS" && request.headers["access-control-request-method"]) {
      response.writeHead(204, PREFLIGHT).end();
      return;
    }
    const url = new URL(request.url ?? "/", "http://provider.invalid");
    await handler({ request, response, url, params: {} });
  } catch (error) {
    sendError(request, response, error, log);
  }
}

function sendError(
  request: IncomingMessage,
  response: ServerResponse,
  error: unknown,
  log: Log,
): void {
  if (!(error instanceof Problem) && !response.destroyed) {
    log("warn", "request-failed", {
      method: request.method,
      url: request.url,
      reason: reason(error),
    });
  }
  // Too late for another answer: cutting the connection is how the client learns that bytes are missing.
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const problem = error instanceof Problem ? error : unexpected(error);
  for (const [name, value] of Object.entries(problem.headers)) response.setHeader(name, value);
  sendJson(response, problem.status, problem.toJSON(), "application/problem+json");
}

function unexpected(cause: unknown): Problem {
  return new Problem({
    status: 500,
    code: "INTERNAL",
    detail: "The provider failed to answer.",
    fix: "Try again; if it persists, tell the provider at the abuseContact of GET /v1/info.",
    cause,
  });
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

/** Lets requests end for a moment, then cuts them: uploads resume, downloads are ranges. */
function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), 1_000);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}
