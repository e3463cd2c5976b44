import { expect } from "chai";
import { type BaseContract, type ParamType, ZeroAddress } from "ethers";
import type { HookToken, RebasingToken } from "../../sdk/src/typechain/index.ts";
import { expectConserved, liveDeal } from "./support/deals.ts";
import {
  ALLOWANCE,
  BOND,
  deployMarket,
  newOffer,
  openDeal,
  openOffers,
  type TestMarket,
} from "./support/market.ts";

const STAKE = 100n;
const AMOUNT = 1_000n;
/** Functions of a market that change state. */
const GUARDED = 27;

/** The client and the owner have balances, and a deal is live, before the token shows what it is. */
async function marketOf(token: string) {
  const net = await deployMarket({ challengeBond: BOND }, token);
  await net.market.connect(net.owner).unstake(1n, AMOUNT);
  await net.market.connect(net.client).cancel(await openDeal(net, { firstPeriod: 9 }));
  return { net, deal: await liveDeal(net) };
}

type Zoo = Awaited<ReturnType<typeof marketOf>>;
type Act = "stake" | "open" | "challenge" | "withdraw" | "push";

/** All that moves tokens. */
const acts: Record<Act, (zoo: Zoo) => Promise<unknown>> = {
  stake: ({ net }) => net.market.connect(net.owner).stake(1n, STAKE, ALLOWANCE),
  open: async ({ net }) => openOffers(net, [await newOffer(net)]),
  challenge: ({ net, deal }) => net.market.connect(net.client).challenge(deal, 0n, ALLOWANCE),
  withdraw: ({ net }) => net.market.connect(net.client).withdraw(net.client, AMOUNT),
  push: ({ net }) => net.market.connect(net.stranger).push(net.owner),
};

const every = (error: string): Record<Act, string> => ({
  stake: error,
  open: error,
  challenge: error,
  withdraw: error,
  push: error,
});

type Animal = {
  readonly token: string;
  readonly what: string;
  /** What the token does to all before the acts. */
  readonly turn?: (token: BaseContract, net: TestMarket) => Promise<unknown>;
  /** Errors by act; an act that is not named works. */
  readonly refused?: Partial<Record<Act, string>>;
  /** Whether the market may have another amount than it owes. */
  readonly inexact?: boolean;
};

const call =
  (name: string, ...args: unknown[]) =>
  (token: BaseContract) =>
    token.getFunction(name)(...args);

const zoo: Animal[] = [
  { token: "NoReturnToken", what: "returns nothing" },
  {
    token: "FalseToken",
    what: "returns false",
    turn: call("fail"),
    refused: every("SafeERC20FailedOperation"),
  },
  { token: "NonZeroAmountToken", what: "refuses to move nothing" },
  { token: "NonZeroAddressToken", what: "refuses the zero address" },
  { token: "HugeReturnToken", what: "returns 256 kB" },
  {
    token: "RebasingToken",
    what: "doubled all balances",
    turn: call("rebase", 200n),
    inexact: true,
  },
  { token: "RebasingToken", what: "halved all balances", turn: call("rebase", 50n), inexact: true },
  {
    token: "BlocklistToken",
    what: "has blocked the client",
    turn: (token, { client }) => call("setBlocked", client.address, true)(token),
    refused: { open: "Blocked", challenge: "Blocked", withdraw: "Blocked" },
  },
  {
    token: "BlocklistToken",
    what: "has blocked the market",
    turn: async (token, { market }) => call("setBlocked", await market.getAddress(), true)(token),
    refused: every("Blocked"),
  },
  {
    token: "PausableToken",
    what: "is paused",
    turn: call("setPaused", true),
    refused: every("Paused"),
  },
  {
    token: "UpgradingToken",
    what: "takes a fee since the middle of a deal",
    turn: call("upgrade"),
    refused: { stake: "TokenNotExact", open: "TokenNotExact", challenge: "TokenNotExact" },
  },
  ...[0, 2, 18, 36].map((places) => ({
    token: "DecimalsToken",
    what: `has ${places} decimals`,
    turn: call("setDecimals", places),
  })),
];

/** What everybody can claim, and what acts add to it. */
async function claims({ market, client, owner, beneficiary }: TestMarket) {
  return {
    client: await market.balanceOf(client),
    owner: await market.balanceOf(owner),
    beneficiary: await market.balanceOf(beneficiary),
    free: (await market.providerOf(1n)).free,
    deals: await market.dealCount(),
    challenged: (await market.dealOf(2n)).challengedAt,
  };
}

