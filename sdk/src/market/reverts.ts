import { type ErrorDescription, Interface, isCallException, isError } from "ethers";
import { erc20Abi } from "../abi/erc20.ts";
import { prevrandaoBeaconAbi } from "../abi/prevrandao-beacon.ts";
import { storageMarketAbi } from "../abi/storage-market.ts";
import { type ErrorCode, HoldfastError } from "../errors.ts";
import type { Deployment } from "./deployment.ts";
import { formatMoney } from "./money.ts";

/** A revert of the market, its beacon or its token, by name. */
export type Revert = {
  readonly name: string;
  /** Name and arguments, amounts readable: `BalanceTooLow(account 0x…, needed 2 tUSD, balance 1 tUSD)`. */
  readonly text: string;
  /** Index of the offer in the call, where the error is about one. */
  readonly offerIndex?: number;
};

type Token = Pick<Deployment, "tokenDecimals" | "tokenSymbol">;

const errors = new Interface(
  // The three share errors of their common ancestors.
  [...new Set<string>([...storageMarketAbi, ...prevrandaoBeaconAbi, ...erc20Abi])].filter((line) =>
    line.startsWith("error "),
  ),
);
const amounts = new Set(
  "needed,free,allowance,balance,expected,received,collateral,least,budgetLeft,stake,maxLock".split(
    ",",
  ),
);
/** Errors whose arguments carry such a name without being money. */
const withoutMoney = new Set([
  "ProofLengthInvalid",
  "ParentMismatch",
  "TooFewLiveDeals",
  "VersionChanged",
]);

/** Decodes what a call or a gas estimate reverted with; undefined for any other failure. */
export function decodeRevert(error: unknown, token?: Token): Revert | undefined {
  if (!isCallException(error)) return undefined;
  const parsed = error.data ? errors.parseError(error.data) : null;
  if (!parsed) return { name: "revert", text: error.reason ?? error.shortMessage };
  const text = parsed.fragment.inputs.map((input, i) => argument(parsed, input.name, i, token));
  const [first] = parsed.fragment.inputs;
  return {
    name: parsed.name,
    text: `${parsed.name}(${text.join(", ")})`,
    ...(first?.name === "offer" ? { offerIndex: Number(parsed.args[0]) } : {}),
  };
}

function argument(parsed: ErrorDescription, name: string, index: number, token?: Token): string {
  const value: unknown = parsed.args[index];
  const isMoney = typeof value === "bigint" && amounts.has(name) && !withoutMoney.has(parsed.name);
  return `${name} ${isMoney && token ? formatMoney(token, value) : String(value)}`.trim();
}

type FailureOptions = {
  readonly token?: Token | undefined;
  /** Code for a revert of the contract. */
  readonly reverted?: ErrorCode;
};

/** For `catch`: throws what `rpcFailure` makes of the cause. */
export function rpcError(what: string, o: FailureOptions = {}): (cause: unknown) => never {
  return (cause) => {
    throw rpcFailure(what, cause, o);
  };
}

/**
 * What ethers threw, as an error of ours.
 *
 * @param what What was being done, to follow "Could not".
 */
export function rpcFailure(what: string, cause: unknown, o: FailureOptions = {}): HoldfastError {
  if (HoldfastError.is(cause)) return cause;
  const revert = decodeRevert(cause, o.token);
  if (revert) return revertError(what, revert, cause, o.reverted);
  if (isError(cause, "ACTION_REJECTED")) return rejected(what, cause);
  if (isError(cause, "INSUFFICIENT_FUNDS")) return noGas(what, cause);
  return new HoldfastError("RPC_UNAVAILABLE", {
    message: `Could not ${what}: ${messageOf(cause)}.`,
    fix: "Check that the node is reachable, then do the same again: nothing is paid twice.",
    cause,
  });
}

function revertError(
  what: string,
  revert: Revert,
  cause: unknown,
  code?: ErrorCode,
): HoldfastError {
  return new HoldfastError(code ?? "CALL_REVERTED", {
    message: `Could not ${what}: the contract refused with ${revert.text}.`,
    fix:
      fixes[revert.name] ??
      "The error's name and values say what to change; docs/errors.md explains each.",
    offerIndex: revert.offerIndex,
    cause,
  });
}

const fixes: Record<string, string> = {
  AllowanceTooLow: "Approve the market for at least the needed amount, or pay by permit.",
  BalanceTooLow: "Fund the account with the needed amount of the market's token.",
  DealClosed: "Nothing is held for the deal any more: there is nothing left to do.",
  DealUnknown: "Check the deal's id, and that it is of this market.",
  NotClient: "Call as the deal's client, as `dealOf` names it now.",
  OfferBudgetTooLow: "Try again in the next period, or choose another provider.",
  OfferExpired: "Ask the provider for a fresh offer.",
  OfferNonceUsed: "Ask the provider for a fresh offer.",
  OfferSignatureInvalid: "Ask the provider for a fresh offer, or choose another provider.",
  OfferStakeTooLow: "Choose another provider: this one has no free stake left.",
  ProviderUnknown: "Check the provider's id, and that it is of this market.",
};

function rejected(what: string, cause: unknown): HoldfastError {
  return new HoldfastError("CANCELLED", {
    message: `Could not ${what}: the wallet's user said no.`,
    fix: "Do it again and confirm in the wallet.",
    cause,
  });
}

function noGas(what: string, cause: unknown): HoldfastError {
  return new HoldfastError("BALANCE_TOO_LOW", {
    message: `Could not ${what}: the account has too little of the chain's own currency to pay for gas.`,
    fix: "Send some of the chain's own currency to the account.",
    cause,
  });
}

function messageOf(cause: unknown): string {
  if (typeof cause === "object" && cause !== null && "shortMessage" in cause) {
    return String(cause.shortMessage);
  }
  return cause instanceof Error ? cause.message : String(cause);
}
