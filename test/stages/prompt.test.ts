import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import { expect, test } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { openStore } from "../../src/io/store.ts";
import { promptFileSchema } from "../../src/records/prompt.ts";
import { pullRequestSchema } from "../../src/records/pull-request.ts";
import { prompt, type PromptOptions } from "../../src/stages/prompt.ts";
import type { StageSummary } from "../../src/work.ts";
import { silentProgress } from "../support/chat.ts";
import { snapshot, tempProject } from "../support/project.ts";
import { wordLevel } from "../support/tokenizer.ts";

const REAL = join(import.meta.dirname, "../fixtures/real");
const SAMPLE = join(import.meta.dirname, "../../sample");

function run(root: string, options: Partial<PromptOptions> = {}): Promise<StageSummary> {
  return prompt(
    loadConfig(root, {}),
    { store: openStore(root), progress: silentProgress },
    { force: false, retry: false, skipBad: false, ...options },
  );
}

const chain = (source: Record<string, unknown>): string =>
  `[source]\n${Object.entries({ trajectories: "t.jsonl", prs: "p.jsonl", count: 5, ...source })
    .map(([key, value]) => `${key} = ${JSON.stringify(value)}`)
    .join("\n")}\n`;

const lines = (...rows: unknown[]): string => rows.map((row) => JSON.stringify(row)).join("\n");
const trajectory = (id: string, over: object = {}): object => ({
  instance_id: id,
  repo: "o/n",
  messages: [
    { role: "system", content: "s" },
    { role: "user", content: `task ${id}` },
    { role: "assistant", content: "one" },
    { role: "user", content: "o" },
    { role: "assistant", content: "two" },
  ],
  ...over,
});
const pull = (id: string, over: object = {}): object => ({
  instance_id: id,
  repo: "o/n",
  patch: "x",
  ...over,
});

const prompts = async (root: string, name = "prompt/prompts_5_001.json") =>
  openStore(root).read(name, promptFileSchema);

test("ready turns are taken as they are, in order, over files of per_file", async () => {
  const root = tempProject({
    "chain.toml": chain({
      trajectories: join(SAMPLE, "turns.jsonl"),
      prs: join(SAMPLE, "prs.jsonl"),
      count: 24,
      per_file: 20,
      exclude_benchmarks: false,
    }),
  });
  const summary = await run(root);
  expect(summary).toMatchObject({ read: 24, kept: 24, dropped: {}, asked: 0 });
  const first = await prompts(root, "prompt/prompts_24_001.json");
  const second = await prompts(root, "prompt/prompts_24_002.json");
  expect([first.length, second.length]).toEqual([20, 4]);
  const turns = readFileSync(join(SAMPLE, "turns.jsonl"), "utf8").trim().split("\n");
  expect(
    [...first, ...second].map(({ instance_id, turn, assistant }) => [instance_id, turn, assistant]),
  ).toEqual(
    turns.map((line) => {
      const row = JSON.parse(line) as { instance_id: string; turn: number; assistant: string };
      return [row.instance_id, row.turn, row.assistant];
    }),
  );
  expect(await openStore(root).list("commit")).toHaveLength(19);
});

test("by default the turns of benchmark instances are left out and counted", async () => {
  const root = tempProject({
    "chain.toml": chain({
      trajectories: join(SAMPLE, "turns.jsonl"),
      prs: join(SAMPLE, "prs.jsonl"),
      count: 24,
    }),
  });
  expect(await run(root)).toMatchObject({ read: 24, kept: 6, dropped: { benchmark_instance: 18 } });
});

