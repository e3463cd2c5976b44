import type { Database } from "./database.ts";
import type { Cursor, DealJournal, DealRecord } from "./journal.ts";

export function dealJournal(database: Database): DealJournal {
  const writeCursor = (cursor: Cursor) =>
    database.run("insert or replace into meta values ('cursor', ?)", JSON.stringify(cursor));
  const readCursor = () => {
    const row = database.get("select value from meta where key = 'cursor'");
    return row && (JSON.parse(String(row.value)) as Cursor);
  };

  return {
    cursor: async () => readCursor(),
    async follow(cursor, { deals, manifests, ends }) {
      database.transaction(() => {
        for (const deal of deals) insertDeal(database, deal);
        for (const { firstDeal, bytes } of manifests) {
          // The first one is what the deals were opened with.
          const sql = "insert into manifests values (?, ?) on conflict do nothing";
          database.run(sql, firstDeal, bytes);
        }
        for (const [deal, end] of ends) {
          database.run('update deals set "end" = ? where id = ?', end, deal);
        }
        writeCursor(cursor);
      });
    },
    async rewind(block) {
      database.transaction(() => {
        database.run(
          "delete from manifests where firstDeal in (select firstDeal from deals where block > ?)",
          block,
        );
        database.run("delete from deals where block > ?", block);
        const hash = ""; // The next reading starts behind `block`, with nothing to compare.
        writeCursor({ number: block, hash, finalNumber: block, finalHash: hash });
      });
    },

    async deal(id) {
      return database.get("select * from deals where id = ?", id) as DealRecord | undefined;
    },
    async deals(state) {
      const sql = "select * from deals where state = ? order by id";
      return database.all(sql, state) as unknown as DealRecord[];
    },
    async hasDeal(root, size) {
      const sql = "select 1 from deals where root = ? and size = ? and state <> 'gone'";
      return database.get(sql, root, size) !== undefined;
    },
    async updateDeal(id, { end, settledUpTo, state, closedAt }) {
      const sql = `update deals set "end" = ?, settledUpTo = ?, state = ?, closedAt = ? where id = ?`;
      database.run(sql, end, settledUpTo, state, closedAt, id);
    },
    async manifest(deal) {
      const sql = `select bytes from manifests where firstDeal = ?
        or firstDeal = (select firstDeal from deals where id = ?) order by firstDeal = ? desc`;
      return database.get(sql, deal, deal, deal)?.bytes as Uint8Array | undefined;
    },
  };
}

function insertDeal(database: Database, deal: DealRecord): void {
  // Reading a stretch of blocks again must not take back what settling found out since.
  const sql =
    "insert into deals values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing";
  database.run(
    sql,
    ...[deal.id, deal.provider, deal.client, deal.root, deal.size, deal.start, deal.end],
    ...[deal.firstDeal, deal.block, deal.state, deal.settledUpTo, deal.closedAt],
  );
}
