import { Problem } from "../problem.ts";

export function empty(): Problem {
  return new Problem({
    status: 400,
    code: "EMPTY",
    detail: "An upload of 0 bytes has nothing to prove.",
    fix: "Upload at least one byte.",
  });
}

export function unknown(id: string): Problem {
  return new Problem({
    status: 404,
    code: "UPLOAD_UNKNOWN",
    detail: `There is no upload ${id.slice(0, 64)}; it may have expired.`,
    fix: "Start again with POST /v1/uploads.",
  });
}

export function tokenInvalid(): Problem {
  return new Problem({
    status: 401,
    code: "TOKEN_INVALID",
    detail: "The bearer token is missing or is not the one of this upload.",
    fix: "Send Authorization: Bearer with the Upload-Token of the 201 response that created the upload.",
    headers: { "WWW-Authenticate": "Bearer" },
  });
}

export function offsetMismatch(expected: number, actual: number): Problem {
  return new Problem({
    status: 409,
    code: "OFFSET_MISMATCH",
    detail: `The upload goes on at byte ${expected}, the request starts at ${actual}.`,
    fix: "Ask for the offset with HEAD and continue there.",
    details: { expected, actual },
    headers: { "Upload-Offset": String(expected) },
  });
}

export function lengthInvalid(declared: number, detail: string): Problem {
  return new Problem({
    status: 400,
    code: "LENGTH_INVALID",
    detail: `The length ${declared} cannot be: ${detail}.`,
    fix: "Declare the length once, as the number of all bytes.",
  });
}

export function tooLong(bound: number): Problem {
  return new Problem({
    status: 413,
    code: "LENGTH_EXCEEDED",
    detail: `The body goes beyond the ${bound} bytes of this upload.`,
    fix: "Send no more than what Upload-Length or the quote's maxBytes say.",
    details: { limit: bound },
  });
}

export function beyondQuote(length: number, maxBytes: number): Problem {
  return new Problem({
    status: 413,
    code: "QUOTE_EXCEEDED",
    detail: `The quote binds for ${maxBytes} bytes, not for ${length}.`,
    fix: "Ask for a quote with a higher maxBytes.",
    details: { limit: maxBytes, actual: length },
  });
}

export function offered(expiry: number): Problem {
  return new Problem({
    status: 409,
    code: "UPLOAD_OFFERED",
    detail: `An offer for these bytes can be opened until ${expiry}.`,
    fix: "Let the offer expire; the upload is collected after it.",
    details: { expiry },
  });
}

export function interrupted(cause: unknown): Problem {
  return new Problem({
    status: 499,
    code: "UPLOAD_INTERRUPTED",
    detail: "The body ended before it was complete; what arrived is kept.",
    fix: "Ask for the offset with HEAD and continue there.",
    cause,
  });
}
