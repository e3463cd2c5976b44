import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type Request = { readonly method: string; readonly path: string; readonly body: Buffer };
export type Answer = { status: number; headers: Record<string, string>; body: Buffer };

/** What happens to a request: an answer, forwarded or not; silence; a broken line. */
export type Fault = (
  request: Request,
  forward: () => Promise<Answer>,
) => Promise<Answer | "silence" | "reset">;

/** A real HTTP server before another one, that can be told to misbehave. */
export type FaultyProxy = {
  readonly url: string;
  /** Undefined: everything is passed on. */
  fault: Fault | undefined;
  /** All requests so far, as `METHOD /path`. */
  readonly requests: string[];
  stop(): Promise<void>;
};

export async function startProxy(target: string): Promise<FaultyProxy> {
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const proxy: FaultyProxy = {
    url,
    fault: undefined,
    requests: [],
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const request = {
      method: incoming.method ?? "GET",
      path: incoming.url ?? "/",
      body: Buffer.concat(chunks),
    };
    proxy.requests.push(`${request.method} ${request.path}`);
    const forward = () => pass(target, url, incoming, request);
    try {
      const outcome = await (proxy.fault ?? ((_, next) => next()))(request, forward);
      if (outcome === "silence") return;
      if (outcome === "reset") return void incoming.socket.destroy();
      response.writeHead(outcome.status, outcome.headers).end(outcome.body);
    } catch {
      // The target is gone, and so is this line.
      incoming.socket.destroy();
    }
  }
  return proxy;
}

async function pass(
  target: string,
  self: string,
  incoming: IncomingMessage,
  { method, path, body }: Request,
): Promise<Answer> {
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (!["host", "connection", "content-length"].includes(name)) headers.set(name, String(value));
  }
  const hasBody = method !== "GET" && method !== "HEAD";
  const response = await fetch(target + path, {
    method,
    headers,
    ...(hasBody ? { body: new Uint8Array(body) } : {}),
  });
  const answered = Object.fromEntries(response.headers);
  delete answered["content-encoding"];
  delete answered["transfer-encoding"];
  delete answered.connection;
  const { location } = answered;
  // The next request of an upload must come this way too.
  if (location) answered.location = self + new URL(location).pathname;
  const bytes = Buffer.from(await response.arrayBuffer());
  return { status: response.status, headers: answered, body: bytes };
}

/** The answer with another JSON body. */
export function withJson(answer: Answer, body: unknown): Answer {
  const text = Buffer.from(JSON.stringify(body));
  return {
    ...answer,
    headers: { ...answer.headers, "content-length": `${text.length}` },
    body: text,
  };
}
