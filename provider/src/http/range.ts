import { Problem } from "../problem.ts";

export type Span = { readonly start: number; readonly end: number };

/**
 * Parses a `Range` header against a size into [start, end).
 * @returns undefined when the whole is asked for.
 * @throws Problem 416 with the size when the range cannot be served.
 */
export function parseRange(header: string | undefined, size: number): Span | undefined {
  if (header === undefined || !header.startsWith("bytes=")) return undefined;
  const match = /^bytes=(\d*)-(\d*)$/.exec(header);
  const [first = "", last = ""] = match?.slice(1) ?? [];
  if (match === null || (first === "" && last === "")) {
    throw unsatisfiable(header, size, "Ask for one range at a time: bytes=first-last.");
  }

  const span =
    first === ""
      ? { start: Math.max(0, size - Number(last)), end: size }
      : { start: Number(first), end: last === "" ? size : Math.min(size, Number(last) + 1) };
  if (span.start >= span.end) {
    throw unsatisfiable(header, size, `Ask for bytes between 0 and ${size - 1}.`);
  }
  return span;
}

function unsatisfiable(header: string, size: number, fix: string): Problem {
  return new Problem({
    status: 416,
    code: "RANGE_INVALID",
    detail: `The range "${header.slice(0, 100)}" does not fit ${size} bytes.`,
    fix,
    details: { size },
    headers: { "Content-Range": `bytes */${size}` },
  });
}