test("real trajectories give the same bytes for the same seed, others for another", async () => {
  const files = (seed: number): string => {
    const over = {
      trajectories: `${REAL}/trajectories.jsonl`,
      prs: `${REAL}/prs.jsonl`,
      count: 20,
      seed,
    };
    return tempProject({ "chain.toml": chain({ ...over, exclude_benchmarks: false }) });
  };
  const [a, b, c] = [files(1), files(1), files(2)];
  const summary = await run(a);
  await run(b);
  await run(c);
  const text = (root: string): string =>
    readFileSync(join(root, "prompt/prompts_20_001.json"), "utf8");
  expect(text(a)).toBe(text(b));
  expect(text(a)).not.toBe(text(c));
  const drops = Object.values(summary.dropped).reduce((sum, n) => sum + n, 0);
  expect(summary.read).toBe(summary.kept + drops);
  expect(summary.kept).toBe(20);
  for (const one of await prompts(a, "prompt/prompts_20_001.json")) {
    expect(one.turn).toBeLessThan(10);
    expect(one.messages.filter((message) => message.role === "assistant")).toHaveLength(one.turn);
  }
});

test("Parquet, JSON Lines and packed JSON Lines of the same rows give the same turns", async () => {
  const rows = lines(...Array.from({ length: 8 }, (_, n) => trajectory(`o__n-${n}`)));
  const root = tempProject({
    "t.jsonl": rows,
    "p.jsonl": lines(...Array.from({ length: 8 }, (_, n) => pull(`o__n-${n}`))),
  });
  writeFileSync(join(root, "t.jsonl.gz"), gzipSync(rows));
  await toParquet(join(root, "t.jsonl"), join(root, "t.parquet"));
  await toParquet(join(root, "p.jsonl"), join(root, "p.parquet"));
  const seen: unknown[] = [];
  for (const [trajectories, prs] of [
    ["t.jsonl", "p.jsonl"],
    ["t.jsonl.gz", "p.jsonl"],
    ["t.parquet", "p.parquet"],
  ]) {
    writeFileSync(join(root, "chain.toml"), chain({ trajectories, prs }));
    await run(root, { force: true });
    seen.push(
      (await prompts(root)).map(({ instance_id, turn, origin }) => [instance_id, turn, origin.row]),
    );
  }
  expect(seen[1]).toEqual(seen[0]);
  expect(seen[2]).toEqual(seen[0]);
});

test("a folder of mini-swe-agent runs is read, ids from the file names", async () => {
  const messages = [
    { role: "system", content: "s" },
    { role: "user", content: "task" },
    {
      role: "assistant",
      content: null,
      tool_calls: [{ function: { name: "bash", arguments: '{"command":"ls"}' } }],
    },
    { role: "exit", content: "" },
  ];
  const root = tempProject({
    "chain.toml": chain({ trajectories: "runs" }),
    "runs/o__n-1/o__n-1.traj.json": {
      info: { exit_status: "Submitted" },
      messages,
      trajectory_format: "mini-swe-agent-1.1",
    },
    "runs/o__n-2.traj": {
      trajectory: [{ action: "ls" }],
      history: [
        ...messages.slice(0, 2),
        { role: "assistant", content: "demo", is_demo: true },
        { role: "assistant", content: [{ type: "text", text: "real" }] },
      ],
      info: {},
    },
    "p.jsonl": lines(pull("o__n-1"), pull("o__n-2")),
  });
  expect(await run(root)).toMatchObject({ kept: 2 });
  const found = new Map((await prompts(root)).map((one) => [one.instance_id, one]));
  expect(found.get("o__n-1")).toMatchObject({
    repo: "o/n",
    turn: 0,
    assistant: "```bash\nls\n```",
  });
  expect(found.get("o__n-2")).toMatchObject({ turn: 1, assistant: "real" });
});

test("rollouts of one instance are told apart, and one of them is kept", async () => {
  const other = {
    messages: [
      { role: "user", content: "t" },
      { role: "assistant", content: "x" },
    ],
  };
  const root = tempProject({
    "chain.toml": chain({ max_per_instance: 0 }),
    "t.jsonl": lines(
      trajectory("o__n-1", other),
      trajectory("o__n-1"),
      trajectory("o__n-1", other),
    ),
    "p.jsonl": lines(pull("o__n-1"), pull("o__n-1", { patch: "second" })),
  });
  expect(await run(root)).toMatchObject({ read: 3, kept: 2, dropped: { duplicate: 1 } });
  expect(await openStore(root).read("commit/o__n-1.json", pullRequestSchema)).toMatchObject({
    patch: "x",
  });
});

