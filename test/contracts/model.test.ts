import { expect } from "chai";
import * as model from "../model/market.ts";
import { type Act, type Game, newGame, nextAct } from "./support/game.ts";
import type { TestMarket } from "./support/market.ts";

const STEPS = 200;

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
