import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Wallet } from "ethers";
import { market as openMarket, type ProviderInfo } from "holdfast/market";
import { fileBytes } from "./bytes/files.ts";
import { type Connection, connectChain } from "./chain/connection.ts";
import { follower as openFollower } from "./chain/follower.ts";
import { ownIds } from "./chain/ids.ts";
import { outbox as openOutbox } from "./chain/outbox.ts";
import { collection as collector } from "./collection.ts";
import { ConfigError, operatorKey, type ProviderConfig } from "./config.ts";
import { apiRoutes } from "./http/api.ts";
import { gatewayRoutes } from "./http/gateway.ts";
import { pieceRoutes } from "./http/pieces.ts";
import { router } from "./http/router.ts";
import { serve } from "./http/server.ts";
import { JournalBusyError } from "./journal/database.ts";
import type { Journal } from "./journal/journal.ts";
import { sqliteJournal } from "./journal/sqlite.ts";
import type { Log } from "./log.ts";
import { pollLoop, type Step } from "./loop.ts";
import { offers as offerDesk } from "./offers/offers.ts";
import { providerClasses } from "./offers/policy.ts";
import { quotes as quoteDesk } from "./offers/quotes.ts";
import { pieces as pieceStore } from "./pieces/pieces.ts";
import { challenges as answerer } from "./proving/challenges.ts";
import { proving as prover } from "./proving/proving.ts";
import { settings as settle } from "./settings.ts";
import { settlement as settler } from "./settlement.ts";
import { tusRoutes } from "./uploads/tus.ts";
import { uploads as uploadDesk } from "./uploads/uploads.ts";
import { version } from "./version.ts";

/** A daemon that serves, proves and settles until it is stopped. */
export type RunningProvider = {
  /** Where clients reach it. */
  readonly url: string;
  readonly operator: string;
  /** Ends requests and the work of a poll, then closes the journal. What was acknowledged is on the disk anyway. */
  stop(): Promise<void>;
};

/**
 * Runs a provider in this process.
 *
 * @throws ConfigError when the configuration, the data directory or the key do not fit; ProviderIdError when the chain
 * does not know the provider that way; HoldfastError MARKET_UNKNOWN, RPC_UNAVAILABLE
 * @example
 * const provider = await startProvider(parseConfig(JSON.parse(text)), { log });
 */
export async function startProvider(
  config: ProviderConfig,
  { log = () => undefined }: { readonly log?: Log } = {},
): Promise<RunningProvider> {
  const key = operatorKey(config);
  await mkdir(config.dataDir, { recursive: true });
  const journal = await openJournal(config.dataDir);
  try {
    const chain = await connectChain(config.rpc, config.market);
    try {
      return await start(config, { key, journal, chain, log });
    } catch (error) {
      chain.rpc.destroy();
      throw error;
    }
  } catch (error) {
    await journal.close();
    throw error;
  }
}

type Parts = {
  readonly key: string;
  readonly journal: Journal;
  readonly chain: Connection;
  readonly log: Log;
};

async function start(
  config: ProviderConfig,
  { key, journal, chain, log }: Parts,
): Promise<RunningProvider> {
  const { rpc, deployment } = chain;
  await bindJournal(journal, `eip155:${deployment.chainId}:${deployment.market}`, config.dataDir);

  const signer = new Wallet(key);
  const operator = signer.address;
  const market = openMarket(deployment, rpc);
  const ids = await ownIds(market, config.provider, operator);
  const settings = settle(config, deployment);
  const { limits, pollMs, termsHash } = settings;

  const follower = await openFollower({ rpc, journal, deployment, market, ids: ids.set, log });
  await follower.poll();
  const clock = () => follower.head().time;
  const aborter = new AbortController();
  const { signal } = aborter;

  const bytes = await fileBytes(config.dataDir);
  const pieces = pieceStore({ journal, bytes });
  const classes = providerClasses(deployment, ids.list);
  const desk = { journal, market, deployment, signer, pieces, classes, clock, settings };
  const quotes = quoteDesk(desk);
  const uploads = uploadDesk({ journal, bytes, pieces, quotes, limits, clock });
  const offers = offerDesk({ ...desk, quotes });
  const outbox = openOutbox({ rpc, signer, journal, log, signal });
  const work = { rpc, market, deployment, journal, pieces, outbox, log };
  const proving = prover(work);
  const challenges = answerer(work);
  const settlement = settler({ ...work, settleEvery: settings.settleEvery });
  const collection = collector({ ...work, uploads });

  await uploads.recover();

  const info = (): ProviderInfo => ({
    operator,
    chainId: deployment.chainId,
    market: deployment.market,
    providers: ids.list(),
    pricePerTiBPeriod: settings.pricePerTiBPeriod,
    minPeriods: settings.minPeriods,
    maxPeriods: settings.maxPeriods,
    maxPieceBytes: limits.maxPieceBytes,
    notice: settings.notice,
    termsHash,
    abuseContact: settings.abuseContact,
    version,
  });
  let url = "";
  const handler = router([
    ...apiRoutes({ info, quotes, offers, uploads, journal, deployment, terms: config.terms }),
    ...tusRoutes({ uploads, maxPieceBytes: limits.maxPieceBytes, publicUrl: () => url }),
    ...pieceRoutes({ pieces, bytes, log }),
    ...gatewayRoutes({ journal, pieces }),
  ]);
  const server = await serve(config, handler, log);
  url = config.publicUrl?.replace(/\/+$/, "") ?? `http://${hostInUrl(config.host)}:${server.port}`;

  const follow = async () => {
    const before = follower.rewinds();
    await follower.poll();
    if (follower.rewinds() !== before) proving.forget();
  };
  const steps = (): Step[] => [
    { name: "follow the chain", run: follow },
    { name: "look for own ids", run: () => ids.refresh() },
    ...ids.list().map(({ id }): Step => {
      return { name: `prove ${id}`, run: () => proving.run(id, follower.head()) };
    }),
    { name: "answer challenges", run: () => challenges.run(follower.head()) },
    { name: "settle", run: () => settlement.run(follower.head()) },
    { name: "collect", run: () => collection.run(follower.final()) },
  ];
  const working = pollLoop(steps, { pollMs, log, signal });

  return {
    url,
    operator,
    async stop() {
      aborter.abort();
      await server.stop();
      await uploads.drain();
      await working;
      rpc.destroy();
      await journal.close();
    },
  };
}

async function openJournal(dataDir: string): Promise<Journal> {
  try {
    return await sqliteJournal(join(dataDir, "journal.sqlite"));
  } catch (cause) {
    if (!(cause instanceof JournalBusyError)) throw cause;
    throw new ConfigError(
      `The data directory ${dataDir} is in use by another provider daemon.`,
      "Stop the other daemon, or give this one a directory of its own.",
      cause,
    );
  }
}

async function bindJournal(journal: Journal, market: string, dataDir: string): Promise<void> {
  const bound = await journal.bind(market);
  if (bound === market) return;
  throw new ConfigError(
    `The data directory ${dataDir} belongs to market ${bound}, the configuration names ${market}.`,
    "Use the configuration of that market, or another data directory.",
  );
}

function hostInUrl(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}
