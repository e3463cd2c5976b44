/** What went wrong, as a word that code can switch on. docs/errors.md explains each. */
export type ErrorCode =
  | "ALLOWANCE_TOO_LOW"
  | "ARGUMENT_INVALID"
  | "BALANCE_TOO_LOW"
  | "CALL_REVERTED"
  | "CANCELLED"
  | "CAR_INVALID"
  | "CID_INVALID"
  | "CID_MISMATCH"
  | "DEVNET_NOT_INSTALLED"
  | "EMPTY"
  | "IDENTITY_NOT_REPEATABLE"
  | "IPFS_UNAVAILABLE"
  | "MANIFEST_UNSUPPORTED"
  | "MARKET_UNKNOWN"
  | "NOT_RECIPIENT"
  | "OBJECT_UNKNOWN"
  | "OFFER_EXPIRED"
  | "OFFER_INVALID"
  | "OPEN_REVERTED"
  | "PIECE_MISMATCH"
  | "PROVIDER_FLOOR_TOO_LOW"
  | "PROVIDER_REFUSED"
  | "PROVIDER_UNREACHABLE"
  | "RECIPIENT_REQUIRED"
  | "RPC_UNAVAILABLE"
  | "SEED_NOT_READY"
  | "SOURCE_CHANGED"
  | "SOURCE_NOT_FOUND"
  | "SOURCE_READ_ONCE"
  | "TOO_FEW_FRAGMENTS"
  | "TOO_FEW_LIVE_DEALS"
  | "TOO_FEW_PROVIDERS"
  | "WRONG_BYTES"
  | "WRONG_CHAIN";

// A registered symbol, not instanceof: a page may hold two copies of this package.
const brand = Symbol.for("holdfast.error");

/** Every error that this package throws: what was wrong and what was got in `message`, what to do in `fix`. */
export class HoldfastError extends Error {
  readonly code: ErrorCode;
  /** What the caller can do about it. */
  readonly fix: string;
  /** Url or id of the provider that is to blame. */
  readonly provider?: string;
  /** Index of the offer that the contract refused. */
  readonly offerIndex?: number;

  constructor(
    code: ErrorCode,
    o: {
      message: string;
      fix: string;
      provider?: string | undefined;
      offerIndex?: number | undefined;
      cause?: unknown;
    },
  ) {
    super(o.message, o.cause === undefined ? undefined : { cause: o.cause });
    this.name = "HoldfastError";
    this.code = code;
    this.fix = o.fix;
    if (o.provider !== undefined) this.provider = o.provider;
    if (o.offerIndex !== undefined) this.offerIndex = o.offerIndex;
    Object.defineProperty(this, brand, { value: true });
  }

  /** True for an error of this package, from whichever copy of it, with `code` when one is given. */
  static is(error: unknown, code?: ErrorCode): error is HoldfastError {
    if (!(error instanceof Error) || !(brand in error)) return false;
    return code === undefined || ("code" in error && error.code === code);
  }

  /** For logs: everything but the stack. */
  toJSON(): Record<string, unknown> {
    const { code, message, fix, provider, offerIndex } = this;
    const cause = this.cause instanceof Error ? this.cause.message : this.cause;
    return { code, message, fix, provider, offerIndex, cause };
  }
}
