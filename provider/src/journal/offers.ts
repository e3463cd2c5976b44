import type { Database, Row } from "./database.ts";
import type { OfferJournal, OfferRecord } from "./journal.ts";

export function offerJournal(database: Database): OfferJournal {
  return {
    async reserveOffer(provider, first, make) {
      return database.transaction(() => {
        const row = database.get("select next from nonces where provider = ?", provider);
        const nonce = Number(row?.next ?? first);
        const offer = { ...make(nonce), provider, nonce, signature: undefined };
        const upload = database.get("select 1 from uploads where id = ?", offer.upload);
        if (upload === undefined) return undefined;
        database.run("insert or replace into nonces values (?, ?)", provider, nonce + 1);
        database.run(
          "insert into offers values (?, ?, ?, ?, ?, ?, ?, ?, null)",
          ...[provider, nonce, offer.upload, offer.expiry, offer.root, offer.size],
          ...[offer.collateral.toString(), offer.offer],
        );
        return offer;
      });
    },
    async recordSignature(provider, nonce, signature) {
      const sql = "update offers set signature = ? where provider = ? and nonce = ?";
      database.run(sql, signature, provider, nonce);
    },
    async offersOf(upload) {
      const sql = "select * from offers where upload = ? order by rowid";
      return database.all(sql, upload).map(asOffer);
    },
    async outstanding(provider, time) {
      const sql = "select * from offers where provider = ? and expiry >= ?";
      return database.all(sql, provider, time).map(asOffer);
    },
  };
}

function asOffer(row: Row): OfferRecord {
  const stored = row as unknown as OfferRecord & { collateral: string };
  return {
    ...stored,
    collateral: BigInt(stored.collateral),
    signature: stored.signature ?? undefined,
  };
}
