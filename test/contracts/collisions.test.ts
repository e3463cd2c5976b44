import { expect } from "chai";
import { abandon, assign, cancel, challenge, terminate, transfer } from "./support/acts.ts";
import { COLLATERAL, expectConserved, RATE, SLASH, STAKE } from "./support/deals.ts";
import {
  BOND,
  bondedMarket,
  enterPeriod,
  openDeal,
  prove,
  type TestMarket,
} from "./support/market.ts";

/** What can befall a deal. Only misses take time: two periods. */
const acts = {
  cancel,
  terminate,
  abandon,
  challenge,
  async misses(net: TestMarket) {
    await enterPeriod(net, (await net.market.period()) + 2n);
  },
  transfer,
  assign,
};
type Act = keyof typeof acts;

/**
 * A deal of periods 2 to 7 with M = 1 and notice 1, proven in 2. Both acts come in 3, which is proven behind them as all later
 * periods are, but for those that were skipped as misses. Nobody answers a challenge.
 *
 * What becomes of it: periods paid to the beneficiary + the assigned payee | periods refunded to the client + the new client |
 * slashes paid to the client + the new client | the error of the second act, if it is refused.
 */
const outcomes: Record<Act, Record<Act, string>> = {
  cancel: {
    cancel: "3+0 | 3+0 | 0+0 | EndsEarlier",
    terminate: "2+0 | 4+0 | 0+0",
    abandon: "2+0 | 4+0 | 2+0",
    challenge: "1+0 | 5+0 | 2+0",
    misses: "1+0 | 5+0 | 2+0",
    transfer: "3+0 | 3+0 | 0+0",
    assign: "1+2 | 3+0 | 0+0",
  },
  terminate: {
    cancel: "2+0 | 4+0 | 0+0 | EndsEarlier",
    terminate: "2+0 | 4+0 | 0+0 | EndsEarlier",
    abandon: "2+0 | 4+0 | 2+0",
    challenge: "1+0 | 5+0 | 2+0",
    misses: "1+0 | 5+0 | 1+0",
    transfer: "2+0 | 4+0 | 0+0",
    assign: "1+1 | 4+0 | 0+0",
  },
  abandon: {
    cancel: "2+0 | 4+0 | 2+0 | EndsEarlier",
    terminate: "2+0 | 4+0 | 2+0 | EndsEarlier",
    abandon: "2+0 | 4+0 | 2+0 | DealForfeited",
    challenge: "2+0 | 4+0 | 2+0 | DealForfeited",
    misses: "1+0 | 5+0 | 2+0",
    transfer: "2+0 | 4+0 | 2+0",
    assign: "1+1 | 4+0 | 2+0",
  },
  challenge: {
    cancel: "1+0 | 5+0 | 2+0",
    terminate: "1+0 | 5+0 | 2+0 | ChallengeOpen",
    abandon: "1+0 | 5+0 | 2+0",
    challenge: "1+0 | 5+0 | 2+0 | ChallengeOpen",
    misses: "1+0 | 5+0 | 2+0",
    transfer: "1+0 | 5+0 | 2+0 | ChallengeOpen",
    assign: "1+0 | 5+0 | 2+0",
  },
  misses: {
    cancel: "1+0 | 5+0 | 2+0 | DealClosed",
    terminate: "1+0 | 5+0 | 2+0 | DealClosed",
    abandon: "1+0 | 5+0 | 2+0 | DealClosed",
    challenge: "1+0 | 5+0 | 2+0 | DealClosed",
    misses: "1+0 | 5+0 | 2+0",
    transfer: "1+0 | 5+0 | 2+0 | DealClosed",
    assign: "1+0 | 5+0 | 2+0 | DealClosed",
  },
  transfer: {
    cancel: "6+0 | 0+0 | 0+0 | NotClient",
    terminate: "6+0 | 0+0 | 0+0 | NotParty",
    abandon: "2+0 | 0+4 | 0+2",
    challenge: "6+0 | 0+0 | 0+0 | NotClient",
    misses: "1+0 | 0+5 | 0+2",
    transfer: "6+0 | 0+0 | 0+0 | NotClient",
    assign: "1+5 | 0+0 | 0+0",
  },
  assign: {
    cancel: "1+2 | 3+0 | 0+0",
    terminate: "1+5 | 0+0 | 0+0 | ConsentSignatureInvalid",
    abandon: "1+1 | 4+0 | 2+0",
    challenge: "1+0 | 5+0 | 2+0",
    misses: "1+0 | 5+0 | 2+0",
    transfer: "1+5 | 0+0 | 0+0",
    assign: "1+5 | 0+0 | 0+0 | NotPayee",
  },
};

/** The deal at the seed of period 3, beside one that is always live, so that there is always something to prove. */
async function dealAtThree() {
  const net = await bondedMarket();
  const id = await openDeal(net, { periods: 6, notice: 1 });
  await openDeal(net, { periods: 30 });
  await enterPeriod(net, 2);
  await prove(net);
  await enterPeriod(net, 3);
  return { net, id };
}

async function playOut(net: TestMarket, id: bigint) {
  await prove(net);
  for (let p = (await net.market.period()) + 1n; p <= 8n; p++) {
    await enterPeriod(net, p);
    await prove(net);
  }
  await net.market.settle([id]);
}

/** The balances in the words of the table; the bond of a challenge is back with who paid it. */
async function outcomeOf(
  { market, client, stranger, beneficiary, operator }: TestMarket,
  id: bigint,
) {
  const [paid, assigned] = [
    await market.balanceOf(beneficiary),
    await market.balanceOf(operator),
  ].map((balance) => balance / RATE);
  const bonds = await market.queryFilter(market.filters.Challenged(id));
  const [old, heir] = [
    (await market.balanceOf(client)) - BigInt(bonds.length) * BOND,
    await market.balanceOf(stranger),
  ].map((balance) => [(balance % SLASH) / RATE, balance / SLASH] as const);
  return `${paid}+${assigned} | ${old?.[0]}+${heir?.[0]} | ${old?.[1]}+${heir?.[1]}`;
}

describe("what befalls a deal twice", () => {
  for (const [first, row] of Object.entries(outcomes)) {
    for (const [second, expected] of Object.entries(row)) {
      it(`${first}, then ${second}: ${expected} [CHAL-4]`, async () => {
        const { net, id } = await dealAtThree();
        const [paid, refunded, slashed, error] = expected.split(" | ");
        await acts[first as Act](net, id);
        const act = Promise.resolve(acts[second as Act](net, id));
        if (error) await expect(act).to.be.revertedWithCustomError(net.market, error);
        else await act;
        await expectConserved(net);

        await playOut(net, id);

        expect(await outcomeOf(net, id)).to.equal(`${paid} | ${refunded} | ${slashed}`);
        const deal = await net.market.dealOf(id);
        expect([deal.closed, deal.escrow, deal.collateral]).to.deep.equal([true, 0n, 0n]);
        // Besides the other deal's, all collateral that was not slashed is free again.
        const slashes = slashed?.split("+").map(BigInt) ?? [];
        expect((await net.market.providerOf(1n)).free).to.equal(
          STAKE - COLLATERAL - slashes.reduce((sum, count) => sum + count, 0n) * SLASH,
        );
        await expectConserved(net);
      });
    }
  }
});