test("turns without a pull request and with a huge one are counted, and the huge ones are listed", async () => {
  const root = tempProject({
    "chain.toml": chain({ max_pr_chars: 10 }),
    "t.jsonl": lines(trajectory("o__n-1"), trajectory("o__n-2"), trajectory("o__n-3")),
    "p.jsonl": lines(pull("o__n-1"), pull("o__n-2", { test_patch: "y".repeat(20) })),
  });
  const summary = await run(root);
  expect(summary).toMatchObject({ read: 3, kept: 1, dropped: { no_pr: 1, pr_too_large: 1 } });
  expect(summary.notes[0]).toBe(
    'asked for 5 turns, only 1 are eligible: there are no more rows; most were taken by no_pr (1: no pull-request record for the instance); one turn a run was drawn: [source].spread = "turns" draws any number of a run (max_per_instance holds)',
  );
  expect(readFileSync(join(root, "report/hugePR.md"), "utf8")).toContain("| o__n-2 | o/n | 21 |");
});

test("an id with a slash or dots stays inside commit/", async () => {
  const root = tempProject({
    "chain.toml": chain({}),
    "t.jsonl": lines(trajectory("../evil/x"), trajectory("..")),
    "p.jsonl": lines(pull("../evil/x"), pull("..")),
  });
  await run(root);
  expect(await openStore(root).list("commit")).toEqual(["%2E%2E%2Fevil%2Fx.json", "%2E%2E.json"]);
});

test("a second run changes no file, and a changed [source] needs --force", async () => {
  const root = tempProject({
    "chain.toml": chain({}),
    "t.jsonl": lines(trajectory("o__n-1"), trajectory("o__n-2")),
    "p.jsonl": lines(pull("o__n-1"), pull("o__n-2")),
  });
  await run(root);
  const before = snapshot(root);
  expect((await run(root)).notes.at(-1)).toMatch(/nothing to do/);
  expect(snapshot(root)).toEqual(before);
  writeFileSync(join(root, "chain.toml"), chain({ count: 1 }));
  await expect(run(root)).rejects.toThrow(
    "prompt: prompt/ holds turns that were drawn with another [source]",
  );
  await run(root, { force: true });
  expect(await openStore(root).list("prompt")).toEqual(["prompts_1_001.json"]);
});

test("a run with --limit is continued by one without: the first turns stay the same", async () => {
  const ids = ["o__n-1", "o__n-2", "o__n-3", "o__n-4"];
  const root = tempProject({
    "chain.toml": chain({}),
    "t.jsonl": lines(...ids.map((id) => trajectory(id))),
    "p.jsonl": lines(...ids.map((id) => pull(id))),
  });
  const cut = "--limit drew 2 of [source].count 5 turns: the gate waits for the rest";
  const begun = await run(root, { limit: 2 });
  expect(begun.notes.join("\n")).toContain(cut);
  const first = await prompts(root);
  expect((await run(root)).notes.join("\n")).not.toContain("--limit drew");
  expect((await prompts(root)).slice(0, 2)).toEqual(first);
  expect(await prompts(root)).toHaveLength(4);
});