describe("a token that", () => {
  for (const { token: name, what, turn, refused = {}, inexact } of zoo) {
    it(`${what} ${Object.keys(refused).length === 0 ? "works" : `is refused for ${Object.keys(refused).join(", ")}, and nobody loses by it`} [PAY-7]`, async () => {
      const animal = await marketOf(name);
      const { net } = animal;
      const token = net.token as unknown as BaseContract;
      await turn?.(token, net);
      for (const [act, run] of Object.entries(acts)) {
        const before = await claims(net);
        const error = refused[act as Act];
        if (error) {
          const thrower = token.interface.getError(error) ? token : net.market;
          await expect(run(animal), act).to.be.revertedWithCustomError(thrower, error);
          expect(await claims(net), act).to.deep.equal(before);
        } else {
          await run(animal);
          expect(await claims(net), act).to.not.deep.equal(before);
        }
      }
      if (!inexact) await expectConserved(net);
      // What moves no token goes on, whatever the token does.
      await net.market.connect(net.owner).unstake(1n, AMOUNT);
      await net.market.settle([2n]);
    });
  }

  it("takes a fee from the start brings no stake in, to the unit [PAY-7]", async () => {
    const failure = await marketOf("FeeToken").catch(String);
    expect(failure).to.include("TokenNotExact(1000000000, 999000000)");
  });

  it("refuses to move nothing is never asked to [PAY-7]", async () => {
    const { net } = await marketOf("NonZeroAmountToken");
    const { market, owner, client, stranger } = net;
    await market.connect(owner).stake(1n, 0n, ALLOWANCE);
    await market.connect(client).withdraw(client, 0n);
    await market.connect(client).push(stranger);
  });

  it("halved all balances pays while it lasts, and leaves the claim of who comes last [PAY-7]", async () => {
    const { net } = await marketOf("RebasingToken");
    const { market, owner } = net;
    const token = net.token as unknown as RebasingToken;
    await token.rebase(50n);
    const { free } = await market.providerOf(1n);
    await market.connect(owner).unstake(1n, free);
    await expect(market.connect(owner).push(owner)).to.be.revertedWithCustomError(
      token,
      "ERC20InsufficientBalance",
    );
    expect(await market.balanceOf(owner)).to.equal(free + AMOUNT);
    await market.connect(owner).withdraw(owner, AMOUNT);
    expect(await market.balanceOf(owner)).to.equal(free);
  });

  it("doubled all balances makes nobody richer in the market [PAY-7]", async () => {
    const { net } = await marketOf("RebasingToken");
    const before = await claims(net);
    await (net.token as unknown as RebasingToken).rebase(200n);
    expect(await claims(net)).to.deep.equal(before);
  });

  it("is paused pays again when it is not, all that was earned meanwhile too [PAY-7]", async () => {
    const animal = await marketOf("PausableToken");
    const token = animal.net.token as unknown as BaseContract;
    await call("setPaused", true)(token);
    await animal.net.market.connect(animal.net.client).cancel(animal.deal);
    await call("setPaused", false)(token);
    for (const act of [acts.withdraw, acts.push, acts.stake]) await act(animal);
    await expectConserved(animal.net);
  });

  it("calls back from the middle of a transfer finds every mutator closed, either way, and views open [PAY-7]", async () => {
    const animal = await marketOf("HookToken");
    const { net } = animal;
    const { interface: abi } = net.market;
    const token = net.token as unknown as HookToken;
    const guarded: string[] = [];
    abi.forEachFunction((fragment) => {
      if (fragment.constant) return;
      const args = fragment.inputs.map(anyValue);
      guarded.push(abi.encodeFunctionData(fragment as never, args as never));
    });
    const settle = abi.encodeFunctionData("settle", [[]]);
    const messages = guarded.map((message) =>
      message.startsWith(abi.getFunction("multicall").selector)
        ? abi.encodeFunctionData("multicall", [[settle]])
        : message,
    );
    expect(messages).to.have.length(GUARDED);
    const selector = abi.getError("ReentrancyGuardReentrantCall")?.selector;
    for (const act of ["stake", "withdraw", "open", "challenge", "push"] as const) {
      await token.setHook(net.market, messages);
      await acts[act](animal);
      const answers = (await token.answers()).map((answer) => answer.slice(0, 10));
      expect(answers, act).to.deep.equal(messages.map(() => selector));
    }
    await token.setHook(net.market, [abi.encodeFunctionData("dealOf", [2n])]);
    await acts.stake(animal);
    expect((await token.answers())[0]).to.have.length.greaterThan(1_000);
    await token.setHook(ZeroAddress, []);
    await expectConserved(net);
  });
});

/** Some value of the type; the guard comes before anybody looks at it. */
function anyValue(type: ParamType): unknown {
  if (type.isArray()) return [];
  if (type.isTuple()) return type.components.map(anyValue);
  if (type.type === "address") return ZeroAddress;
  if (type.type === "string") return "";
  if (type.type.startsWith("bytes")) return "0x";
  return 1n;
}
