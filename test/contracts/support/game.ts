import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { id as hashOf, MaxUint256, ZeroAddress } from "ethers";
import * as model from "../../model/market.ts";
import { consentOf, pathOf } from "./deals.ts";
import {
  ALLOWANCE,
  BOND,
  bondedMarket,
  DOLLAR,
  enterPeriod,
  newOffer,
  newPiece,
  prove,
  registerProvider,
  sign,
  type TestMarket,
} from "./market.ts";

const MAX_DEALS = 10;
/** Histories go on from the first word of the bits into the second. */
const FIRST_PERIOD = 250;

/** Random histories that are played twice: on a market, and on its model. */

/** One act twice: on the market, and on its model. */
export interface Act {
  readonly name: string;
  real(): Promise<unknown>;
  modelled(market: model.Market): void;
}

export interface Game {
  readonly net: TestMarket;
  readonly accounts: HardhatEthersSigner[];
  market: model.Market;
  /** A whole number below `n`. */
  readonly below: (n: number) => number;
}

export async function newGame(seed: string): Promise<Game> {
  const net = await bondedMarket();
  await registerProvider(net, 2n * DOLLAR);
  await enterPeriod(net, FIRST_PERIOD);
  const { client, owner, operator, beneficiary, stranger } = net;
  const accounts = [client, owner, operator, beneficiary, stranger];
  for (const account of accounts) {
    await net.token.mint(account, 1_000n * DOLLAR);
    await net.token.connect(account).approve(net.market, MaxUint256);
  }
  const providers = [1_000n, 2n].map((dollars) => ({
    owner: owner.address,
    beneficiary: beneficiary.address,
    free: dollars * DOLLAR,
    proven: new Set<number>(),
    gaveUpAt: 0,
  }));
  let count = 0;
  return {
    net,
    accounts,
    market: { bond: BOND, period: FIRST_PERIOD, providers, deals: [], balances: new Map() },
    below: (n) => Number(BigInt(hashOf(`${seed}/${count++}`)) % BigInt(n)),
  };
}

/* ACTS */

async function openAct({ net, below }: Game): Promise<Act> {
  const provider = below(2);
  const terms = {
    provider,
    client: net.client.address,
    firstPeriod: Number(await net.market.period()) + below(4),
    periods: 1 + below(below(2) === 0 ? 4 : 24),
    maxMisses: below(3),
    notice: below(3),
  };
  const piece = { ...newPiece(net), rate: 1_000 + below(1_000), slashFactor: 17 + below(100) };
  const signed = await sign(
    net,
    await newOffer(net, { ...terms, provider: provider + 1, pieces: [piece] }),
  );
  const price = { rate: BigInt(piece.rate), slashFactor: BigInt(piece.slashFactor) };
  return {
    name: "open",
    real: () => net.market.connect(net.client).open([signed], ALLOWANCE, ZeroAddress, "0x"),
    modelled: (market) => model.open(market, { ...terms, ...price }),
  };
}

async function proveAct({ net, market, below }: Game): Promise<Act | undefined> {
  const provider = below(2);
  const drawable = market.deals.some(
    (deal) => deal.provider === provider && deal.start <= market.period && market.period < deal.end,
  );
  if (!drawable) return undefined;
  return {
    name: "prove",
    real: () => prove(net, BigInt(provider + 1)),
    modelled: (other) => model.prove(other, provider),
  };
}

/** An act upon a deal by somebody, at most times by who may. */
async function dealAct(game: Game): Promise<Act | undefined> {
  const { net, market, below } = game;
  const index = pickDeal(game);
  if (index === undefined) return undefined;
  const deal = market.deals[index] as model.Deal;
  const id = BigInt(index + 1);
  const payee = model.payeeOf(market, deal);
  const name = ["cancel", "terminate", "abandon", "transferDeal", "assignPayee", "challenge"][
    below(6)
  ] as string;
  const rightful = {
    cancel: deal.client,
    terminate: below(2) === 0 ? deal.client : payee,
    abandon: net.owner.address,
    transferDeal: deal.client,
    assignPayee: deal.payee ?? net.owner.address,
    challenge: deal.client,
  }[name];
  const account = below(8) === 0 ? pick(game) : signerOf(game, rightful as string);
  const caller = account.address;
  const to = pick(game).address;
  return {
    name,
    real: await realDealAct(game, { name, id, account, to, deal }),
    modelled: (other) => modelledDealAct(name, other, caller, other.deals[index] as model.Deal, to),
  };
}

