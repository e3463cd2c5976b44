import {
  AbiCoder,
  Contract,
  isError,
  Signature,
  type TypedDataDomain,
  TypedDataEncoder,
} from "ethers";
import { erc20Abi } from "../abi/erc20.ts";
import type { Context } from "../context.ts";
import { HoldfastError } from "../errors.ts";
import { formatMoney } from "../market/money.ts";
import { rpcError } from "../market/reverts.ts";
import type { TestStablecoin } from "../typechain/mocks/TestStablecoin.ts";

/** How `open` is paid: an allowance that is there, or a permit signed for the exact amount. */
export type Payment = { readonly kind: 0 | 1; readonly data: string };

const PERMIT_SECONDS = 3600;
const permitTypes = {
  Permit: [
    { name: "owner", type: "address" },
    { name: "spender", type: "address" },
    { name: "value", type: "uint256" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint256" },
  ],
};

/**
 * Sees to it that the market may take `total` from the wallet.
 *
 * @throws {HoldfastError} `BALANCE_TOO_LOW`, `ALLOWANCE_TOO_LOW`, `CANCELLED` when the user declines to sign.
 */
export async function preparePayment(ctx: Context, total: bigint, time: number): Promise<Payment> {
  const { account, deployment } = ctx;
  const token = new Contract(deployment.token, erc20Abi, ctx.node) as unknown as TestStablecoin;
  const [balance, allowance] = await Promise.all([
    token.balanceOf(account),
    token.allowance(account, deployment.market),
  ]).catch(rpcError("read the wallet's balance"));
  if (balance < total) throw balanceTooLow(ctx, total, balance);
  if (allowance >= total) return { kind: 0, data: "0x" };
  return permit(ctx, token, total, time).catch((cause: unknown) => {
    if (HoldfastError.is(cause)) throw cause;
    if (isError(cause, "ACTION_REJECTED")) return rpcError("sign the permit")(cause);
    throw allowanceTooLow(ctx, total, allowance, cause);
  });
}

async function permit(
  { account, deployment, signer }: Context,
  token: TestStablecoin,
  value: bigint,
  time: number,
): Promise<Payment> {
  const [domain, nonce] = await Promise.all([permitDomain(token), token.nonces(account)]);
  const deadline = time + PERMIT_SECONDS;
  const message = { owner: account, spender: deployment.market, value, nonce, deadline };
  const { v, r, s } = Signature.from(await signer.signTypedData(domain, permitTypes, message));
  const types = ["uint256", "uint256", "uint8", "bytes32", "bytes32"];
  return { kind: 1, data: AbiCoder.defaultAbiCoder().encode(types, [value, deadline, v, r, s]) };
}

/** The domain of the token's permits: the one that fits the separator which the token itself uses. */
async function permitDomain(token: TestStablecoin): Promise<TypedDataDomain> {
  const separator = await token.DOMAIN_SEPARATOR();
  for (const domain of await domains(token)) {
    if (TypedDataEncoder.hashDomain(domain) === separator) return domain;
  }
  throw new Error("the token's permit domain is not known");
}

async function domains(token: TestStablecoin): Promise<TypedDataDomain[]> {
  const [name, verifyingContract, network] = await Promise.all([
    token.name(),
    token.getAddress(),
    token.runner?.provider?.getNetwork(),
  ]);
  const chainId = network?.chainId ?? null;
  // Older tokens do not tell their version; these two are in use.
  return ["1", "2"].map((version) => ({ name, version, chainId, verifyingContract }));
}

function balanceTooLow({ account, deployment }: Context, needed: bigint, balance: bigint) {
  const money = (amount: bigint) => formatMoney(deployment, amount);
  return new HoldfastError("BALANCE_TOO_LOW", {
    message: `${account} has ${money(balance)}, the deals cost ${money(needed)}.`,
    fix: `Send at least ${money(needed - balance)} to the wallet, then store again under the same key.`,
  });
}

function allowanceTooLow(
  { account, deployment }: Context,
  needed: bigint,
  allowance: bigint,
  cause: unknown,
): HoldfastError {
  const money = (amount: bigint) => formatMoney(deployment, amount);
  return new HoldfastError("ALLOWANCE_TOO_LOW", {
    message: `The market may take ${money(allowance)} from ${account}, the deals cost ${money(needed)}, and the token takes no permit signed by this wallet.`,
    fix: `Call approve(${deployment.market}, ${needed}) on the token ${deployment.token}, then store again under the same key.`,
    cause,
  });
}
