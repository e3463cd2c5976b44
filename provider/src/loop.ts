import { setTimeout as sleep } from "node:timers/promises";
import { hasCode, type Log, reason } from "./log.ts";

const LONGEST_PAUSE_MS = 30_000;
const MOST_DOUBLINGS = 4;

export type Step = { readonly name: string; readonly run: () => Promise<void> };

/**
 * Runs the steps, asked for anew each time, in order, again and again, until `signal` fires. A step that fails keeps the others from nothing; while
 * steps fail the pauses grow. Each kind of failure is logged when it begins and when it ends, not at every poll.
 */
export async function pollLoop(
  steps: () => readonly Step[],
  o: { readonly pollMs: number; readonly log: Log; readonly signal: AbortSignal },
): Promise<void> {
  const failing = new Map<string, string>();
  let failures = 0;
  while (!o.signal.aborted) {
    failures = (await round(steps(), failing, o)) ? 0 : failures + 1;
    const longer = Math.min(LONGEST_PAUSE_MS, o.pollMs * 2 ** Math.min(failures, MOST_DOUBLINGS));
    await pause(Math.max(longer, o.pollMs), o.signal);
  }
}

async function round(
  steps: readonly Step[],
  failing: Map<string, string>,
  { log, signal }: { readonly log: Log; readonly signal: AbortSignal },
): Promise<boolean> {
  for (const { name, run } of steps) {
    if (signal.aborted) break;
    try {
      await run();
      if (failing.delete(name)) log("info", "recovered", { step: name });
    } catch (error) {
      const why = reason(error);
      if (failing.get(name) !== why) {
        // Without ether no proof is sent, and collateral is lost: a person has to do something.
        const broke = hasCode(error, "INSUFFICIENT_FUNDS");
        log(broke ? "alarm" : "warn", broke ? "ether-missing" : "step-failed", {
          step: name,
          reason: why,
        });
      }
      failing.set(name, why);
    }
  }
  return failing.size === 0;
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(milliseconds, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
