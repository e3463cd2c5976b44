/** A price that binds, as it was signed. */
export type QuoteRecord = {
  readonly id: string;
  readonly client: string;
  readonly maxBytes: number;
  readonly periods: number;
  readonly maxMisses: number;
  readonly notice: number;
  readonly pricePerTiBPeriod: bigint;
  readonly termsHash: string;
  readonly expires: number;
};

/** A piece: `root` in hex without prefix. Every piece is a file; some are a CAR with another DAG inside as well. */
export type PieceRecord = {
  readonly root: string;
  readonly size: number;
  readonly fileCid: string;
  readonly carCid: string | undefined;
};

export type UploadRecord = {
  readonly id: string;
  /** SHA-256 of the bearer token: whoever reads the journal cannot take over an upload. */
  readonly tokenHash: string;
  readonly client: string;
  readonly quote: string;
  /** Undefined while the client does not know it yet. */
  readonly length: number | undefined;
  /** The most that it may bring; the length as soon as it is known. */
  readonly bound: number;
  readonly offset: number;
  /** Set when the upload is complete. */
  readonly root: string | undefined;
  /** Time of the chain when bytes last arrived. */
  readonly touchedAt: number;
};

/** An offer as it is, or is about to be, signed. */
export type OfferRecord = {
  readonly provider: number;
  readonly nonce: number;
  readonly upload: string;
  readonly expiry: number;
  readonly root: string;
  readonly size: number;
  readonly collateral: bigint;
  /** The message in its JSON form. */
  readonly offer: string;
  readonly signature: string | undefined;
};

/** `open`: money is held. `closed`: none is, the bytes may go later. `gone`: they may go now. */
export type DealState = "open" | "closed" | "gone";

export type DealRecord = {
  readonly id: number;
  readonly provider: number;
  readonly client: string;
  readonly root: string;
  readonly size: number;
  readonly start: number;
  readonly end: number;
  readonly firstDeal: number;
  readonly block: number;
  readonly state: DealState;
  readonly settledUpTo: number;
  /** Time of the chain when it was seen closed and off the list; 0 before. */
  readonly closedAt: number;
};

export type ManifestRecord = { readonly firstDeal: number; readonly bytes: Uint8Array };

/** What a stretch of blocks brought. `ends` are the ends, as they are now, of deals that it shortened. */
export type ChainNews = {
  readonly deals: readonly DealRecord[];
  readonly manifests: readonly ManifestRecord[];
  readonly ends: ReadonlyMap<number, number>;
};

/** The last block that was read, and the last one read that was final then. */
export type Cursor = {
  readonly number: number;
  readonly hash: string;
  readonly finalNumber: number;
  readonly finalHash: string;
};

/** The newest transaction that was signed with an account nonce. */
export type TransactionRecord = {
  readonly nonce: number;
  readonly purpose: string;
  readonly hash: string;
  readonly maxFeePerGas: bigint;
  readonly maxPriorityFeePerGas: bigint;
};

export type Usage = { readonly client: number; readonly total: number };

export interface QuoteJournal {
  addQuote(quote: QuoteRecord): Promise<void>;
  quote(id: string): Promise<QuoteRecord | undefined>;
  /** Forgets quotes that expired before `time` and that no upload names. */
  dropQuotes(time: number): Promise<void>;
}

export interface UploadJournal {
  createUpload(upload: UploadRecord): Promise<void>;
  upload(id: string): Promise<UploadRecord | undefined>;
  uploads(): Promise<UploadRecord[]>;
  declareLength(id: string, length: number): Promise<void>;
  acknowledge(id: string, offset: number, time: number): Promise<void>;
  /** Marks an upload complete and knows its piece from now on, in one step. */
  completeUpload(id: string, piece: PieceRecord, blocks: Iterable<string>): Promise<void>;
  /**
   * Forgets an upload and its offers, unless it has other than `offers` of them by now.
   * @returns whether it did
   */
  removeUpload(id: string, offers: number): Promise<boolean>;
  /** Bytes promised or received that no deal pays for: of one client, and of all. */
  unpaid(client: string): Promise<Usage>;
  /** Bytes of all pieces and of what uploads may still bring. */
  occupied(): Promise<number>;
}

export interface PieceJournal {
  /** The same bytes are a CAR, too: its blocks are found from now on. */
  setCar(root: string, size: number, carCid: string, blocks: Iterable<string>): Promise<void>;
  piece(root: string, size: number): Promise<PieceRecord | undefined>;
  /** Largest piece first: it is the one whose file serves the others with its root. */
  piecesOfRoot(root: string): Promise<PieceRecord[]>;
  pieceOfBlock(cid: string): Promise<PieceRecord | undefined>;
  /** Pieces that neither an upload nor a deal needs. */
  orphans(): Promise<PieceRecord[]>;
  removePiece(root: string, size: number): Promise<void>;
}

export interface OfferJournal {
  /**
   * Takes the next nonce of `provider`, `first` when this journal has handed out none yet, and writes the offer made
   * with it. The number is never handed out again, whatever happens to the offer.
   * @returns undefined when the upload of the offer is gone
   */
  reserveOffer(
    provider: number,
    first: number,
    make: (nonce: number) => Omit<OfferRecord, "provider" | "nonce" | "signature">,
  ): Promise<OfferRecord | undefined>;
  recordSignature(provider: number, nonce: number, signature: string): Promise<void>;
  offersOf(upload: string): Promise<OfferRecord[]>;
  /** Offers that can still be opened at `time` as far as the clock goes. */
  outstanding(provider: number, time: number): Promise<OfferRecord[]>;
}

export interface DealJournal {
  cursor(): Promise<Cursor | undefined>;
  /** Writes what a stretch of blocks brought together with the place reached, all or nothing. */
  follow(cursor: Cursor, news: ChainNews): Promise<void>;
  /** Forgets everything read after `block`. */
  rewind(block: number): Promise<void>;
  deal(id: number): Promise<DealRecord | undefined>;
  deals(state: DealState): Promise<DealRecord[]>;
  /** Whether a deal needs the piece. */
  hasDeal(root: string, size: number): Promise<boolean>;
  /** Changes what settling found out about a deal. */
  updateDeal(
    id: number,
    change: Pick<DealRecord, "end" | "settledUpTo" | "state" | "closedAt">,
  ): Promise<void>;
  /** By the first deal of the object, or by any deal of it that is held here. */
  manifest(deal: number): Promise<Uint8Array | undefined>;
}

export interface TransactionJournal {
  recordTransaction(transaction: TransactionRecord): Promise<void>;
  transaction(nonce: number): Promise<TransactionRecord | undefined>;
}

/** What the daemon must not forget. One process holds it at a time; a write that resolved survives a loss of power. */
export interface Journal
  extends QuoteJournal,
    UploadJournal,
    PieceJournal,
    OfferJournal,
    DealJournal,
    TransactionJournal {
  /** Ties the journal to one market at first use; returns what it is tied to. */
  bind(market: string): Promise<string>;
  close(): Promise<void>;
}
