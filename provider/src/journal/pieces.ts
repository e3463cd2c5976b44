import type { Database, Row } from "./database.ts";
import type { PieceJournal, PieceRecord } from "./journal.ts";

export function pieceJournal(database: Database): PieceJournal {
  return {
    async setCar(root, size, carCid, blocks) {
      database.transaction(() => {
        const sql = "update pieces set carCid = ? where root = ? and size = ?";
        database.run(sql, carCid, root, size);
        writeBlocks(database, root, size, blocks);
      });
    },
    async piece(root, size) {
      const row = database.get("select * from pieces where root = ? and size = ?", root, size);
      return row && asPiece(row);
    },
    async piecesOfRoot(root) {
      const sql = "select * from pieces where root = ? order by size desc";
      return database.all(sql, root).map(asPiece);
    },
    async pieceOfBlock(cid) {
      const sql = `select pieces.* from blocks join pieces using (root, size) where blocks.cid = ?
        order by blocks.cid in (fileCid, carCid) desc limit 1`;
      const row = database.get(sql, cid);
      return row && asPiece(row);
    },
    async orphans() {
      const sql = `select * from pieces p
        where not exists (select 1 from uploads u where u.root = p.root and u.length = p.size)
        and not exists (
          select 1 from deals d where d.root = p.root and d.size = p.size and d.state <> 'gone')`;
      return database.all(sql).map(asPiece);
    },
    async removePiece(root, size) {
      database.transaction(() => {
        database.run("delete from blocks where root = ? and size = ?", root, size);
        database.run("delete from pieces where root = ? and size = ?", root, size);
      });
    },
  };
}

/** For use inside a transaction. A piece that is known already stays as it is. */
export function writePiece(database: Database, piece: PieceRecord, blocks: Iterable<string>): void {
  const { root, size, fileCid } = piece;
  const sql = "insert into pieces values (?, ?, ?, null) on conflict do nothing";
  database.run(sql, root, size, fileCid);
  writeBlocks(database, root, size, blocks);
}

function writeBlocks(database: Database, root: string, size: number, blocks: Iterable<string>) {
  for (const cid of blocks) {
    database.run("insert into blocks values (?, ?, ?) on conflict do nothing", cid, root, size);
  }
}

function asPiece(row: Row): PieceRecord {
  const stored = row as unknown as PieceRecord;
  return { ...stored, carCid: stored.carCid ?? undefined };
}
