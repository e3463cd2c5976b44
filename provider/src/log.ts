export type LogLevel = "info" | "warn" | "alarm";

/** Writes one event. An `alarm` needs a person: income or collateral is at stake. */
export type Log = (
  level: LogLevel,
  event: string,
  fields?: Readonly<Record<string, unknown>>,
) => void;

/** A log of JSON lines, one object each, for people with `jq` and for machines. */
export function jsonLog(write: (line: string) => void): Log {
  return (level, event, fields = {}) => {
    const entry = { time: new Date().toISOString(), level, event, ...fields };
    write(`${JSON.stringify(entry, plainValue)}\n`);
  };
}

/** The message of whatever was thrown, for a log field or an error on screen. */
export function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const short = (error as { shortMessage?: unknown }).shortMessage;
  return typeof short === "string" ? short : error.message;
}

function plainValue(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}

/** Whether an error of the SDK or of Node is the one named. */
export function hasCode(error: unknown, code: string): error is Error & { readonly fix: string } {
  return error instanceof Error && (error as { code?: unknown }).code === code;
}
