import { openDatabase } from "./database.ts";
import { dealJournal } from "./deals.ts";
import type { Journal } from "./journal.ts";
import { offerJournal } from "./offers.ts";
import { pieceJournal } from "./pieces.ts";
import { transactionJournal } from "./transactions.ts";
import { uploadJournal } from "./uploads.ts";

/**
 * Opens the journal in one SQLite file.
 * @throws JournalBusyError when another process has it open.
 */
export async function sqliteJournal(path: string): Promise<Journal> {
  const database = openDatabase(path);
  return {
    ...uploadJournal(database),
    ...pieceJournal(database),
    ...offerJournal(database),
    ...dealJournal(database),
    ...transactionJournal(database),

    async bind(market) {
      database.run("insert into meta values ('market', ?) on conflict do nothing", market);
      return String(database.get("select value from meta where key = 'market'")?.value);
    },
    close: async () => database.close(),
  };
}
