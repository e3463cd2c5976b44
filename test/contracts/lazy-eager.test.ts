import { expect } from "chai";
import fc from "fast-check";
import { abandon, answer, assign, cancel, challenge, terminate, transfer } from "./support/acts.ts";
import { expectConserved } from "./support/deals.ts";
import { bondedMarket, enterPeriod, openDeal, prove, type TestMarket } from "./support/market.ts";

const acts = { abandon, answer, assign, cancel, challenge, terminate, transfer };

/** What happens in a period: perhaps an act, perhaps a proof behind it. */
interface Step {
  readonly act: keyof typeof acts | "none";
  readonly proven: boolean;
}

const step: fc.Arbitrary<Step> = fc.record({
  act: fc.oneof(
    { weight: 7, arbitrary: fc.constant("none" as const) },
    { weight: 1, arbitrary: fc.constant("abandon" as const) },
    { weight: 1, arbitrary: fc.constant("terminate" as const) },
    { weight: 2, arbitrary: fc.constantFrom("assign" as const, "cancel" as const) },
    { weight: 3, arbitrary: fc.constant("challenge" as const) },
    { weight: 3, arbitrary: fc.constant("answer" as const) },
    { weight: 1, arbitrary: fc.constant("transfer" as const) },
  ),
  proven: fc.boolean(),
});

/** Plays a plan from period 1 on, and settles at every boundary or in the end alone; tells refusals and all balances. */
async function play(net: TestMarket, id: bigint, plan: Step[], eager: boolean) {
  const refused: string[] = [];
  const settle = async () => eager && net.market.settle([id]);
  for (const [i, { act, proven }] of plan.entries()) {
    await enterPeriod(net, 1 + i);
    await settle();
    if (act !== "none") refused.push(await outcomeOf(acts[act](net, id)));
    await settle();
    // Nothing is listed in period 1 to prove.
    if (proven && i > 0) await prove(net);
  }
  await enterPeriod(net, 40);
  await net.market.settle([id]);
  await expectConserved(net);
  const { market, client, stranger, beneficiary, operator, owner } = net;
  const accounts = [client, stranger, beneficiary, operator, owner];
  return {
    refused,
    free: (await market.providerOf(1n)).free,
    balances: await Promise.all(accounts.map((account) => market.balanceOf(account))),
  };
}

/** The error's name, or "done". */
async function outcomeOf(act: Promise<unknown>): Promise<string> {
  try {
    await act;
    return "done";
  } catch (error) {
    const name = /custom error '(\w+)/.exec(String(error))?.[1];
    if (!name) throw error;
    return name;
  }
}

describe("lazy and eager", () => {
  it("are the same money and the same refusals, whatever befalls a deal [PAY-4]", async () => {
    const property = fc.asyncProperty(
      fc.array(step, { minLength: 9, maxLength: 9 }),
      fc.integer({ min: 0, max: 3 }),
      async (plan, maxMisses) => {
        const net = await bondedMarket();
        const id = await openDeal(net, { periods: 6, maxMisses, notice: 1 });
        // Always live, so that there is something to prove.
        await openDeal(net, { periods: 60 });
        const snapshot = await net.helpers.takeSnapshot();
        const lazy = await play(net, id, plan, false);
        await snapshot.restore();
        expect(await play(net, id, plan, true)).to.deep.equal(lazy);
      },
    );
    await fc.assert(property, { numRuns: 12, seed: 4 });
  }).timeout(120_000);
});
