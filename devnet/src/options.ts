export interface DevnetOptions {
  /** How many providers to start. Default 6. */
  readonly providers?: number;
  /** Length of a period in seconds. Default: a day, or 5 on wall-clock time. */
  readonly periodSeconds?: number;
  /** Whether periods pass by themselves, in real time. Default: they pass by `advance` alone. */
  readonly wallClock?: boolean;
  /** Port of the chain's RPC. Default: any free one. */
  readonly port?: number;
  /** What providers ask for 2^40 bytes and a period, in millionths of a test dollar. Default: 5 cents for 4 MiB. */
  readonly pricePerTiBPeriod?: bigint;
  /** Classes of every provider: least collateral of a deal, powers of 4 in millionths of a test dollar. */
  readonly floors?: readonly bigint[];
  /** How many deals at the least collateral a provider's stake secures in each class. Default 1,000. */
  readonly deals?: number;
  /** What every provider has room for. Default 64 GiB. */
  readonly capacityBytes?: number;
  /** How long `advance` waits for a provider's proof, in seconds of real time. Default 30. */
  readonly patienceSeconds?: number;
  /** Periods of notice that providers ask for when a client cancels. Default 1. */
  readonly notice?: number;
}

/** What every provider of the devnet offers. */
export interface Terms {
  readonly pricePerTiBPeriod: bigint;
  readonly classes: readonly { readonly floor: bigint; readonly stake: bigint }[];
  readonly capacityBytes: number;
  readonly notice: number;
}

const mebibyte = 1 << 20;
/** Five cents for 4 MiB, a quarter of a file of 16 MiB: amounts that can be read. */
const defaultPrice = (50_000n * (1n << 40n)) / BigInt(4 * mebibyte);
/** 4, 67 and 1,074 test dollars: pieces of up to 13 MiB, 217 MiB, 3.4 GiB at the default price. */
const defaultFloors = [4n ** 11n, 4n ** 13n, 4n ** 15n];
const defaultDeals = 1_000;

export function termsOf(o: DevnetOptions): Terms {
  const deals = BigInt(o.deals ?? defaultDeals);
  return {
    pricePerTiBPeriod: o.pricePerTiBPeriod ?? defaultPrice,
    classes: (o.floors ?? defaultFloors).map((floor) => ({ floor, stake: floor * deals })),
    capacityBytes: o.capacityBytes ?? 64 * 1024 * mebibyte,
    notice: o.notice ?? 1,
  };
}
