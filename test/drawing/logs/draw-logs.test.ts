/** Turns drawn from session logs, and what a mixed folder says of itself. */
import { join } from "node:path";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { leftOutNote } from "../../../src/core/formats/left-out.ts";
import type { Run } from "../../../src/core/formats/run.ts";
import { loadConfig } from "../../../src/config.ts";
import { openStore } from "../../../src/io/store.ts";
import { SKIP_MEANINGS } from "../../../src/drawing/logs/find.ts";
import { openLogs } from "../../../src/drawing/logs/open.ts";
import { allRows } from "../../../src/drawing/open-rows.ts";
import { prompt } from "../../../src/stages/prompt.ts";
import { sources } from "../../../src/stages/sources.ts";
import { scriptedChat } from "../../support/chat.ts";
import { OPTIONS, testDeps } from "../../support/deps.ts";
import { jsonl, readLogs } from "../../support/logs.ts";
import { tempProject } from "../../support/project.ts";
import { canReadSqlite } from "../../support/sqlite.ts";

const FIXTURES = join(import.meta.dirname, "../../fixtures/formats");
const NONE = { skipBad: false, needsRuns: true };

test("a run is a row, and what nobody may learn from is marked in it", async () => {
  const spec = { root: FIXTURES, pattern: "claude_code", key: "x" };
  const { source, reports } = await openLogs(spec, NONE);
  const rows: Readonly<Record<string, unknown>>[] = [];
  for await (const { row } of allRows(source)) rows.push(row);
  const runs = rows.map((row) => row["run"] as Run);
  expect(runs.map((run) => [run.id, run.part, run.format, run.history])).toEqual([
    ["1ca54586-7339-4bd0-8d65-48758f09c144", 1, "claude-code", 0],
    ["1ca54586-7339-4bd0-8d65-48758f09c144", 2, "claude-code", 3],
    ["ab0938f7209966b3f", 1, "claude-code", 0],
  ]);
  expect(runs[0]?.notTurns).toEqual(new Set([22]));
  expect(reports.map(({ what, rows: count, skip }) => [what, count, skip])).toEqual([
    ["claude-code 2.1.332", 2, null],
    ["claude-code 2.1.332", 1, null],
    ["index", 0, "index"],
    ["no_run", 0, "no_run"],
  ]);
});

