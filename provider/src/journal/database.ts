import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { SCHEMA } from "./schema.ts";

export type Value = SQLInputValue;
export type Row = Readonly<Record<string, Value>>;

/** The few things the journal does with SQLite. Statements are prepared once and kept. */
export type Database = {
  run(sql: string, ...values: Value[]): void;
  get(sql: string, ...values: Value[]): Row | undefined;
  all(sql: string, ...values: Value[]): Row[];
  /** All or nothing; commits are on the disk when it returns. */
  transaction<T>(work: () => T): T;
  close(): void;
};

/** Thrown when another process holds the journal. */
export class JournalBusyError extends Error {
  override readonly name = "JournalBusyError";
}

/** Opens the database for this process alone, durable at every commit. */
export function openDatabase(path: string): Database {
  const sqlite = new DatabaseSync(path);
  const statements = new Map<string, ReturnType<typeof sqlite.prepare>>();
  const prepared = (sql: string) => {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const statement = sqlite.prepare(sql);
    statements.set(sql, statement);
    return statement;
  };

  try {
    sqlite.exec("pragma locking_mode = exclusive");
    sqlite.exec("pragma journal_mode = wal");
    sqlite.exec("pragma synchronous = full");
    sqlite.exec(SCHEMA);
    // The exclusive lock is taken by the first write, which the schema is only once.
    sqlite.exec("begin immediate; commit");
  } catch (error) {
    sqlite.close();
    const busy = error instanceof Error && error.message.includes("database is locked");
    throw busy ? new JournalBusyError(path, { cause: error }) : error;
  }

  return {
    run: (sql, ...values) => {
      prepared(sql).run(...values);
    },
    get: (sql, ...values) => prepared(sql).get(...values) as Row | undefined,
    all: (sql, ...values) => prepared(sql).all(...values) as Row[],
    transaction(work) {
      sqlite.exec("begin immediate");
      try {
        const result = work();
        sqlite.exec("commit");
        return result;
      } catch (error) {
        sqlite.exec("rollback");
        throw error;
      }
    },
    close: () => sqlite.close(),
  };
}
