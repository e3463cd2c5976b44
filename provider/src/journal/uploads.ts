import type { Database, Row } from "./database.ts";
import type { QuoteJournal, QuoteRecord, UploadJournal, UploadRecord } from "./journal.ts";
import { writePiece } from "./pieces.ts";

const UNPAID = `select coalesce(sum(bound), 0) as bytes from uploads u
  where not exists (select 1 from deals d where d.root = u.root and d.size = u.length and d.state = 'open')`;

export function uploadJournal(database: Database): UploadJournal & QuoteJournal {
  return {
    async addQuote(q) {
      database.run(
        "insert into quotes values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        ...[q.id, q.client, q.maxBytes, q.periods, q.maxMisses, q.notice],
        ...[q.pricePerTiBPeriod.toString(), q.termsHash, q.expires],
      );
    },
    async quote(id) {
      const row = database.get("select * from quotes where id = ?", id);
      return row && asQuote(row);
    },
    async dropQuotes(time) {
      database.run(
        "delete from quotes where expires < ? and id not in (select quote from uploads)",
        time,
      );
    },

    async createUpload(u) {
      database.run(
        "insert into uploads values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        ...[u.id, u.tokenHash, u.client, u.quote, u.length ?? null, u.bound],
        ...[u.offset, u.root ?? null, u.touchedAt],
      );
    },
    async upload(id) {
      const row = database.get("select * from uploads where id = ?", id);
      return row && asUpload(row);
    },
    async uploads() {
      return database.all("select * from uploads").map(asUpload);
    },
    async declareLength(id, length) {
      database.run("update uploads set length = ?, bound = ? where id = ?", length, length, id);
    },
    async acknowledge(id, offset, time) {
      database.run("update uploads set offset = ?, touchedAt = ? where id = ?", offset, time, id);
    },
    async completeUpload(id, piece, blocks) {
      database.transaction(() => {
        writePiece(database, piece, blocks);
        database.run("update uploads set root = ? where id = ?", piece.root, id);
      });
    },
    async removeUpload(id, offers) {
      return database.transaction(() => {
        const row = database.get("select count(*) as count from offers where upload = ?", id);
        if (Number(row?.count) !== offers) return false;
        database.run("delete from offers where upload = ?", id);
        database.run("delete from uploads where id = ?", id);
        return true;
      });
    },

    async unpaid(client) {
      const own = database.get(`${UNPAID} and client = ?`, client);
      const total = database.get(UNPAID);
      return { client: Number(own?.bytes), total: Number(total?.bytes) };
    },
    async occupied() {
      const row = database.get(`select
        (select coalesce(sum(size), 0) from (select max(size) as size from pieces group by root)) +
        (select coalesce(sum(bound), 0) from uploads where root is null) as bytes`);
      return Number(row?.bytes);
    },
  };
}

function asQuote(row: Row): QuoteRecord {
  const stored = row as unknown as QuoteRecord & { pricePerTiBPeriod: string };
  return { ...stored, pricePerTiBPeriod: BigInt(stored.pricePerTiBPeriod) };
}

function asUpload(row: Row): UploadRecord {
  const stored = row as unknown as UploadRecord;
  return { ...stored, length: stored.length ?? undefined, root: stored.root ?? undefined };
}
