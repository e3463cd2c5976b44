import { id as keccakOfText, ZeroHash } from "ethers";
import type { Deployment } from "holdfast/market";
import type { ProviderConfig } from "./config.ts";
import type { Limits } from "./uploads/limits.ts";

const GIB = 2 ** 30;
/** Widest a notice can be stored. */
const MAX_NOTICE = 511;

/** What a configuration leaves open, decided. */
export type Settings = {
  readonly limits: Limits;
  readonly pricePerTiBPeriod: bigint;
  readonly minPeriods: number;
  readonly maxPeriods: number;
  readonly notice: number;
  readonly termsHash: string;
  readonly abuseContact: string;
  readonly settleEvery: number;
  readonly pollMs: number;
};

export function settings(config: ProviderConfig, deployment: Deployment): Settings {
  const { capacityBytes } = config;
  const maxPieceBytes = Math.min(config.maxPieceBytes ?? 32 * GIB, capacityBytes);
  // 5 % for what nobody pays yet, but at least one large piece, or a small provider could take none.
  const unpaidBytes = config.unpaidBytes ?? Math.max(Math.floor(capacityBytes / 20), maxPieceBytes);
  return {
    limits: {
      capacityBytes,
      maxPieceBytes,
      unpaidBytes,
      unpaidBytesPerClient: config.unpaidBytesPerClient ?? Math.min(unpaidBytes, maxPieceBytes),
    },
    pricePerTiBPeriod: BigInt(config.pricePerTiBPeriod),
    minPeriods: config.minPeriods ?? 1,
    maxPeriods: Math.min(config.maxPeriods ?? deployment.maxTerm, deployment.maxTerm),
    notice: Math.min(config.notice ?? 30, MAX_NOTICE),
    termsHash: config.terms === undefined ? ZeroHash : keccakOfText(config.terms),
    abuseContact: config.abuseContact ?? "",
    settleEvery: config.settleEvery ?? 7,
    pollMs: config.pollMs ?? 2_000,
  };
}
