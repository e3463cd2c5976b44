import { brokenRules } from "./broken-rules.ts";
import { catchingBytes, catchingDeals } from "./catching.ts";
import { droppingByPeriod, droppingByTerm } from "./dropping.ts";
import type { Run, Section } from "./figures.ts";
import { hiding, stopping } from "./leaving.ts";
import { lostDeal } from "./lost-deal.ts";
import { chainLoad, detection, gasPerDeal, type Prices } from "./projection.ts";
import { seeds } from "./seeds.ts";
import { adaptiveShield, shieldBounds, shields } from "./shield.ts";
import { washDeals } from "./wash.ts";

/** Every table, in the order of docs/economics.md. */
export function simulate(run: Run, prices: Prices): Section[] {
  return [
    ...[catchingBytes(run), catchingDeals(run), droppingByPeriod(run), droppingByTerm(run)],
    ...[lostDeal(run), shields(run), shieldBounds(), adaptiveShield(run)],
    ...[seeds(run), washDeals(run), stopping(), hiding(run), brokenRules(run)],
    ...[gasPerDeal(prices), chainLoad(prices), detection(run)],
  ];
}
