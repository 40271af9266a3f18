/** Rows for teachers and process rewards, and pairs whose rejected side is the student's own words. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { FORMATS } from "../../src/core/dataset/format-names.ts";
import type { Privilege } from "../../src/core/dataset/format-names.ts";
import { exportTurns, type ExportOptions } from "../../src/stages/export.ts";
import { scriptedChat } from "../support/chat.ts";
import { readJsonl } from "../support/dataset.ts";
import { OPTIONS, testConfig, testDeps } from "../support/deps.ts";
import { metricsOf, scoreFile } from "../support/judged-turn.ts";
import { snapshot, tempProject } from "../support/project.ts";

type Row = Record<string, unknown>;

/** A history with a call, so that its end is a result. */
const MESSAGES = [
  { role: "system", content: "You are an agent." },
  {
    role: "user",
    content: "The clock of this module runs backwards, repair it please and test it",
  },
  {
    role: "assistant",
    content: "I look.",
    tool_calls: [{ id: "c1", name: "bash", arguments: { command: "ls" } }],
  },
  { role: "tool", content: "clock.py", tool_call_id: "c1", name: "bash" },
];

const turn = (n: number, bucket: string): Row => ({
  instance_id: `acme__clock${n}-1`,
  repo: `acme/clock${n}`,
  turn: 1,
  protocol: "tools",
  king: `king ${n}`,
  challenger: `challenger ${n}`,
  assistant: `reference ${n}`,
  messages: MESSAGES.map((m, at) => (at === 1 ? { ...m, content: `${n}: ${m.content}` } : m)),
  score: bucket === "defeat" ? 20 : 90,
  metrics: metricsOf(90),
  reason: "score",
  audit: { verdict: "clean", kinds: [] },
  king_run: RUN("student"),
  challenger_run: RUN("teacher"),
});

const RUN = (model: string): Row => ({
  model,
  provider: "p",
  prompt_version: "k",
  config_hash: "c",
  usage: { prompt_tokens: 0, cached_tokens: 0, completion_tokens: 0, reasoning_tokens: 0 },
  cost_usd: null,
  attempts: 1,
  finish_reason: "stop",
  time: "",
});

const score = (n: number, value: number, reason = "REASONWORDS"): Row =>
  scoreFile({
    file: `t_${n}.json`,
    instance_id: `acme__clock${n}-1`,
    score: value,
    votes: value > 50 ? [1, 1] : [0, 0],
    reason,
  });

const HIDDEN = "PRIVILEGEDPATCHWORDS";

async function exported(
  over: Partial<ExportOptions>,
  { toml = "", commits = true, reason = "REASONWORDS" } = {},
) {
  const files: Record<string, unknown> = {};
  for (const n of [1, 2, 3, 4]) {
    const bucket = n === 4 ? "defeat" : "final";
    files[`${bucket}/t_${n}.json`] = turn(n, bucket);
    files[`score/t_${n}.json`] = score(n, n === 4 ? 20 : 90, reason);
    const pr = { instance_id: `acme__clock${n}-1`, repo: `acme/clock${n}`, patch: HIDDEN };
    if (commits) files[`commit/acme__clock${n}-1.json`] = pr;
  }
  const root = tempProject(files);
  const deps = testDeps(
    root,
    scriptedChat(() => ""),
  );
  const summary = await exportTurns(testConfig(root, toml), deps, { ...OPTIONS, ...over });
  const folder = join(root, "dataset/export");
  const rows = (dir = ""): Row[] =>
    ["train", "val"].flatMap((split) => readJsonl(folder, dir, `${split}.jsonl`));
  return { root, folder, summary, rows };
}

test.each<[Privilege, string]>([
  ["pr", HIDDEN],
  ["reasons", "REASONWORDS"],
])(
  "privileged rows hold what a teacher sees of the %s, and end in a user's turn",
  async (what, words) => {
    const { rows, folder } = await exported({ format: ["privileged"], privileged: what });
    expect(rows()).toHaveLength(3);
    for (const row of rows()) {
      expect(row["privileged_context"]).toContain(words);
      expect(JSON.stringify([row["prompt"], row["completion"]])).not.toContain(words);
      const prompt = row["prompt"] as { role: string; content: string }[];
      expect(prompt.at(-1)).toMatchObject({ role: "user", content: "[result of bash]\nclock.py" });
      expect(prompt.map(({ role }) => role)).not.toContain("tool");
    }
    const card = readFileSync(join(folder, "README.md"), "utf8");
    expect(card).toContain("has the licence of its repository");
    expect(card).toContain("do not mix them with other formats");
    expect(card).toMatch(/max_prompt_length=\d+/);
  },
);

test("what a teacher sees stands in no other format, nor in card, statistics or skipped rows", async () => {
  const { folder } = await exported({ format: [...FORMATS] });
  const texts = Object.entries(snapshot(folder));
  expect(texts.length).toBeGreaterThan(FORMATS.length);
  const holding = texts.filter(([, text]) => text.includes(HIDDEN)).map(([name]) => name);
  expect(holding.length).toBeGreaterThan(0);
  expect(holding.filter((name) => !name.startsWith("privileged/"))).toEqual([]);
});

test("a turn of which nothing is hidden is a drop with its reason, never a row with nothing", async () => {
  await expect(exported({ format: ["privileged"] }, { commits: false })).rejects.toThrow(
    "nothing_privileged",
  );
});

test("a judge that gave no sentence tells a teacher nothing", async () => {
  const given = { format: ["privileged"], privileged: "reasons" as const };
  await expect(exported(given, { reason: " " })).rejects.toThrow("nothing_privileged");
});

test("steps before a turn are unjudged; its two answers are won and lost, with their scores", async () => {
  const { rows } = await exported({ format: ["stepwise"] });
  expect(rows()).toHaveLength(8);
  const own = rows().filter(
    ({ metadata }) => (metadata as Row)["instance_id"] === "acme__clock1-1",
  );
  expect(own.map(({ labels, rewards }) => ({ labels, rewards }))).toEqual([
    { labels: [null, true], rewards: [null, 0.9] },
    { labels: [null, false], rewards: [null, 0.1] },
  ]);
  expect(own[0]?.["completions"]).toEqual([
    "I look.\n\n```bash\nls\n```",
    "[result of bash]\nclock.py\n\nchallenger 1",
  ]);
  expect(own[0]?.["prompt"]).toContain("The clock of this module");
  const lost = rows().filter(({ metadata }) => (metadata as Row)["bucket"] === "defeat");
  expect(lost.map(({ labels }) => labels)).toEqual([
    [null, false],
    [null, true],
  ]);
});

test.each([
  ["", { king: 3, challenger: 1 }],
  ['[dataset]\npolicy = "student"\n', { policy: 3, challenger: 1 }],
  ['[dataset]\npolicy = "teacher"\n', { king: 3, policy: 1 }],
])("a student as king: with %j the rejected sides are by %j", async (toml, by) => {
  const { rows, folder, summary } = await exported({ format: ["preference"] }, { toml });
  const found: Record<string, number> = {};
  for (const { metadata } of rows()) {
    const who = String((metadata as Row)["rejected_by"]);
    found[who] = (found[who] ?? 0) + 1;
  }
  expect(found).toEqual(by);
  const line = `rejected sides of pairs, by who wrote them: ${Object.entries(by)
    .sort(([, a], [, b]) => b - a)
    .map(([who, n]) => `${who} ${n}`)
    .join(", ")}`;
  expect(summary.notes).toContain(line);
  expect(readFileSync(join(folder, "README.md"), "utf8")).toContain(line);
});
