import type { IncomingMessage, ServerResponse } from "node:http";
import { Problem } from "../problem.ts";

export type Exchange = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  /** The parts of the path that the pattern names. */
  readonly params: Readonly<Record<string, string>>;
};

export type Handler = (exchange: Exchange) => Promise<void>;

/** Patterns are exact, with `:name` for one segment. */
export type Route = readonly [method: string, pattern: string, handler: Handler];

type Compiled = { readonly method: string; readonly pattern: RegExp; readonly handler: Handler };

/** Finds the handler for a request, or throws the problem that says which part did not match. */
export function router(routes: readonly Route[]): Handler {
  const compiled: Compiled[] = routes.map(([method, pattern, handler]) => ({
    method,
    pattern: new RegExp(`^${pattern.replace(/:(\w+)/g, "(?<$1>[^/]+)")}$`),
    handler,
  }));

  return async (exchange) => {
    const path = exchange.url.pathname;
    const matching = compiled.filter(({ pattern }) => pattern.test(path));
    if (matching.length === 0) throw notFound(path);

    const route = matching.find(({ method }) => method === exchange.request.method);
    if (route === undefined) throw methodNotAllowed(exchange.request.method, path, matching);

    const groups = route.pattern.exec(path)?.groups ?? {};
    await route.handler({ ...exchange, params: decodeAll(groups) });
  };
}

function decodeAll(groups: Readonly<Record<string, string>>): Record<string, string> {
  try {
    return Object.fromEntries(
      Object.entries(groups).map(([name, value]) => [name, decodeURIComponent(value)]),
    );
  } catch (cause) {
    throw new Problem({
      status: 400,
      code: "REQUEST_INVALID",
      detail: "The path is not valid percent-encoding.",
      fix: "Encode each segment of the path with encodeURIComponent.",
      cause,
    });
  }
}

function notFound(path: string): Problem {
  return new Problem({
    status: 404,
    code: "NOT_FOUND",
    detail: `There is nothing at ${path}.`,
    fix: "Start at GET /v1/info; docs/spec.md lists the interface.",
  });
}

function methodNotAllowed(
  method: string | undefined,
  path: string,
  matching: readonly Compiled[],
): Problem {
  const allowed = matching.map((route) => route.method).join(", ");
  return new Problem({
    status: 405,
    code: "METHOD_NOT_ALLOWED",
    detail: `${path} does not answer ${method}.`,
    fix: `Use one of: ${allowed}.`,
    headers: { Allow: allowed },
  });
}
