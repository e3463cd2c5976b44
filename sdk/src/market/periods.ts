import type { Deployment } from "./deployment.ts";

type Clock = Pick<Deployment, "genesis" | "length" | "delay">;

/** The period at a Unix time in seconds, from 1; 0 before the market's genesis means never. */
export function periodAt({ genesis, length }: Clock, time: number): number {
  return time < genesis ? 0 : Math.floor((time - genesis) / length) + 1;
}

/** When a period starts, Unix seconds; it ends where the next one starts. */
export function periodStart({ genesis, length }: Clock, period: number): number {
  return genesis + (period - 1) * length;
}

/** The time whose seed a period's draws use, Unix seconds. */
export function seedTime(clock: Clock, period: number): number {
  return periodStart(clock, period) + clock.delay;
}
