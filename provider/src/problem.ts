/** What a problem may carry besides its code: the values that were expected and found, an offset, a limit. */
export type ProblemDetails = Readonly<Record<string, string | number>>;

export type ProblemOptions = {
  readonly status: number;
  readonly code: string;
  /** What was wrong, with the values that were got. */
  readonly detail: string;
  /** What the caller can do about it. */
  readonly fix: string;
  readonly details?: ProblemDetails;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
};

/** A refusal that the caller is told about: one RFC 9457 problem, thrown anywhere, answered in one place. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly status: number;
  readonly code: string;
  readonly fix: string;
  readonly details: ProblemDetails;
  readonly headers: Readonly<Record<string, string>>;

  constructor(options: ProblemOptions) {
    super(options.detail, { cause: options.cause });
    this.status = options.status;
    this.code = options.code;
    this.fix = options.fix;
    this.details = options.details ?? {};
    this.headers = options.headers ?? {};
  }

  /** The body of `application/problem+json`. */
  toJSON(): Record<string, string | number> {
    return {
      ...this.details,
      type: `urn:holdfast:problem:${this.code.toLowerCase().replaceAll("_", "-")}`,
      title: this.code.toLowerCase().replaceAll("_", " "),
      status: this.status,
      detail: this.message,
      code: this.code,
      fix: this.fix,
    };
  }
}
