import { chmodSync, copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isTurn } from "../../../src/core/formats/run.ts";
import { UserError } from "../../../src/errors.ts";
import { withSqlite } from "../../../src/io/sessions/sqlite.ts";
import { readLogs } from "../../support/logs.ts";
import { canReadSqlite } from "../../support/sqlite.ts";
import { tempProject } from "../../support/project.ts";

const hasSqlite = await canReadSqlite();
const FIXTURE = join(import.meta.dirname, "../../fixtures/formats/opencode/opencode.db");

type Writer = { exec(sql: string): unknown; close(): void };
const require = createRequire(import.meta.url);

/** A connection that writes, of whichever package there is. */
function writer(path: string): Writer {
  try {
    const { DatabaseSync } = require("node:sqlite") as {
      DatabaseSync: new (path: string) => Writer;
    };
    return new DatabaseSync(path);
  } catch {
    const Database = require("better-sqlite3") as new (path: string) => Writer;
    return new Database(path);
  }
}

function copied(): string {
  const root = tempProject();
  copyFileSync(FIXTURE, join(root, "opencode.db"));
  chmodSync(join(root, "opencode.db"), 0o644);
  return root;
}

const titles = (root: string): Promise<readonly unknown[]> =>
  withSqlite(join(root, "opencode.db"), (db) =>
    db.all("SELECT title FROM session ORDER BY id").map((row) => row["title"]),
  );

test.runIf(hasSqlite)(
  "a database that is being written is read with what stands in its log",
  async () => {
    const root = copied();
    const other = writer(join(root, "opencode.db"));
    other.exec("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0");
    other.exec("UPDATE session SET title = 'in the log'");
    expect(new Set(await titles(root))).toEqual(new Set(["in the log"]));
    other.close();
  },
);

test.runIf(hasSqlite)(
  "a database that another process has locked is read as it was last written",
  async () => {
    const root = copied();
    const other = writer(join(root, "opencode.db"));
    other.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
    expect(await titles(root)).toHaveLength(2);
    other.exec("ROLLBACK");
    other.close();
  },
);

test.runIf(hasSqlite)("the sessions of a locked database are read", async () => {
  const root = copied();
  const other = writer(join(root, "opencode.db"));
  other.exec("BEGIN EXCLUSIVE");
  const { runs } = await readLogs(root, "opencode.db");
  other.exec("ROLLBACK");
  other.close();
  expect(runs.map((run) => [run.id, run.part])).toEqual([
    ["ses_ddebb5edbffelkWHHFINd1TJHH", 1],
    ["ses_ddebbdc75ffe3qZz5pNf4Wi02g", 1],
    ["ses_ddebbdc75ffe3qZz5pNf4Wi02g", 2],
  ]);
});

test.runIf(hasSqlite)(
  "forks of a database teach their own turns alone and name where the rest was said",
  async () => {
    const root = copied();
    const other = writer(join(root, "opencode.db"));
    const parent = "ses_ddebbdc75ffe3qZz5pNf4Wi02g";
    // As OpenCode forks: rows with new ids and the old times in them.
    const fork = (id: string, from: string, created: number): void =>
      void other.exec(`
      CREATE TEMP TABLE one AS SELECT * FROM session WHERE id = '${from}';
      UPDATE one SET id = '${id}', parent_id = NULL, time_created = ${created};
      INSERT INTO session SELECT * FROM one;
      INSERT INTO message SELECT id || '${id}', '${id}', time_created, time_updated, data
        FROM message WHERE session_id = '${from}';
      INSERT INTO part SELECT id || '${id}', message_id || '${id}', '${id}', time_created, time_updated, data
        FROM part WHERE session_id = '${from}';
      DROP TABLE one;`);
    const say = (id: string, at: number): void =>
      void other.exec(`
      INSERT INTO message VALUES ('zm${at}', '${id}', ${at}, ${at},
        '{"role":"assistant","finish":"stop","time":{"created":${at},"completed":${at}}}');
      INSERT INTO part VALUES ('zp${at}', 'zm${at}', '${id}', ${at}, ${at}, '{"type":"text","text":"own ${at}"}');`);
    fork("ses_x1", parent, 1_900_000_000_000);
    say("ses_x1", 1_900_000_000_001);
    fork("ses_x2", "ses_x1", 1_900_000_000_002);
    say("ses_x2", 1_900_000_000_003);
    fork("ses_x3", parent, 1_900_000_000_004);
    other.close();
    const { runs } = await readLogs(root, "opencode.db");
    const forks = runs.filter((run) => run.kind === "fork");
    expect(forks.map((run) => [run.id, run.parent])).toEqual([
      ["ses_x1", parent],
      ["ses_x2", "ses_x1"],
    ]);
    const said = runs.flatMap((run) =>
      run.messages.flatMap(({ content }, at) => (isTurn(run, at) ? [`${run.id}: ${content}`] : [])),
    );
    expect(said.filter((one) => one.includes("own "))).toEqual([
      "ses_x1: own 1900000000001",
      "ses_x2: own 1900000000003",
    ]);
    expect(said.filter((one) => one.startsWith("ses_x"))).toHaveLength(2);
  },
);

test.runIf(hasSqlite)("a database of somebody else holds no run", async () => {
  const root = tempProject();
  const other = writer(join(root, "x.db"));
  other.exec("CREATE TABLE t (a)");
  other.close();
  await expect(readLogs(root, "x.db")).rejects.toThrow(
    /x\.db holds no run: no run of a known agent, and no rows of a data set/,
  );
});

test.runIf(hasSqlite)(
  "a database that SQLite itself refuses is refused by name, in its words",
  async () => {
    const root = copied();
    const bytes = readFileSync(join(root, "opencode.db"));
    // The number of the schema's format: 1 to 4 are known.
    bytes.writeUInt32BE(103, 44);
    writeFileSync(join(root, "opencode.db"), bytes);
    await expect(titles(root)).rejects.toMatchObject({
      message: expect.stringContaining(
        "opencode.db is no database of a known agent: unsupported file format",
      ) as string,
    });
    // A query of ours that is none is our own fault, and stays one.
    await expect(
      withSqlite(join(copied(), "opencode.db"), (db) => db.all("SELEC 1")),
    ).rejects.not.toBeInstanceOf(UserError);
  },
);

test.runIf(hasSqlite)("a torn database is refused by name", async () => {
  const root = tempProject({ "torn.db": `SQLite format 3\0${"x".repeat(2000)}` });
  await expect(readLogs(root, "torn.db")).rejects.toThrow(
    /torn\.db is no database of a known agent: /,
  );
});
