/** Sessions in SQLite: OpenCode's three tables, OpenClaw's rows of entries, some of them Zstandard. */
import { Decompress } from "fzstd";
import { readOpencode } from "../../core/formats/opencode.ts";
import { readPi, type Window } from "../../core/formats/pi.ts";
import type { Reading } from "../../core/formats/run.ts";
import { MAX_DOCUMENT_BYTES } from "../../io/line-limits.ts";
import type { LineFaults } from "../../io/sessions/log-lines.ts";
import { withSqlite, type Sqlite, type SqlRow } from "../../io/sessions/sqlite.ts";
import { faultDrops, valueOf, withDrops } from "./faults.ts";

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
  const faults = { bad: 0, torn: 0 };
  const parsed = ({ data }: SqlRow): object => jsonOf(String(data), faults) ?? {};
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
  const reading = readOpencode({ info, messages }, (role, created) =>
    saidFirstIn(db, id, role, created),
  );
  return withDrops(reading, faultDrops(faults));
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

/** null, and counted, for what is no JSON. */
function jsonOf(text: string, faults: LineFaults): object | null {
  const value = valueOf(text);
  if (!value.ok) faults.bad++;
  return value.ok && typeof value.value === "object" ? value.value : null;
}

function openclawSession(db: Sqlite, id: string): Reading {
  const rows = db.all(
    "SELECT event_json, event_zstd FROM transcript_events WHERE session_id = ? ORDER BY seq",
    id,
  );
  const faults = { bad: 0, torn: 0 };
  const entries = rows.map((row) => entryOf(row, faults));
  return withDrops(readPi(entries, windowOf(db, id)), faultDrops(faults));
}

function entryOf(row: SqlRow, faults: LineFaults): unknown {
  const text = row["event_json"];
  if (typeof text === "string") return jsonOf(text, faults);
  const packed = row["event_zstd"];
  if (!(packed instanceof Uint8Array)) return null;
  const unpacked = unpack(packed);
  if (unpacked === null) faults.bad++;
  return unpacked === null ? null : jsonOf(unpacked, faults);
}

/** null for bytes that are no Zstandard, or that unpack to more than a document may hold. */
function unpack(packed: Uint8Array): string | null {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  const stream = new Decompress((piece) => {
    bytes += piece.length;
    if (bytes > MAX_DOCUMENT_BYTES) throw new RangeError("too much");
    pieces.push(piece);
  });
  try {
    stream.push(packed, true);
    return Buffer.concat(pieces).toString("utf8");
  } catch {
    return null; // It is counted as broken.
  }
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
