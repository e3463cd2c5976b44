import { estimate, type Figure, type Run, type Section } from "./figures.ts";
import { capitalCost } from "./formulas.ts";
import { randomFrom } from "./random.ts";
import { CAPITAL_PER_YEAR, type Deal, defaultDeal } from "./rules.ts";
import { settle } from "./term.ts";
import { number, signed } from "./text.ts";

const TERMS = 2_000;

/** A provider that is its own client: what both its addresses have together afterwards, and what the locked money cost. */
export function washDeals(run: Run): Section {
  const random = randomFrom(run.seed, "wash");
  const figures: Figure[] = [];
  const rows = [30, 90, 365].map((term) => {
    const deal = defaultDeal(term);
    const nets = [1, 0.9, 0].map((rate) => {
      const { mean, sigma } = estimate(TERMS * run.samples, () =>
        washNet(deal, () => random.share() < rate),
      );
      figures.push({
        name: `wash deal of ${term} periods, proven ${rate}`,
        derived: 0,
        simulated: mean,
        sigma,
      });
      return number(mean, 3);
    });
    const derived = -capitalCost(deal.collateral + (term + 1) / 2, CAPITAL_PER_YEAR);
    figures.push({
      name: `capital of a wash deal of ${term} periods`,
      derived,
      simulated: -capitalOf(deal),
      sigma: 0,
      claim: "loses",
    });
    return [number(term), ...nets, `${signed(derived, 4)} r`];
  });
  return {
    ...{
      id: "wash",
      title: "Wash deals: what provider and client, the same person, gain together, in r",
    },
    heading: ["term", "all proven", "9 of 10 proven", "none proven", "capital, per period"],
    ...{
      rows,
      figures,
      verdict: "They net to zero in every history, less gas and the price of the locked money.",
    },
  };
}

function washNet(deal: Deal, proven: () => boolean): number {
  const { earned, slashed, refunded } = settle(deal, proven);
  const asProvider = earned - slashed;
  const asClient = refunded - deal.term;
  return asProvider + asClient;
}

/** Period by period, all proven and settled at once: the collateral and what is left of the price are locked. */
function capitalOf(deal: Deal): number {
  let cost = 0;
  for (let left = deal.term; left > 0; left--)
    cost += capitalCost(deal.collateral + left, CAPITAL_PER_YEAR);
  return cost / deal.term;
}
