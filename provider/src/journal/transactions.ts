import type { Database } from "./database.ts";
import type { TransactionJournal, TransactionRecord } from "./journal.ts";

export function transactionJournal(database: Database): TransactionJournal {
  return {
    async recordTransaction(t) {
      database.run(
        "insert or replace into transactions values (?, ?, ?, ?, ?)",
        ...[t.nonce, t.purpose, t.hash],
        ...[t.maxFeePerGas.toString(), t.maxPriorityFeePerGas.toString()],
      );
    },
    async transaction(nonce) {
      const row = database.get("select * from transactions where nonce = ?", nonce);
      if (row === undefined) return undefined;
      const stored = row as unknown as TransactionRecord;
      return {
        ...stored,
        maxFeePerGas: BigInt(String(row.maxFeePerGas)),
        maxPriorityFeePerGas: BigInt(String(row.maxPriorityFeePerGas)),
      };
    },
  };
}
