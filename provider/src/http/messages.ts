import type { IncomingMessage, ServerResponse } from "node:http";
import { Problem } from "../problem.ts";

const MAX_JSON = 64 * 1024;

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  type = "application/json",
): void {
  const text = Buffer.from(JSON.stringify(body));
  response.writeHead(status, { "Content-Type": type, "Content-Length": text.length });
  response.end(response.req.method === "HEAD" ? undefined : text);
}

/** The request's body as a JSON object. */
export async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  // Not destroyed when it is too long: the answer still has to reach the sender.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    length += (chunk as Uint8Array).length;
    if (length > MAX_JSON) throw invalid(`The body is longer than ${MAX_JSON} bytes.`);
    chunks.push(chunk as Uint8Array);
  }
  const text = Buffer.concat(chunks).toString("utf8");
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return value as Record<string, unknown>;
    }
  } catch (cause) {
    throw invalid("The body is not JSON.", cause);
  }
  throw invalid("The body is JSON, but not an object.");
}

/** A request that does not say what it must. */
export function invalid(detail: string, cause?: unknown): Problem {
  return new Problem({
    status: 400,
    code: "REQUEST_INVALID",
    detail,
    fix: "Send what docs/spec.md gives for this request.",
    cause,
  });
}

type Body = Readonly<Record<string, unknown>>;

export function stringField(body: Body, name: string): string {
  const value = body[name];
  if (typeof value === "string" && value !== "") return value;
  throw invalid(`"${name}" must be a non-empty string, got ${JSON.stringify(value)}.`);
}

/** A whole number of at least `least`. */
export function integerField(body: Body, name: string, least: number): number {
  const value = body[name];
  if (Number.isSafeInteger(value) && (value as number) >= least) return value as number;
  throw invalid(`"${name}" must be a whole number from ${least}, got ${JSON.stringify(value)}.`);
}
