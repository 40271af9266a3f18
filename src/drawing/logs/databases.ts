/** Sessions in SQLite: OpenCode's three tables, OpenClaw's rows of entries, some of them Zstandard. */
import { decompress } from "fzstd";
import { readOpencode } from "../../core/formats/opencode.ts";
import { readPi, type Window } from "../../core/formats/pi.ts";
import type { Reading } from "../../core/formats/run.ts";
import { withSqlite, type Sqlite, type SqlRow } from "../../io/sessions/sqlite.ts";

export type DatabaseFormat = "opencode" | "openclaw";

/** null: a database of somebody else. */
export async function databaseFormat(path: string): Promise<DatabaseFormat | null> {
  return withSqlite(path, (db) => {
    const tables = new Set(
      db.all("SELECT name FROM sqlite_master WHERE type = 'table'").map((row) => row["name"]),
    );
    if (tables.has("transcript_events")) return "openclaw";
    return ["session", "message", "part"].every((name) => tables.has(name)) ? "opencode" : null;
  });
}

/** Session after session, in the order of their ids; each is read on its own. */
export async function* databaseReadings(
  path: string,
  format: DatabaseFormat,
): AsyncGenerator<Reading> {
  const ids = await withSqlite(path, (db) =>
    format === "opencode"
      ? db.all("SELECT id FROM session ORDER BY id")
      : db.all("SELECT DISTINCT session_id AS id FROM transcript_events ORDER BY session_id"),
  );
  const read = format === "opencode" ? opencodeSession : openclawSession;
  for (const { id } of ids) yield await withSqlite(path, (db) => read(db, String(id)));
}

// ---------------------------------------------------------------------------------------------

function opencodeSession(db: Sqlite, id: string): Reading {
  const row = db.all("SELECT * FROM session WHERE id = ?", id)[0] ?? {};
  const parts = new Map<unknown, unknown[]>();
  for (const part of db.all(
    "SELECT id, message_id, data FROM part WHERE session_id = ? ORDER BY id",
    id,
  )) {
    const value = { ...parsed(part), id: part["id"] };
    const list = parts.get(part["message_id"]);
    if (list === undefined) parts.set(part["message_id"], [value]);
    else list.push(value);
  }
  const messages = db
    .all("SELECT id, data FROM message WHERE session_id = ? ORDER BY id", id)
    .map((message) => ({
      info: { ...parsed(message), id: message["id"] },
      parts: parts.get(message["id"]) ?? [],
    }));
  const info = {
    id,
    parentID: row["parent_id"] ?? undefined,
    directory: row["directory"],
    version: row["version"],
    time: { created: Number(row["time_created"] ?? NaN) },
  };
  return readOpencode({ info, messages }, (role, created) => saidFirstIn(db, id, role, created));
}

/** Forks of forks copy copies: the oldest session that holds the message is the one it was said in. */
function saidFirstIn(db: Sqlite, id: string, role: string, created: number): string | undefined {
  const [first] = db.all(
    `SELECT message.session_id AS id FROM message JOIN session ON session.id = message.session_id
     WHERE message.session_id <> ? AND json_extract(message.data, '$.role') = ?
       AND json_extract(message.data, '$.time.created') = CAST(? AS INTEGER)
       AND session.time_created <= CAST(? AS INTEGER)
     ORDER BY session.time_created, session.id LIMIT 1`,
    id,
    role,
    String(created),
    String(created),
  );
  return typeof first?.["id"] === "string" ? first["id"] : undefined;
}

function parsed(row: SqlRow): Record<string, unknown> {
  return JSON.parse(String(row["data"])) as Record<string, unknown>;
}

function openclawSession(db: Sqlite, id: string): Reading {
  const rows = db.all(
    "SELECT event_json, event_zstd FROM transcript_events WHERE session_id = ? ORDER BY seq",
    id,
  );
  return readPi(rows.map(entryOf), windowOf(db, id));
}

function entryOf(row: SqlRow): unknown {
  const text = row["event_json"];
  if (typeof text === "string") return JSON.parse(text);
  const packed = row["event_zstd"];
  if (!(packed instanceof Uint8Array)) return null;
  return JSON.parse(Buffer.from(decompress(packed)).toString("utf8"));
}

/** Which session it came from, and why: a table that older databases lack. */
function windowOf(db: Sqlite, id: string): Window {
  const columns = new Set(db.all("PRAGMA table_info(session_windows)").map((row) => row["name"]));
  const row = columns.has("session_id")
    ? (db.all("SELECT * FROM session_windows WHERE session_id = ?", id)[0] ?? {})
    : {};
  const text = (key: string): string | undefined => {
    const value = row[key];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const spawnedBy = text("spawned_by");
  if (spawnedBy !== undefined) return { kind: "subagent", parent: spawnedBy };
  const isFork = ["fork", "rewind"].includes(text("reason") ?? "");
  return isFork
    ? { kind: "fork", parent: text("previous_session_id") }
    : { kind: "main", parent: undefined };
}
