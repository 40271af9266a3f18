import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { expect, test } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { openStore } from "../../src/io/store.ts";
import { unreadNotes } from "../../src/core/report/unread.ts";
import { tables } from "../../src/stages/tables.ts";
import { snapshot, tempProject } from "../support/project.ts";
import { judgedWorkspace } from "../support/workspace.ts";

const make = (root: string) => tables(loadConfig(root, {}), openStore(root));

async function ask(root: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    const placed = sql.replaceAll("report/tables/", `${root}/report/tables/`);
    const reader = await connection.runAndReadAll(placed);
    return reader.getRowObjectsJson();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

test("every answer, score and reply is a row, and making the tables again gives the same rows", async () => {
  const root = await judgedWorkspace({});
  const { made } = await make(root);
  expect(made.map(({ name, rows }) => [name, rows])).toEqual([
    ["answers", 24],
    ["scores", 24],
    ["verdicts", expect.any(Number) as number],
  ]);
  const all =
    "SELECT * FROM 'report/tables/verdicts.parquet' ORDER BY file, model, judge_order, attempt";
  const first = await ask(root, all);
  expect(first).toHaveLength(made[2]?.rows ?? 0);
  await make(root);
  expect(await ask(root, all)).toEqual(first);
  expect(Object.keys(snapshot(root)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});

test("the numbers are those of the score files", async () => {
  const root = await judgedWorkspace({});
  await make(root);
  const [row] = await ask(
    root,
    "SELECT score, votes_win, votes_draw, votes_loss, efficiency FROM 'report/tables/scores.parquet' WHERE file = 't13.json'",
  );
  expect(row).toEqual({ score: 60, votes_win: 6, votes_draw: 24, votes_loss: 0, efficiency: 100 });
});

const turn = {
  instance_id: "a__b-1",
  king: "THOUGHT: k ghp_0123456789abcdefghijABCDEFGHIJ012345",
  challenger: "the hidden words",
  assistant: "r",
  messages: [{ role: "user", content: "four" }],
  audit: {
    verdict: "leak",
    findings: [{ kind: "path", text: "TEXT", span: [0, 1], evidence: "EVIDENCE" }],
  },
  challenger_tries: [],
  canaries: [{ kind: "path", true: "TRUE", shown: "SHOWN" }],
};

test("what stays in answer/ is in no table, and secrets are masked", async () => {
  const root = tempProject({
    "answer/a_1.json": turn,
    "answer/a_2.json": { ...turn, audit: undefined },
  });
  await make(root);
  const rows = await ask(root, "SELECT * FROM 'report/tables/answers.parquet' ORDER BY file");
  expect(rows[0]).toMatchObject({
    challenger: null,
    audit: "leak",
    audit_kinds: ["path"],
    history_chars: 4,
    messages: 1,
  });
  expect(rows[1]).toMatchObject({ challenger: "the hidden words", audit: null, audit_kinds: [] });
  const text = JSON.stringify(rows);
  for (const hidden of ["TEXT", "EVIDENCE", "TRUE", "SHOWN", "ghp_0123456789"]) {
    expect(text).not.toContain(hidden);
  }
});

test("what judges quoted of a challenger that leaks is in no table, their votes are", async () => {
  const root = await judgedWorkspace({});
  const file = (folder: string) => join(root, folder, "t01.json");
  const read = (folder: string) => JSON.parse(readFileSync(file(folder), "utf8")) as Quoting;
  const score = read("score");
  const judges = score.judges.map((judge) => ({ ...judge, reason: "HIDDENWORD said Model 1" }));
  writeFileSync(file("score"), JSON.stringify({ ...score, judges }));
  const reasons =
    "SELECT reason, correctness FROM 'report/tables/verdicts.parquet' WHERE file = 't01.json'";
  await make(root);
  expect(JSON.stringify(await ask(root, reasons))).toContain("HIDDENWORD");
  writeFileSync(file("answer"), JSON.stringify({ ...read("answer"), audit: turn.audit }));
  await make(root);
  const rows = await ask(root, reasons);
  expect(rows).toHaveLength(judges.length);
  for (const row of rows)
    expect(row).toMatchObject({ reason: null, correctness: expect.any(Number) as number });
});

type Quoting = { readonly judges: readonly object[] };

test("a workspace without answers says what to run", async () => {
  await expect(make(tempProject())).rejects.toThrow("tables: there are no answers in answer/");
});

const QUERIES = [
  ...readFileSync("docs/tables-of-turns.md", "utf8").matchAll(/```sql\n([^`]+)```/g),
].map(([, sql = ""]) => sql);

test("the three queries of docs/tables-of-turns.md run, and give rows", async () => {
  const root = await judgedWorkspace({});
  await make(root);
  expect(QUERIES).toHaveLength(3);
  for (const sql of QUERIES) expect((await ask(root, sql)).length, sql).toBeGreaterThan(0);
});

test("a broken file is named, its turn is in no table, and the others are", async () => {
  const root = await judgedWorkspace({});
  writeFileSync(join(root, "answer/t01.json"), '{"king": "zebra');
  writeFileSync(join(root, "score/t02.json"), "[]");
  const { made, unread } = await make(root);
  expect([...unread]).toEqual(["answer/t01.json", "score/t02.json"]);
  expect(made.map(({ name, rows }) => [name, rows]).slice(0, 2)).toEqual([
    ["answers", 22],
    ["scores", 22],
  ]);
  expect(unreadNotes(unread)).toEqual([
    "not read: answer/t01.json, score/t02.json; mend what is broken by hand, or bring it back from a copy; what a stage wrote can be deleted, and that stage run again, which asks and pays again where models wrote it",
  ]);
});
