import { AbiCoder, type AddressLike, keccak256, resolveAddress, toBeHex } from "ethers";
import type { TestMarket } from "./market.ts";

/**
 * What a market keeps but has no function for, read out of its raw storage: slots and widths are those of docs/spec.md,
 * written down here once more, so that the SDK's arithmetic is not checked by itself.
 */
const OFFERS = 5n;
const LISTS = 7n;
const NONCES = 9n;
const OWN_OBJECTS = 10n;
const RECEIVED_OBJECTS = 11n;
const CONSENTS = 15n;

type Slots = Pick<TestMarket, "market">;

/** Ids of a provider's list in its order. */
export async function listOf({ market }: Slots, provider: bigint): Promise<bigint[]> {
  const { listed } = await market.providerOf(provider);
  return packed(market, entry("uint256", provider, LISTS), Number(listed), 32);
}

/** Objects of an owner, own or received: first deal, then block, 32 bits each. */
export async function objectsOf({ market }: Slots, owner: AddressLike, received = false) {
  const address = await resolveAddress(owner);
  const slot = entry("address", address, received ? RECEIVED_OBJECTS : OWN_OBJECTS);
  const data = BigInt(keccak256(toBeHex(slot, 32)));
  return packed(market, data, Number(await word(market, slot)), 64);
}

/** Which nonces of a provider's word are used. */
export async function nonceWord({ market }: Slots, provider: bigint, index: bigint) {
  return word(market, entry("uint256", index, entry("uint256", provider, NONCES)));
}

/** Which consents of a signer's word are used. */
export async function consentWord({ market }: Slots, signer: AddressLike, index: bigint) {
  const address = await resolveAddress(signer);
  return word(market, entry("uint256", index, entry("address", address, CONSENTS)));
}

/** Low 78 bits of the manifest's hash, at the first deal of a call. */
export async function manifestTagOf({ market }: Slots, firstDeal: bigint): Promise<bigint> {
  return (await word(market, entry("uint256", firstDeal, OFFERS))) >> 178n;
}

function entry(type: string, key: bigint | string, slot: bigint): bigint {
  return BigInt(keccak256(AbiCoder.defaultAbiCoder().encode([type, "uint256"], [key, slot])));
}

async function word(market: TestMarket["market"], slot: bigint): Promise<bigint> {
  const [value] = await market.extsload([toBeHex(slot, 32)]);
  return BigInt(value as string);
}

/** `count` values of `width` bits from `first` on, the lowest bits of a slot first. */
async function packed(market: TestMarket["market"], first: bigint, count: number, width: number) {
  const each = 256 / width;
  const slots = Array.from({ length: Math.ceil(count / each) }, (_, i) => first + BigInt(i));
  const words = await market.extsload(slots.map((slot) => toBeHex(slot, 32)));
  return Array.from({ length: count }, (_, i) =>
    BigInt.asUintN(
      width,
      BigInt(words[Math.floor(i / each)] as string) >> BigInt(width * (i % each)),
    ),
  );
}
