import { AbiCoder, MaxUint256, Signature, type Wallet } from "ethers";
import type { TestMarket } from "./market.ts";

const types = {
  Permit: [
    { name: "owner", type: "address" },
    { name: "spender", type: "address" },
    { name: "value", type: "uint256" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint256" },
  ],
};

/** A payment by the owner's permit over `value`, and what sends the permit alone. */
export async function permitOf(
  net: TestMarket,
  owner: Wallet | TestMarket["client"],
  value: bigint,
) {
  const { token, market, ethers } = net;
  const domain = {
    name: "Test Dollar",
    version: "1",
    chainId: (await ethers.provider.getNetwork()).chainId,
    verifyingContract: await token.getAddress(),
  };
  const message = {
    owner: owner.address,
    spender: await market.getAddress(),
    value,
    nonce: await token.nonces(owner),
    deadline: MaxUint256,
  };
  const { v, r, s } = Signature.from(await owner.signTypedData(domain, types, message));
  const data = AbiCoder.defaultAbiCoder().encode(
    ["uint256", "uint256", "uint8", "bytes32", "bytes32"],
    [value, MaxUint256, v, r, s],
  );
  return {
    payment: { kind: 1, data },
    send: () => token.permit(owner, market, value, MaxUint256, v, r, s),
  };
}
