/** Whether this Node can read SQLite: its own from 22.5 on, or better-sqlite3 where it could be built. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withSqlite } from "../../src/io/sessions/sqlite.ts";
import { UserError } from "../../src/errors.ts";

/** False: what reads a database says so by name, which is what tests then look for. */
export async function canReadSqlite(): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), "kingmaker-"));
  try {
    writeFileSync(join(folder, "empty.db"), "");
    return await withSqlite(join(folder, "empty.db"), () => true);
  } catch (error) {
    if (error instanceof UserError && error.message.includes("cannot read one")) return false;
    throw error;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