test("dirty rows lose nothing but themselves", async () => {
  const root = tempProject({
    "chain.toml": chain({}),
    "t.jsonl": [
      JSON.stringify(
        trajectory("o__n-1", {
          messages: [
            { role: "user", content: null },
            { role: "assistant", content: [{ type: "text", text: "a\r\nb\0" }] },
          ],
        }),
      ),
      '{"instance_id":"o__n-2","messages":[{"role":"user","content":"\\ud800"},{"role":"assistant","content":"ok"}]}',
      JSON.stringify(trajectory("o__n-3", { messages: [{ role: "user", content: "u" }] })),
      JSON.stringify(trajectory("o__n-4", { messages: "no" })),
      JSON.stringify({ messages: [] }),
    ].join("\r\n"),
    "p.jsonl": lines(pull("o__n-1"), pull("o__n-2")),
  });
  expect(await run(root)).toMatchObject({
    read: 5,
    kept: 2,
    dropped: { bad_row: 2, no_assistant_turn: 1 },
    notes: [
      expect.stringContaining("only 2 are eligible"),
      "bad_row: row 4 of t.jsonl: the messages are a text that is no JSON",
      "bad_row: row 5 of t.jsonl: the list of messages is empty",
    ],
  });
  const found = new Map((await prompts(root)).map((one) => [one.instance_id, one]));
  expect(found.get("o__n-1")).toMatchObject({
    assistant: "a\r\nb\uFFFD",
    messages: [{ content: "" }],
  });
  expect(found.get("o__n-2")).toMatchObject({ messages: [{ content: "\uFFFD" }] });
});

test("a broken line is an error with file and line, and --skip-bad counts it and goes on", async () => {
  const root = tempProject({
    "chain.toml": chain({}),
    "t.jsonl": `${lines(trajectory("o__n-1"))}\n\n{"instance_id": "o\n[1]\n`,
    "p.jsonl": lines(pull("o__n-1")),
  });
  await expect(run(root)).rejects.toThrow(/t\.jsonl line 3 is not JSON: /);
  expect(await run(root, { skipBad: true })).toMatchObject({
    read: 3,
    kept: 1,
    dropped: { bad_line: 2 },
  });
});

test("Ctrl-C ends the draw between two batches, writes no prompt file, and says what is left", async () => {
  const root = tempProject({
    "chain.toml": chain({}),
    "t.jsonl": lines(trajectory("o__n-1")),
    "p.jsonl": lines(pull("o__n-1")),
  });
  const deps = {
    store: openStore(root),
    progress: silentProgress,
    signal: AbortSignal.abort(),
  };
  const options = { force: false, retry: false, skipBad: false };
  expect(await prompt(loadConfig(root, {}), deps, options)).toMatchObject({
    kept: 0,
    pending: 5,
    stopped: { why: "interrupted" },
  });
  expect(await openStore(root).list("prompt")).toEqual([]);
  expect(await run(root)).toMatchObject({ kept: 1 });
});

