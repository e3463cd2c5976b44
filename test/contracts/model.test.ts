import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { expect } from "chai";
import { id as hashOf, MaxUint256, ZeroAddress } from "ethers";
import * as model from "../model/market.ts";
import { consentOf, pathOf } from "./support/deals.ts";
import {
  ALLOWANCE,
  BOND,
  bondedMarket,
  DOLLAR,
  enterPeriod,
  newOffer,
  newPiece,
  proofFor,
  prove,
  registerProvider,
  sign,
  type TestMarket,
} from "./support/market.ts";

const STEPS = 200;
const MAX_DEALS = 10;
/** Histories go on from the first word of the bits into the second. */
const FIRST_PERIOD = 250;

/** One act twice: on the market, and on its model. */
interface Act {
  readonly name: string;
  real(): Promise<unknown>;
  modelled(market: model.Market): void;
}

interface Game {
  readonly net: TestMarket;
  readonly accounts: HardhatEthersSigner[];
  market: model.Market;
  /** A whole number below `n`. */
  readonly below: (n: number) => number;
}

async function newGame(seed: string): Promise<Game> {
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
  return {
    name: "open",
    real: () => net.market.connect(net.client).open([signed], ALLOWANCE, ZeroAddress, "0x"),
    modelled: (market) =>
      model.open(market, {
        ...terms,
        rate: BigInt(piece.rate),
        slashFactor: BigInt(piece.slashFactor),
      }),
  };
}

async function proveAct({ net, market, below }: Game): Promise<Act | undefined> {
  const provider = below(2);
  const drawable = market.deals.some(
    (deal) => deal.provider === provider && deal.start <= market.period && market.period < deal.end,
  );
  if (!drawable) return undefined;
  const proof = await proofFor(net, BigInt(provider + 1));
  expect(proof).not.to.equal("0x");
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
  const connected = net.market.connect(account);
  const of = (other: model.Market) => other.deals[index] as model.Deal;
  switch (name) {
    case "cancel":
      return {
        name,
        real: () => connected.cancel(id),
        modelled: (other) => model.cancel(other, caller, of(other)),
      };
    case "terminate": {
      const signer = signerOf(game, caller === deal.client ? payee : deal.client);
      const consent = await consentOf(net, id, signer, account);
      return {
        name,
        real: () => connected.terminate(id, consent),
        modelled: (other) => model.terminate(other, caller, of(other)),
      };
    }
    case "abandon":
      return {
        name,
        real: () => connected.abandon(id),
        modelled: (other) => model.abandon(other, caller, of(other)),
      };
    case "transferDeal":
      return {
        name,
        real: () => connected.transferDeal(id, to),
        modelled: (other) => model.transferDeal(other, caller, of(other), to),
      };
    case "assignPayee":
      return {
        name,
        real: () => connected.assignPayee(id, to),
        modelled: (other) => model.assignPayee(other, caller, of(other), to),
      };
    default:
      return {
        name,
        real: () => connected.challenge(id, 0, ALLOWANCE),
        modelled: (other) => model.challenge(other, caller, of(other)),
      };
  }
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

async function nextAct(game: Game): Promise<Act | undefined> {
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

/* COMPARING */

/** Plays one act on both sides; both take it, or both refuse. */
async function play(game: Game, act: Act): Promise<boolean> {
  const next = structuredClone(game.market);
  let reason: string | undefined;
  try {
    act.modelled(next);
  } catch (error) {
    if (!(error instanceof model.Refused)) throw error;
    reason = error.message;
  }
  const refusal = await refusalOf(act.real());
  const context = `${act.name}: the model says ${reason ?? "yes"}, the market ${refusal ?? "yes"}`;
  expect(refusal === undefined, context).to.equal(reason === undefined);
  if (reason === undefined) game.market = next;
  return reason === undefined;
}

/** The name of the error that the market refuses with. */
async function refusalOf(act: Promise<unknown>): Promise<string | undefined> {
  try {
    await act;
    return undefined;
  } catch (error) {
    const name = /custom error '(\w+)/.exec(String(error))?.[1];
    if (!name) throw error;
    return name;
  }
}

async function expectSame({ net, market, accounts }: Game, after: string) {
  for (const account of accounts) {
    const balance = await net.market.balanceOf(account);
    expect(balance, `balance after ${after}`).to.equal(model.balanceOf(market, account.address));
  }
  for (const [i, provider] of market.providers.entries()) {
    expect((await net.market.providerOf(i + 1)).free, `stake after ${after}`).to.equal(
      provider.free,
    );
  }
  for (const i of market.deals.keys()) {
    expect(await realDeal(net, i + 1), `deal ${i + 1} after ${after}`).to.deep.equal(
      modelledDeal(market, i),
    );
  }
}

async function realDeal(net: TestMarket, id: number) {
  const deal = await net.market.dealOf(id);
  return {
    client: deal.client,
    payee: deal.payee,
    end: Number(deal.end),
    settledUpTo: Number(deal.settledUpTo),
    missed: Number(deal.missed),
    closed: deal.closed,
    forfeited: deal.forfeited,
    challengedAt: Number(deal.challengedAt),
    defaulted: deal.defaulted,
    escrow: deal.escrow,
    collateral: deal.collateral,
    toOthers: deal.earned + deal.refund + deal.compensation + deal.unlocked,
  };
}

/** A deal as it stands, and as it were if it were settled now. */
function modelledDeal(market: model.Market, index: number) {
  const deal = market.deals[index] as model.Deal;
  const later = structuredClone(market);
  const settled = later.deals[index] as model.Deal;
  model.settle(later, settled);
  return {
    client: deal.client,
    payee: model.payeeOf(market, deal),
    end: deal.end,
    settledUpTo: deal.settledUpTo,
    missed: deal.misses,
    closed: deal.closed,
    forfeited: deal.forfeited,
    challengedAt: deal.challengedAt ?? 0,
    defaulted: settled.forfeited,
    escrow: settled.escrow,
    collateral: settled.collateral,
    toOthers: deal.escrow + deal.collateral - settled.escrow - settled.collateral,
  };
}

describe("the market and its model", () => {
  const all = new Set<string>();

  for (const seed of ["a", "b", "c", "d"]) {
    it(`agree after each of ${STEPS} random acts, taken or refused (seed ${seed}) [PAY-4]`, async () => {
      const game = await newGame(seed);
      for (let step = 0; step < STEPS; step++) {
        const act = await nextAct(game);
        if (!act) continue;
        if (await play(game, act)) all.add(act.name);
        await expectSame(game, `step ${step}, ${act.name}`);
      }
    });
  }

  it("have taken each kind of act: histories of refusals would agree as well", () => {
    expect([...all].sort()).to.deep.equal([
      "abandon",
      "answer",
      "assignPayee",
      "cancel",
      "challenge",
      "giveUp",
      "open",
      "prove",
      "settle",
      "terminate",
      "time",
      "transferDeal",
      "unstake",
      "withdraw",
    ]);
  });
});
