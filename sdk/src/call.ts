import { HoldfastError } from "./errors.ts";

/** What a long call is doing. */
export type Phase = "quote" | "upload" | "offers" | "pin" | "open" | "retrieve";

/** Bytes done in a phase, and of how many where that is known. */
export type Progress = { readonly phase: Phase; readonly sent: number; readonly total?: number };

/** Options of every call that may take long. */
export type CallOptions = {
  /** Aborting it makes the call throw `CANCELLED`. What was stored so far is found again under the same `key`. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
};

/** @throws {HoldfastError} `CANCELLED` */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw cancelled(signal);
}

export function cancelled(signal: AbortSignal): HoldfastError {
  return new HoldfastError("CANCELLED", {
    message: "The call was cancelled by its signal.",
    fix: "Call again with the same key to go on where it stopped.",
    cause: signal.reason,
  });
}

/** Waits, or throws `CANCELLED` as soon as the signal says so. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(cancelled(signal));
    const stop = () => {
      clearTimeout(timer);
      reject(cancelled(signal as AbortSignal));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal?.addEventListener("abort", stop, { once: true });
  });
}

export function invalidArgument(message: string, fix: string): HoldfastError {
  return new HoldfastError("ARGUMENT_INVALID", { message, fix });
}
