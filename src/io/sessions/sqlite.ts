/**
 * One door to SQLite: Node's own from 22.5 on, better-sqlite3 before. Databases of agents are open while
 * they are read: in WAL mode a reader waits for nobody, and where the file is locked, or lies where
 * nothing may be written, a copy of it and its log is read.
 */
import { copyFile, mkdtemp, rm, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError, errorCode, errorMessage } from "../../errors.ts";
import { diskError } from "../store.ts";

export type SqlRow = Readonly<Record<string, unknown>>;

export type Sqlite = {
  all(sql: string, ...values: readonly string[]): readonly SqlRow[];
  close(): void;
};

/**
 * Opens a database for reading, asks, and closes it.
 * @throws UserError where this Node has no SQLite, the file is none, or it stays locked.
 */
export async function withSqlite<T>(path: string, ask: (db: Sqlite) => T): Promise<T> {
  const open = sqliteOf(path);
  try {
    return asked(open, path, ask);
  } catch (error) {
    if (!isOccupied(error)) throw sqliteError(path, error);
  }
  return askCopy(open, path, ask);
}

/** Whether a database can be opened at all, by Node itself or by better-sqlite3. */
export function hasSqlite(): boolean {
  return packageOf("node:sqlite") !== null || packageOf("better-sqlite3") !== null;
}

/** The first bytes of every SQLite file. */
export const SQLITE_MAGIC = "SQLite format 3\0";

// ---------------------------------------------------------------------------------------------

type Open = (path: string) => Sqlite;
type Statement = { all(...values: readonly string[]): unknown[] };
type Database = { prepare(sql: string): Statement; close(): void };
type DatabaseClass = new (path: string, options: Record<string, unknown>) => Database;

const require = createRequire(import.meta.url);

function sqliteOf(path: string): Open {
  const own = packageOf("node:sqlite");
  if (own !== null) {
    const { DatabaseSync } = own as { DatabaseSync: DatabaseClass };
    return (file) => adapted(new DatabaseSync(file, { readOnly: true }));
  }
  const better = packageOf("better-sqlite3");
  if (better !== null) {
    return (file) =>
      adapted(new (better as DatabaseClass)(file, { readonly: true, fileMustExist: true }));
  }
  throw new UserError(
    `${path} is a SQLite database, and this Node (${process.version}) cannot read one`,
    "use Node 22.5 or newer, or install better-sqlite3 (npm install --no-save --save-prod better-sqlite3@12, which may compile for minutes); OpenCode's sessions can also be read as `opencode export` writes them",
  );
}

/** null: it is not there, or was not built for this Node. */
function packageOf(name: "node:sqlite" | "better-sqlite3"): unknown {
  const emitWarning = process.emitWarning.bind(process);
  // Node says of its own SQLite that it is experimental, on stderr, at every start.
  process.emitWarning = () => {};
  try {
    const loaded: unknown = require(name);
    // Built for another Node it fails when it is first used.
    if (name === "better-sqlite3") new (loaded as DatabaseClass)(":memory:", {}).close();
    return loaded;
  } catch {
    return null; // The caller tries the other one, and then says which are possible.
  } finally {
    process.emitWarning = emitWarning;
  }
}

function adapted(db: Database): Sqlite {
  return {
    all: (sql, ...values) => db.prepare(sql).all(...values) as SqlRow[],
    close: () => db.close(),
  };
}

function asked<T>(open: Open, path: string, ask: (db: Sqlite) => T): T {
  const db = open(path);
  try {
    return ask(db);
  } finally {
    db.close();
  }
}

/** Locked by another process, or its log cannot be opened since its folder may not be written to. */
function isOccupied(error: unknown): boolean {
  return /locked|busy|unable to open|readonly|read-only|attempt to write/i.test(
    errorMessage(error),
  );
}

const TRIES = 3;

async function askCopy<T>(open: Open, path: string, ask: (db: Sqlite) => T): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "kingmaker-sqlite-"));
  try {
    for (let attempt = 1; ; attempt++) {
      const before = await stampOf(path);
      const copy = join(folder, `${attempt}.db`);
      await copyFile(path, copy).catch((error: unknown) => {
        throw diskError(path, "read", error);
      });
      await copyFile(`${path}-wal`, `${copy}-wal`).catch((error: unknown) => {
        if (errorCode(error) !== "ENOENT") throw diskError(`${path}-wal`, "read", error);
      });
      // Written to in the meantime: the file and its log may not belong together.
      if ((await stampOf(path)) !== before && attempt < TRIES) continue;
      try {
        return asked(open, copy, ask);
      } catch (error) {
        throw sqliteError(path, error);
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function stampOf(path: string): Promise<string> {
  const of = async (file: string): Promise<string> => {
    const found = await stat(file).catch(() => null);
    return found === null ? "" : `${found.size}/${found.mtimeMs}`;
  };
  return `${await of(path)} ${await of(`${path}-wal`)}`;
}

/** SQLite itself refuses, and it has many words for broken files; our own queries are none of them. */
const isOfSqlite = (error: unknown): boolean =>
  /^(?:ERR_SQLITE_ERROR$|SQLITE_)/.test(errorCode(error));

function sqliteError(path: string, error: unknown): unknown {
  if (error instanceof UserError) return error;
  const why = errorMessage(error);
  if (isOccupied(error)) {
    return new UserError(
      `${path} cannot be read: ${why}`,
      "close the agent that has the database open, or copy the file (and its -wal) elsewhere and read the copy",
      { cause: error },
    );
  }
  if (!isOfSqlite(error) || /^near ".*syntax error$/s.test(why)) return error;
  return new UserError(
    `${path} is no database of a known agent: ${why}`,
    "known are OpenCode's opencode.db and OpenClaw's openclaw-agent.sqlite",
    { cause: error },
  );
}