test("a folder of mixed files says what it found of each, and the draw goes on without the rest", async () => {
  const root = tempProject({
    "runs/t.jsonl": jsonl({
      instance_id: "o__n-1",
      messages: [
        { role: "user", content: "u" },
        { role: "assistant", content: "a" },
      ],
    }),
    "runs/prs.jsonl": jsonl({ instance_id: "o__n-1", patch: "x" }),
    "runs/notes.txt": "hello",
    "runs/config.json": { some: "thing" },
  });
  cpSync(join(FIXTURES, "mini_swe_agent/batch"), join(root, "runs/batch"), { recursive: true });
  cpSync(join(FIXTURES, "pi"), join(root, "runs/pi"), { recursive: true });
  const options = { name: "runs", rows: 9, skipBad: false, concurrency: 1, purpose: "look" };
  const { facts, lines } = await sources(loadConfig(root), { store: openStore(root) }, options);
  expect(facts.found).toEqual([
    {
      what: "mini-swe-agent 2.4.6",
      files: 2,
      rows: 2,
      example: "runs/batch/acme__widget-1/acme__widget-1.traj.json",
    },
    {
      what: "no run (the patches of a batch, no run)",
      files: 1,
      rows: 0,
      example: "runs/batch/preds.json",
    },
    {
      what: "no run (no run of a known agent, and no rows of a data set)",
      files: 3,
      rows: 0,
      example: "runs/config.json",
    },
    { what: "no run (of a kind that is not read)", files: 1, rows: 0, example: "runs/notes.txt" },
    { what: "pi", files: 1, rows: 2, example: expect.stringMatching(/^runs\/pi\//) as string },
    { what: "rows", files: 1, rows: 1, example: "runs/t.jsonl" },
  ]);
  expect(lines.join("\n")).toMatch(/of 5 rows \d give a turn/);
});

test("a session that lies in two files is given once, and logs without an answer are counted", async () => {
  const line = (type: string, uuid: string, content: unknown): object => ({
    type,
    uuid,
    sessionId: "s1",
    message: { role: type, id: uuid, model: "m", content },
  });
  const session = jsonl(
    line("user", "u", "fix"),
    line("assistant", "a", [{ type: "text", text: "ok" }]),
  );
  const root = tempProject({
    "logs/a.jsonl": session,
    "logs/b.jsonl": session,
    "logs/c.jsonl": jsonl(line("user", "u", "fix")),
  });
  const { runs, found } = await readLogs(root, "logs");
  expect(runs.map((run) => run.id)).toEqual(["s1"]);
  expect(Object.fromEntries(found.drops)).toEqual({ run_twice: 1 });
  expect(Object.fromEntries(found.skipped)).toEqual({ no_turn: 1 });
});

test("what a run lost is counted once, however many of its turns are drawn", async () => {
  const line = (type: string, uuid: string, content: unknown, model = "m"): object => ({
    type,
    uuid,
    sessionId: "s1",
    message: { role: type, id: uuid, model, content },
  });
  const step = (n: number): object[] => [
    line("assistant", `a${n}`, [
      { type: "tool_use", id: `t${n}`, name: "Bash", input: { command: `ls ${n}` } },
    ]),
    line("user", `r${n}`, [{ type: "tool_result", tool_use_id: `t${n}`, content: `src ${n}` }]),
  ];
  const root = tempProject({
    "chain.toml":
      '[source]\ntrajectories = "logs"\nprs = "none"\ncount = 4\nmax_per_instance = 0\nspread = "every-turn"\n[challenger]\nhidden = "future"\n',
    "logs/s1.jsonl": jsonl(
      line("user", "u", "fix it"),
      ...[1, 2, 3, 4, 5].flatMap(step),
      line("assistant", "z", [{ type: "text", text: "API Error" }], "<synthetic>"),
      line("assistant", "b", [{ type: "text", text: "done" }]),
    ),
  });
  const deps = testDeps(
    root,
    scriptedChat(() => ""),
  );
  const { kept, notes } = await prompt(loadConfig(root, {}), deps, { ...OPTIONS, skipBad: false });
  expect(kept).toBeGreaterThan(1);
  expect(notes.join("\n")).toContain("left out of the rows that were read: synthetic_line (1)");
});

test.each([
  ["drop", /left out of the rows that were read: media: image \(1\)/],
  ["refuse", /most were taken by media \(1: a message holds an image or audio/],
])("a session with a picture under media = %s", async (media, said) => {
  const line = (type: string, uuid: string, ...content: object[]): object => ({
    type,
    uuid,
    sessionId: "s1",
    message: { role: type, id: uuid, model: "m", content },
  });
  const picture = {
    type: "image",
    source: { type: "base64", media_type: "image/png", data: "AA" },
  };
  const root = tempProject({
    "chain.toml": `[source]\ntrajectories = "logs"\nprs = "none"\ncount = 1\nmedia = "${media}"\n[challenger]\nhidden = "future"\n`,
    "logs/s1.jsonl": jsonl(
      line("user", "u", { type: "text", text: "fix" }, picture),
      line("assistant", "a", { type: "tool_use", id: "t", name: "Bash", input: { command: "ls" } }),
      line("user", "r", { type: "tool_result", tool_use_id: "t", content: "src" }),
      line("assistant", "b", { type: "text", text: "done" }),
    ),
  });
  const deps = testDeps(
    root,
    scriptedChat(() => ""),
  );
  const drawn = prompt(loadConfig(root, {}), deps, { ...OPTIONS, skipBad: false }).then(
    ({ notes }) => notes.join("\n"),
    String,
  );
  expect(await drawn).toMatch(said);
});

test("a session that has just begun is said of a folder, and refused by name alone", async () => {
  const root = tempProject({
    "logs/a.jsonl": '{"type":"us',
    "logs/b.jsonl": jsonl({
      id: "r",
      messages: [
        { role: "user", content: "u" },
        { role: "assistant", content: "a" },
      ],
    }),
  });
  const options = { name: "logs", rows: 9, skipBad: false, concurrency: 1, purpose: "look" };
  const { facts } = await sources(loadConfig(root), { store: openStore(root) }, options);
  expect(facts.found.map(({ what, files }) => [what, files])).toEqual([
    ["no run (its first line is still being written)", 1],
    ["rows", 1],
  ]);
  const { runs, found } = await readLogs(root, "logs");
  expect([runs.length, Object.fromEntries(found.skipped)]).toEqual([1, { begun: 1 }]);
  await expect(readLogs(root, "logs/a.jsonl")).rejects.toThrow(/a\.jsonl line 1 is not JSON/);
});

const BROKEN = "SQLite format 3\0 and then nothing that a database has";
const whyUnread = (await canReadSqlite()) ? "bad_database" : "no_sqlite";

test("a database that cannot be read is counted by name, and the folder's other sessions are read", async () => {
  const root = tempProject({ "logs/broken.db": BROKEN });
  cpSync(join(FIXTURES, "pi"), join(root, "logs"), { recursive: true });
  const { runs, found } = await readLogs(root, "logs");
  expect(runs.length).toBeGreaterThan(0);
  expect(found.skipped.get(whyUnread)).toBe(1);

  const { reports } = await openLogs({ root, pattern: "logs", key: "x" }, NONE);
  expect(reports.reduce((sum, { rows }) => sum + rows, 0)).toBe(runs.length);
  expect(reports.find(({ name }) => name.endsWith("broken.db"))).toMatchObject({
    rows: 0,
    skip: whyUnread,
  });
  expect(leftOutNote("logs", reports)).toContain(`${whyUnread} 1`);
  // What stage:prompt says tells how to mend it.
  expect(leftOutNote("logs", reports, SKIP_MEANINGS)).toContain(
    `${whyUnread} 1 (${SKIP_MEANINGS[whyUnread]})`,
  );
});

test("a database that breaks behind its first pages leaves the other sessions, too", async () => {
  const root = tempProject();
  cpSync(join(FIXTURES, "pi"), join(root, "logs"), { recursive: true });
  const whole = readFileSync(join(FIXTURES, "opencode/opencode.db"));
  const cut = Buffer.concat([whole.subarray(0, 8192), Buffer.alloc(whole.length - 8192, 7)]);
  writeFileSync(join(root, "logs/opencode.db"), cut);
  const { runs, found } = await readLogs(root, "logs");
  expect(runs.length).toBeGreaterThan(0);
  expect(found.skipped.get(whyUnread)).toBe(1);
  const { reports } = await openLogs({ root, pattern: "logs", key: "x" }, NONE);
  expect(reports.map(({ skip }) => skip)).toContain(whyUnread);
});

test("where nothing else can be read, or it is named itself, the database is what is wrong", async () => {
  const root = tempProject({ "logs/a.db": BROKEN, "logs/b.db": BROKEN });
  const way = whyUnread === "no_sqlite" ? "--save-prod better-sqlite3@12" : "broken, locked";
  await expect(openLogs({ root, pattern: "logs", key: "x" }, NONE)).rejects.toThrow(
    "nothing can be read: logs/a.db is a SQLite database",
  );
  await expect(openLogs({ root, pattern: "logs", key: "x" }, NONE)).rejects.toThrow(way);
  await expect(readLogs(root, "logs/a.db")).rejects.toThrow(
    whyUnread === "no_sqlite" ? "cannot read one" : "is no database of a known agent",
  );
});