test.each([
  [
    "a token limit without a tokenizer",
    { max_history_tokens: 10 },
    /\[source\]\.max_history_tokens counts tokens, but \[source\]\.tokenizer names no tokenizer\.json/,
  ],
  [
    "a tokenizer that is not there",
    { max_history_tokens: 10, tokenizer: "none.json" },
    /\[source\]\.tokenizer .*none\.json is not there/,
  ],
  [
    "a glob that matches nothing",
    { trajectories: "none/*.jsonl" },
    /\[source\]\.trajectories = "none\/\*\.jsonl" matches nothing in /,
  ],
  [
    "files of another kind",
    { trajectories: "*.txt" },
    /matches 1 files, none of a kind that is read/,
  ],
  [
    "a single file of another kind",
    { trajectories: "a.txt" },
    /a\.txt: files of this kind are not read$/,
  ],
  [
    "no conversation",
    { trajectories: "p.jsonl" },
    /p\.jsonl holds no trajectories: it needs a conversation .* its columns are instance_id, repo, patch/,
  ],
  [
    "a missing patch column",
    { prs: "t.jsonl" },
    /t\.jsonl lacks the column patch of a pull-request record; its columns are instance_id, repo, messages/,
  ],
  [
    "an empty file",
    { trajectories: "empty.jsonl" },
    /\[source\]\.trajectories: no rows in empty\.jsonl/,
  ],
  [
    "a Parquet file cut short",
    { trajectories: "cut.parquet" },
    /cut\.parquet cannot be read as Parquet: /,
  ],
  ["gzip cut short", { trajectories: "cut.jsonl.gz" }, /cut\.jsonl\.gz cannot be unpacked: /],
  [
    "a run that is not JSON",
    { trajectories: "cut.traj.json" },
    /cut\.traj\.json is not JSON of a run: /,
  ],
  [
    "mixed shapes",
    { trajectories: ["t.jsonl", "ready.jsonl"] },
    /t\.jsonl holds trajectories, ready\.jsonl holds ready turns/,
  ],
  [
    "nothing left",
    { exclude_ids: ["o__n-1"] },
    /prompt: none of the 1 rows gives a turn; most were taken by excluded_id \(1: named in \[source\]\.exclude_ids\)/,
  ],
])("%s is a clear error", async (_what, source, message) => {
  const root = tempProject({
    "chain.toml": chain(source),
    "t.jsonl": lines(trajectory("o__n-1")),
    "p.jsonl": lines(pull("o__n-1")),
    "ready.jsonl": lines({ instance_id: "a", repo: "o/n", messages: [], assistant: "x" }),
    "a.txt": "x",
    "empty.jsonl": "",
    "cut.traj.json": "{",
  });
  await toParquet(join(root, "t.jsonl"), join(root, "whole.parquet"));
  writeFileSync(
    join(root, "cut.parquet"),
    readFileSync(join(root, "whole.parquet")).subarray(0, 300),
  );
  writeFileSync(join(root, "cut.jsonl.gz"), gzipSync("x".repeat(999)).subarray(0, 15));
  await expect(run(root)).rejects.toThrow(message);
  expect(await openStore(root).list("prompt")).toEqual([]);
});

async function toParquet(from: string, to: string): Promise<void> {
  const instance = await DuckDBInstance.create(":memory:");
  const db = await instance.connect();
  await db.run(
    `COPY (SELECT * FROM read_json('${from}')) TO '${to}' (FORMAT parquet, COMPRESSION zstd)`,
  );
}

const WORD_LEVEL = wordLevel(["s", "task", "one", "o", "two"]);

test("max_history_tokens counts with the tokenizer.json that is named", async () => {
  const long = (words: number): object => ({
    messages: [
      { role: "user", content: Array(words).fill("task").join(" ") },
      { role: "assistant", content: "one" },
    ],
  });
  const root = tempProject({
    "chain.toml": chain({ max_history_tokens: 7, tokenizer: "tokenizer.json" }),
    "tokenizer.json": WORD_LEVEL,
    "t.jsonl": lines(...[6, 7, 8, 9].map((words) => trajectory(`o__n-${words}`, long(words)))),
    "p.jsonl": lines(...[6, 7, 8, 9].map((words) => pull(`o__n-${words}`))),
  });
  expect(await run(root)).toMatchObject({ kept: 2, dropped: { history_too_many_tokens: 2 } });
  const kept = (await prompts(root)).map(({ instance_id }) => instance_id);
  expect(kept.toSorted()).toEqual(["o__n-6", "o__n-7"]);
});

test("--only is refused where a draw is due, and says nothing where the prompts are there", async () => {
  const root = tempProject({
    "chain.toml": chain({ count: 2 }),
    "t.jsonl": lines(trajectory("o__n-1"), trajectory("o__n-2")),
    "p.jsonl": lines(pull("o__n-1"), pull("o__n-2")),
  });
  await expect(run(root, { only: "prompts_2_001_*" })).rejects.toThrow(
    "prompt: --only picks answers of turns that are drawn, but a draw is due, and it draws all of them",
  );
  await run(root);
  expect(await run(root, { only: "prompts_2_001_*" })).toMatchObject({ kept: 2, pending: 0 });
});