interface DealAct {
  readonly name: string;
  readonly id: bigint;
  readonly account: HardhatEthersSigner;
  readonly to: string;
  readonly deal: model.Deal;
}

async function realDealAct(game: Game, { name, id, account, to, deal }: DealAct) {
  const connected = game.net.market.connect(account);
  if (name === "cancel") return () => connected.cancel(id);
  if (name === "abandon") return () => connected.abandon(id);
  if (name === "transferDeal") return () => connected.transferDeal(id, to);
  if (name === "assignPayee") return () => connected.assignPayee(id, to);
  if (name === "challenge") return () => connected.challenge(id, 0, ALLOWANCE);
  const other = account.address === deal.client ? model.payeeOf(game.market, deal) : deal.client;
  const consent = await consentOf(game.net, id, signerOf(game, other), account);
  return () => connected.terminate(id, consent);
}

function modelledDealAct(
  name: string,
  market: model.Market,
  caller: string,
  deal: model.Deal,
  to: string,
): void {
  if (name === "cancel") model.cancel(market, caller, deal);
  else if (name === "abandon") model.abandon(market, caller, deal);
  else if (name === "transferDeal") model.transferDeal(market, caller, deal, to);
  else if (name === "assignPayee") model.assignPayee(market, caller, deal, to);
  else if (name === "challenge") model.challenge(market, caller, deal);
  else model.terminate(market, caller, deal);
}

async function answerOrSettleAct(game: Game): Promise<Act | undefined> {
  const { net, market, below } = game;
  const challenged = market.deals.findIndex((deal) => deal.challengedAt !== undefined);
  const index = challenged >= 0 && below(3) !== 0 ? challenged : pickDeal(game);
  if (index === undefined) return undefined;
  const id = BigInt(index + 1);
  const of = (other: model.Market) => other.deals[index] as model.Deal;
  if (below(2) === 0) {
    return {
      name: "settle",
      real: () => net.market.settle([id]),
      modelled: (other) => model.settle(other, of(other)),
    };
  }
  const path = await pathOf(net, id, 0);
  return {
    name: "answer",
    real: () => net.market.answer(id, path),
    modelled: (other) => model.answer(other, of(other)),
  };
}

async function accountAct(game: Game): Promise<Act> {
  const { net, market, below } = game;
  const provider = below(2);
  const account = below(4) === 0 ? pick(game) : net.owner;
  const connected = net.market.connect(account);
  const amount = BigInt(below(400_000));
  const kind = below(6);
  if (kind === 0) {
    return {
      name: "giveUp",
      real: () => connected.giveUp(provider + 1, market.period),
      modelled: (other) => model.giveUp(other, account.address, provider),
    };
  }
  if (kind < 3) {
    return {
      name: "unstake",
      real: () => connected.unstake(provider + 1, amount),
      modelled: (other) => model.unstake(other, account.address, provider, amount),
    };
  }
  const holder = pick(game);
  return {
    name: "withdraw",
    real: () => net.market.connect(holder).withdraw(holder, amount),
    modelled: (other) => model.withdraw(other, holder.address, amount),
  };
}

const pick = ({ accounts, below }: Game) => accounts[below(accounts.length)] as HardhatEthersSigner;

/** Mostly one that is not over. */
function pickDeal({ market, below }: Game): number | undefined {
  const all = [...market.deals.keys()];
  const open = all.filter((i) => !market.deals[i]?.closed);
  const among = open.length > 0 && below(8) !== 0 ? open : all;
  return among[below(Math.max(1, among.length))];
}

function signerOf({ accounts }: Game, address: string): HardhatEthersSigner {
  const found = accounts.find((account) => account.address === address);
  if (!found) throw new Error(`nobody here is ${address}`);
  return found;
}

export async function nextAct(game: Game): Promise<Act | undefined> {
  const kind = game.below(20);
  if (kind < 2) return game.market.deals.length < MAX_DEALS ? openAct(game) : undefined;
  if (kind < 7) return proveAct(game);
  if (kind < 12) return dealAct(game);
  if (kind < 16) return answerOrSettleAct(game);
  if (kind < 17) return accountAct(game);
  const period = game.market.period + (game.below(6) === 0 ? 2 : 1);
  return {
    name: "time",
    real: () => enterPeriod(game.net, period),
    modelled: (market) => {
      market.period = period;
    },
  };
}
