import type { Bytes } from "../bytes/bytes.ts";
import type { Journal } from "../journal/journal.ts";
import { Problem } from "../problem.ts";

/** What strangers may take up here before anybody pays. Bytes. */
export type Limits = {
  readonly capacityBytes: number;
  readonly maxPieceBytes: number;
  readonly unpaidBytes: number;
  readonly unpaidBytesPerClient: number;
};

type Stores = { readonly journal: Journal; readonly bytes: Bytes };

/**
 * Lets `length` more bytes of `client` in.
 * @throws Problem that names the limit which is reached and its value.
 */
export async function admit(
  { journal, bytes }: Stores,
  limits: Limits,
  client: string,
  length: number,
): Promise<void> {
  if (length > limits.maxPieceBytes) throw pieceTooLarge(length, limits.maxPieceBytes);

  const unpaid = await journal.unpaid(client);
  const left = Math.min(
    limits.unpaidBytesPerClient - unpaid.client,
    limits.unpaidBytes - unpaid.total,
  );
  if (length > left) throw tooMuchUnpaid(length, Math.max(0, left));

  const occupied = await journal.occupied();
  if (occupied + length > limits.capacityBytes) {
    throw full("CAPACITY_FULL", length, Math.max(0, limits.capacityBytes - occupied));
  }
  const free = await bytes.free();
  if (length > free) throw full("DISK_FULL", length, free);
}

/** The provider cannot take more bytes. */
export function full(code: "CAPACITY_FULL" | "DISK_FULL", needed: number, free: number): Problem {
  return new Problem({
    status: 507,
    code,
    detail: `${needed} bytes do not fit: this provider has room for ${free}.`,
    fix: "Store with another provider.",
    details: { needed, free },
  });
}

/** A piece is larger than what this provider takes at all. */
export function pieceTooLarge(length: number, limit: number): Problem {
  return new Problem({
    status: 413,
    code: "PIECE_TOO_LARGE",
    detail: `A piece of ${length} bytes is larger than this provider takes (${limit}).`,
    fix: "Split the data over more fragments, or choose a provider with a higher maxPieceBytes.",
    details: { limit },
  });
}

function tooMuchUnpaid(length: number, left: number): Problem {
  return new Problem({
    status: 429,
    code: "UNPAID_LIMIT",
    detail: `${length} bytes are more than may be uploaded before a deal pays for them (${left} are left).`,
    fix: "Open the deals of finished uploads or delete them, wait for others to expire, or use another provider.",
    details: { left },
    headers: { "Retry-After": "600" },
  });
}
