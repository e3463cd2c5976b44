import { consentOf, pathOf } from "./deals.ts";
import { ALLOWANCE, type TestMarket } from "./market.ts";

/** Acts upon a deal by those who are its parties at the beginning: `stranger` and `operator` are whom it goes to. */

export const cancel = ({ market, client }: TestMarket, id: bigint) =>
  market.connect(client).cancel(id);

export async function terminate(net: TestMarket, id: bigint) {
  const consent = await consentOf(net, id, net.beneficiary, net.client);
  return net.market.connect(net.client).terminate(id, consent);
}

export const abandon = ({ market, owner }: TestMarket, id: bigint) =>
  market.connect(owner).abandon(id);

export const challenge = ({ market, client }: TestMarket, id: bigint) =>
  market.connect(client).challenge(id, 0, ALLOWANCE);

export const answer = async (net: TestMarket, id: bigint) =>
  net.market.answer(id, await pathOf(net, id, 0));

export const transfer = ({ market, client, stranger }: TestMarket, id: bigint) =>
  market.connect(client).transferDeal(id, stranger);

export const assign = ({ market, owner, operator }: TestMarket, id: bigint) =>
  market.connect(owner).assignPayee(id, operator);
