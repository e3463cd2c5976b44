import { AbiCoder, keccak256, MaxUint256, TypedDataEncoder, ZeroHash } from "ethers";
import { type Offer, offerTypes, type TestMarket } from "./market.ts";

const types = {
  ReceiveWithAuthorization: [
    { name: "from", type: "address" },
    { name: "to", type: "address" },
    { name: "value", type: "uint256" },
    { name: "validAfter", type: "uint256" },
    { name: "validBefore", type: "uint256" },
    { name: "nonce", type: "bytes32" },
  ],
};

type Signer = Pick<TestMarket["client"], "address" | "signTypedData">;

/** What a client signs for; `owner` resolved, as the market does before it hashes. */
export type Purchase = {
  readonly client: Signer;
  readonly offers: readonly Offer[];
  readonly value: bigint;
  readonly owner?: string;
  readonly manifest?: string;
  readonly salt?: string;
  readonly validAfter?: bigint;
  readonly validBefore?: bigint;
  /** Commits to another chain or market than the one that is paid; the token's part stays as it is. */
  readonly chainId?: bigint;
  readonly market?: string;
};

/** A payment of kind 2, whose nonce commits to all that it pays for. */
export async function authorizationOf(net: TestMarket, purchase: Purchase) {
  const { client, offers, value } = purchase;
  const to = await net.market.getAddress();
  const { chainId } = await net.ethers.provider.getNetwork();
  const { validAfter = 0n, validBefore = MaxUint256, salt = ZeroHash } = purchase;
  const hashes = offers.map((offer) => TypedDataEncoder.hashStruct("Offer", offerTypes, offer));
  const coder = AbiCoder.defaultAbiCoder();
  const nonce = keccak256(
    coder.encode(
      ["uint256", "address", "bytes32[]", "address", "bytes32", "bytes32"],
      [
        purchase.chainId ?? chainId,
        purchase.market ?? to,
        hashes,
        purchase.owner ?? client.address,
        keccak256(purchase.manifest ?? "0x"),
        salt,
      ],
    ),
  );
  const message = { from: client.address, to, value, validAfter, validBefore, nonce };
  const domain = {
    name: "Test Dollar",
    version: "1",
    chainId,
    verifyingContract: await net.token.getAddress(),
  };
  const signature = await client.signTypedData(domain, types, message);
  return {
    payment: {
      kind: 2,
      data: coder.encode(
        ["uint256", "uint256", "bytes32", "bytes"],
        [validAfter, validBefore, salt, signature],
      ),
    },
    message,
    signature,
  };
}
