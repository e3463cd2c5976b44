import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { MaxUint256, ZeroAddress, ZeroHash } from "ethers";
import { network } from "hardhat";
import type { PrevrandaoBeacon, TestStablecoin } from "../../../sdk/src/typechain/index.ts";
import type { IMarketState, StorageMarket } from "../../../sdk/src/typechain/StorageMarket.ts";
import { HISTORY, HISTORY_CODE } from "./history.ts";
import { type TestPiece, testBytes, testPiece } from "./piece.ts";

export {
  enterPeriod,
  evidence,
  proofFor,
  prove,
  proveUpTo,
  seedTime,
} from "./proving.ts";

export const LENGTH = 1_000;
export const DELAY = 100;
/** Seconds without a header after which the beacon allows a mark, as in production. */
const QUIET = 36 * 3600;
export const DOLLAR = 1_000_000n;
export const BOND = 5_000n;
export const ALLOWANCE = { kind: 0, data: "0x" };

export type Offer = IMarketState.OfferStruct & { pieces: IMarketState.PieceStruct[] };
type SignedOffer = IMarketState.SignedOfferStruct;

export const offerTypes = {
  Offer: [
    { name: "provider", type: "uint32" },
    { name: "client", type: "address" },
    { name: "firstPeriod", type: "uint32" },
    { name: "periods", type: "uint16" },
    { name: "maxMisses", type: "uint16" },
    { name: "notice", type: "uint16" },
    { name: "termsHash", type: "bytes32" },
    { name: "expiry", type: "uint64" },
    { name: "nonce", type: "uint256" },
    { name: "pieces", type: "Piece[]" },
  ],
  Piece: [
    { name: "root", type: "bytes32" },
    { name: "size", type: "uint64" },
    { name: "rate", type: "uint80" },
    { name: "slashFactor", type: "uint24" },
    { name: "contentCid", type: "bytes" },
  ],
};

const { ethers, networkHelpers: helpers } = await network.create();

export interface TestMarket {
  readonly ethers: typeof ethers;
  readonly helpers: typeof helpers;
  readonly market: StorageMarket;
  readonly beacon: PrevrandaoBeacon;
  readonly token: TestStablecoin;
  readonly client: HardhatEthersSigner;
  readonly owner: HardhatEthersSigner;
  readonly operator: HardhatEthersSigner;
  readonly beneficiary: HardhatEthersSigner;
  readonly stranger: HardhatEthersSigner;
  /** Pieces by root, so that a proof can be made from what is listed on the chain. */
  readonly pieces: Map<string, TestPiece>;
}

/** A fresh market, as if this test were the only one. */
export function freshMarket(): Promise<TestMarket> {
  return helpers.loadFixture(deployDefault);
}

/** The same with a bond for challenges. */
export function bondedMarket(): Promise<TestMarket> {
  return helpers.loadFixture(deployBonded);
}

async function deployDefault() {
  return deployMarket();
}

async function deployBonded() {
  return deployMarket({ challengeBond: BOND });
}

/** A market with one provider (id 1, floor 4^6 units, 1,000 dollars of stake) and a client with an allowance. */
export async function deployMarket(
  parameters: Partial<IMarketState.ParametersStruct> = {},
  tokenName = "TestStablecoin",
): Promise<TestMarket> {
  await helpers.setCode(HISTORY, HISTORY_CODE);
  const [deployer, client, owner, operator, beneficiary, stranger] = await ethers.getSigners();
  if (!deployer || !client || !owner || !operator || !beneficiary || !stranger) {
    throw new Error("the test network has too few accounts");
  }
  const genesis = (Math.floor((await helpers.time.latest()) / LENGTH) + 1) * LENGTH;
  await helpers.time.increaseTo(genesis);
  const token = (await ethers.deployContract(tokenName)) as unknown as TestStablecoin;
  const beacon = (await ethers.deployContract("PrevrandaoBeacon", [
    QUIET,
  ])) as unknown as PrevrandaoBeacon;
  const market = (await ethers.deployContract("StorageMarket", [
    {
      token: await token.getAddress(),
      beacon: await beacon.getAddress(),
      genesis,
      periodLength: LENGTH,
      delay: DELAY,
      baseSamples: 5,
      maxTerm: 366,
      minCollateral: 1_000,
      challengeBond: 0,
      ...parameters,
    },
  ])) as unknown as StorageMarket;
  for (const account of [client, owner]) {
    await token.mint(account, 1_000_000n * DOLLAR);
    await token.connect(account).approve(market, MaxUint256);
  }
  const net: TestMarket = {
    ethers,
    helpers,
    market,
    beacon,
    token,
    client,
    owner,
    operator,
    beneficiary,
    stranger,
    pieces: new Map(),
  };
  await registerProvider(net);
  return net;
}

/** Registers and stakes one more provider id of the same owner and operator. */
export async function registerProvider(net: TestMarket, stake = 1_000n * DOLLAR) {
  const { market, owner, operator, beneficiary } = net;
  await market
    .connect(owner)
    .register(operator, beneficiary, 4n ** 6n, 2n ** 96n - 1n, "http://127.0.0.1:1");
  const id = await market.providerCount();
  await market.connect(owner).stake(id, stake, ALLOWANCE);
  return id;
}

let pieceSeed = 0;

/** A piece of random data at 100 units a period and 33 periods of collateral (M = 1: slash factor 17). */
export function newPiece(net: TestMarket, size = 1_000): IMarketState.PieceStruct {
  const piece = testPiece(testBytes(size, pieceSeed++));
  net.pieces.set(piece.root, piece);
  return { root: piece.root, size: piece.size, rate: 1_000, slashFactor: 17, contentCid: "0x" };
}

let nonce = 0n;

export async function newOffer(net: TestMarket, changes: Partial<Offer> = {}): Promise<Offer> {
  return {
    provider: 1,
    client: net.client.address,
    firstPeriod: 0,
    periods: 10,
    maxMisses: 1,
    notice: 3,
    termsHash: ZeroHash,
    expiry: (await net.helpers.time.latest()) + 3_600,
    nonce: nonce++,
    pieces: changes.pieces ?? [newPiece(net)],
    ...changes,
  };
}

export async function sign(
  net: TestMarket,
  offer: Offer,
  signer = net.operator,
): Promise<SignedOffer> {
  return { offer, signature: await signer.signTypedData(await domainOf(net), offerTypes, offer) };
}

/** What the signatures of offers and consents are bound to. */
export async function domainOf(net: TestMarket) {
  return {
    name: "Holdfast",
    version: "1",
    chainId: (await net.ethers.provider.getNetwork()).chainId,
    verifyingContract: await net.market.getAddress(),
  };
}

/** Opens as the client, the offers signed by the operator as they are. */
export async function openOffers(
  net: TestMarket,
  offers: Offer[],
  manifest = "0x",
  owner: string = ZeroAddress,
) {
  const signed = await Promise.all(offers.map((offer) => sign(net, offer)));
  return net.market.connect(net.client).open(signed, ALLOWANCE, owner, manifest);
}

/** Opens one offer with `changes` as the client; returns the first deal's id. */
export async function openDeal(net: TestMarket, changes: Partial<Offer> = {}): Promise<bigint> {
  const signed = await sign(net, await newOffer(net, changes));
  await net.market.connect(net.client).open([signed], ALLOWANCE, ZeroAddress, "0x");
  return (await net.market.dealCount()) - BigInt(signed.offer.pieces.length) + 1n;
}
