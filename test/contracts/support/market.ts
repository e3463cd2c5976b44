import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { AbiCoder, concat, decodeRlp, keccak256, MaxUint256, ZeroAddress, ZeroHash } from "ethers";
import { network } from "hardhat";
import { seedEvidence } from "holdfast/market";
import type {
  IStorageMarket,
  PrevrandaoBeacon,
  StorageMarket,
  TestStablecoin,
} from "../../../sdk/src/typechain/index.ts";
import { HISTORY, HISTORY_CODE } from "./history.ts";
import { type TestPiece, testBytes, testPiece } from "./piece.ts";

export const LENGTH = 1_000;
export const DELAY = 100;
/** Seconds without a header after which the beacon allows a mark, as in production. */
const QUIET = 36 * 3600;
export const DOLLAR = 1_000_000n;
export const ALLOWANCE = { kind: 0, data: "0x" };

/** Place of prevrandao in a block's header. */
const MIX_HASH = 13;

export type Offer = IStorageMarket.OfferStruct & { pieces: IStorageMarket.PieceStruct[] };
type SignedOffer = IStorageMarket.SignedOfferStruct;

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

async function deployDefault() {
  return deployMarket();
}

/** A market with one provider (id 1, floor 4^6 units, 1,000 dollars of stake) and a client with an allowance. */
export async function deployMarket(
  parameters: Partial<IStorageMarket.ParametersStruct> = {},
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
export function newPiece(net: TestMarket, size = 1_000): IStorageMarket.PieceStruct {
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
  const domain = {
    name: "Holdfast",
    version: "1",
    chainId: (await net.ethers.provider.getNetwork()).chainId,
    verifyingContract: await net.market.getAddress(),
  };
  return { offer, signature: await signer.signTypedData(domain, offerTypes, offer) };
}

/** Opens one offer with `changes` as the client; returns the first deal's id. */
export async function openDeal(net: TestMarket, changes: Partial<Offer> = {}): Promise<bigint> {
  const signed = await sign(net, await newOffer(net, changes));
  await net.market.connect(net.client).open([signed], ALLOWANCE, ZeroAddress, "0x");
  return (await net.market.dealCount()) - BigInt(signed.offer.pieces.length) + 1n;
}

/** Moves time to the seed of period `p` and mines the block that has it. */
export async function enterPeriod(net: TestMarket, p: bigint | number) {
  await net.helpers.time.increaseTo(await seedTime(net, p));
}

export async function seedTime(net: TestMarket, p: bigint | number): Promise<number> {
  const { genesis, periodLength, delay } = await net.market.parameters();
  return Number(genesis + (BigInt(p) - 1n) * periodLength + delay);
}

export async function evidence(net: TestMarket, p: bigint | number): Promise<string> {
  return seedEvidence(net.ethers.provider, await seedTime(net, p));
}

/** The proof that the market wants of a provider now, by a walk of its own over the chain's state. */
export async function proofFor(net: TestMarket, provider = 1n): Promise<string> {
  const { market, ethers } = net;
  const p = await market.period();
  const seed = await currentSeed(net, p);
  const record = await market.providerOf(provider);
  const frozen = record.touchedAt === p ? record.frozen : record.listed;
  const list = await market.listOf(provider, 0, frozen);
  const deals = new Map(
    await Promise.all([...new Set(list)].map(async (id) => [id, await market.dealOf(id)] as const)),
  );
  const needed = Number((await market.parameters()).baseSamples) + Math.floor(Number(frozen) / 128);
  const { chainId } = await ethers.provider.getNetwork();
  const paths: string[] = [];
  for (let step = 0; paths.length < needed; step++) {
    if (step >= 64 * needed) throw new Error("no live deals to draw from");
    const word = BigInt(
      keccak256(
        AbiCoder.defaultAbiCoder().encode(
          ["uint256", "uint256", "address", "uint32", "uint32", "uint256"],
          [seed, chainId, await market.getAddress(), provider, p, step],
        ),
      ),
    );
    const deal = deals.get(list[Number((word >> 128n) % frozen)] as bigint);
    if (!deal) throw new Error("a listed deal is missing");
    if (p < deal.start || p >= deal.end) continue;
    const piece = net.pieces.get(deal.root) as TestPiece;
    paths.push(piece.path(Number((word & (2n ** 128n - 1n)) % BigInt(piece.leaves))));
  }
  return concat(paths);
}

/** Proves the current period of a provider, capturing the seed; the clock must have reached it. */
export async function prove(net: TestMarket, provider = 1n, delist: number[] = []) {
  const p = await net.market.period();
  return net.market
    .connect(net.stranger)
    .prove(provider, p, await proofFor(net, provider), await evidence(net, p), delist);
}

/** Enters and proves each period up to and with `last`. */
export async function proveUpTo(net: TestMarket, last: bigint | number, provider = 1n) {
  for (let p = (await net.market.period()) + 1n; p <= BigInt(last); p++) {
    await enterPeriod(net, p);
    await prove(net, provider);
  }
}

/** The seed of `p`: the stored one, or what a capture would store. */
async function currentSeed(net: TestMarket, p: bigint): Promise<bigint> {
  const stored = await net.beacon.seedAt(await seedTime(net, p));
  if (stored !== 0n) return stored;
  const [header] = AbiCoder.defaultAbiCoder().decode(["bytes", "bytes"], await evidence(net, p));
  return BigInt(decodeRlp(header)[MIX_HASH] as string);
}
