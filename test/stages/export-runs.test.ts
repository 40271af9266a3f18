/** stage:export --unit run: judged turns put back into their runs, with a weight for every message. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { exportTurns, type ExportOptions } from "../../src/stages/export.ts";
import { readJsonl } from "../support/dataset.ts";
import { OPTIONS, testConfig, testDeps } from "../support/deps.ts";
import { scriptedChat } from "../support/chat.ts";
import { metricsOf, scoreFile } from "../support/judged-turn.ts";
import { tempProject } from "../support/project.ts";
import { runScriptFile } from "../support/scripts.ts";

type Message = Record<string, unknown>;
type Row = { messages: (Message & { weight?: number })[]; tools?: unknown[] };

const call = (id: string, file: string) => ({ id, name: "read", arguments: { file } });
const says = (content: string, id: string, file: string): Message => ({
  role: "assistant",
  content,
  tool_calls: [call(id, file)],
});
const result = (id: string): Message => ({ role: "tool", content: `of ${id}`, tool_call_id: id });
const text = (content: string, file: string): string =>
  `${content}\n\n\`\`\`json\n${JSON.stringify({ name: "read", arguments: { file } }, null, 1)}\n\`\`\``;

const TASK = { role: "user", content: "Repair the sum in this project, and say what was wrong" };
/** The run's own words: three turns with a call each. */
const RUN: Message[] = [
  TASK,
  says("own one", "c1", "a.js"),
  result("c1"),
  says("own two", "c2", "b.js"),
  result("c2"),
  says("own three", "c3", "c.js"),
];

type Given = {
  turn: 0 | 1 | 2;
  bucket: "final" | "refined" | "defeat";
  /** Votes of both orders; null: no verdicts. */
  votes: readonly [number, number] | null;
  /** What the challenger reads. */
  reads: string;
  mode?: 1 | 2;
  leak?: boolean;
  /** Pass rates in the gym, challenger's and opponent's, where these made the score. */
  rates?: readonly [number, number];
};

function filesOf(given: readonly Given[]): Record<string, unknown> {
  const files: Record<string, unknown> = {};
  for (const { turn, bucket, votes, reads, mode = 2, leak = false, rates } of given) {
    const at = 1 + 2 * turn;
    const own = RUN[at] as { content: string };
    const score = { final: 90, refined: 60, defeat: 10 }[bucket];
    const name = `t_${turn + 1}.json`;
    files[`${bucket}/${name}`] = {
      instance_id: "s1",
      run: "s1",
      repo: "",
      turn,
      king: "I wait.",
      challenger: text("better", reads),
      challenger_message: says("better", "x9", reads),
      assistant: text(own.content, ["a.js", "b.js", "c.js"][turn] ?? ""),
      assistant_message: own,
      messages: RUN.slice(0, at),
      protocol: "tools",
      tools: [{ type: "function", function: { name: "read" } }],
      origin: { dataset: "logs", revision: null, file: "s1.jsonl", row: 0 },
      score,
      metrics: metricsOf(score),
      reason: "r",
      audit: { verdict: leak ? "leak" : "clean", kinds: [] },
    };
    if (votes === null) continue;
    files[`score/${name}`] = {
      ...scoreFile({ file: name, instance_id: "s1", mode, score, votes, judges: ["a"] }),
      ...(rates && { outcome: { challenger: rates[0], opponent: rates[1], k: [4, 4] } }),
    };
  }
  return files;
}

async function exported(given: readonly Given[], over: Partial<ExportOptions> = {}) {
  const root = tempProject(filesOf(given));
  const deps = testDeps(
    root,
    scriptedChat(() => ""),
  );
  const summary = await exportTurns(testConfig(root), deps, {
    ...OPTIONS,
    unit: "run",
    ...over,
  });
  const folder = join(root, "dataset/export");
  const rows = ["train", "val"].flatMap((split) => readJsonl(folder, `${split}.jsonl`));
  return { summary, folder, rows: rows as Row[] };
}

const WON = { bucket: "final", votes: [1, 1] } as const;
const weights = (row: Row | undefined) =>
  row?.messages.flatMap(({ role, weight }) => (role === "assistant" ? [weight] : []));

const PLAYED = [
  { ...WON, turn: 0, reads: "a.js", rates: [0.75, 0.25] },
  { bucket: "defeat", votes: [0, 0], mode: 1, turn: 1, reads: "b.js", rates: [0, 0.5] },
  { ...WON, turn: 2, reads: "other.js", rates: [1, 0] },
] as const;

test("where outcomes made the score, a won turn weighs as often as it led to a mended package", async () => {
  const { rows } = await exported(PLAYED);
  expect(weights(rows[0])).toEqual([0.75, 0.5, 1]);
});

test("a step is then worth the pass rate of its own answer, not its share of the score", async () => {
  const { rows } = await exported(PLAYED, { unit: "turn", format: ["stepwise"] });
  const last = (rows as unknown as { labels: boolean[]; rewards: number[] }[]).map(
    ({ labels, rewards }) => `${String(labels.at(-1))} ${rewards.at(-1)}`,
  );
  expect(last.sort((a, b) => a.localeCompare(b))).toEqual([
    "false 0",
    "false 0",
    "false 0.25",
    "true 0.5",
    "true 0.75",
    "true 1",
  ]);
});

test("a run is one row: won turns weigh 1, all others 0, and its tools stand beside it", async () => {
  const { rows, summary } = await exported([
    { ...WON, turn: 0, reads: "a.js" },
    { ...WON, turn: 2, reads: "other.js" },
  ]);
  expect(summary).toMatchObject({ read: 1, kept: 1, dropped: {} });
  expect(rows).toHaveLength(1);
  expect(weights(rows[0])).toEqual([1, 0, 1]);
  expect(rows[0]?.tools).toHaveLength(1);
  const [, first, , second, , last] = rows[0]?.messages ?? [];
  // The same call in other words: its result behind it still answers it, by its own id.
  expect(first).toMatchObject({ content: "better", tool_calls: [{ id: "c1" }] });
  expect(second).toMatchObject({ content: "own two" });
  // Nothing stands behind the last turn: any answer fits.
  expect(last).toMatchObject({ content: "better", tool_calls: [{ id: "x9" }] });
});

test.each<{
  what: string;
  given: Omit<Given, "turn">;
  over?: Partial<ExportOptions>;
  weight: number;
  says: string;
}>([
  { what: "won by the same call", given: { ...WON, reads: "a.js" }, weight: 1, says: "better" },
  { what: "won by another call", given: { ...WON, reads: "z.js" }, weight: 0, says: "own one" },
  {
    what: "lost against the king",
    given: { bucket: "defeat", votes: [0, 0], reads: "a.js" },
    weight: 0,
    says: "own one",
  },
  {
    what: "lost against the run's own words",
    given: { bucket: "defeat", votes: [0, 0], reads: "a.js", mode: 1 },
    weight: 1,
    says: "own one",
  },
  {
    what: "drawn, since the orders disagree",
    given: { bucket: "final", votes: [1, 0], reads: "a.js" },
    over: { drawWeight: 0.5 },
    weight: 0.5,
    says: "own one",
  },
  {
    what: "of refined",
    given: { bucket: "refined", votes: [1, 1], reads: "a.js" },
    over: { drawWeight: 0.25 },
    weight: 0.25,
    says: "own one",
  },
  {
    what: "of refined, asked for",
    given: { bucket: "refined", votes: [1, 1], reads: "a.js" },
    over: { refined: true },
    weight: 1,
    says: "better",
  },
  {
    what: "without a verdict",
    given: { bucket: "final", votes: null, reads: "a.js" },
    over: { drawWeight: 1 },
    weight: 0,
    says: "own one",
  },
  {
    what: "that leaks",
    given: { ...WON, reads: "a.js", leak: true },
    over: { drawWeight: 1 },
    weight: 0,
    says: "own one",
  },
])("a turn $what weighs $weight", async ({ given, over, weight, says: words }) => {
  const { rows } = await exported(
    [
      { turn: 0, ...given },
      { ...WON, turn: 2, reads: "c.js" },
    ],
    over,
  );
  expect(rows[0]?.messages[1]).toMatchObject({ content: words, weight });
});

test("turns whose histories part are rows of their own", async () => {
  const files = filesOf([
    { ...WON, turn: 0, reads: "a.js" },
    { ...WON, turn: 2, reads: "c.js" },
  ]);
  const first = files["final/t_1.json"] as { messages: Message[] };
  first.messages = [{ role: "user", content: "Summary of what a compaction took away" }];
  const root = tempProject(files);
  const deps = testDeps(
    root,
    scriptedChat(() => ""),
  );
  const summary = await exportTurns(testConfig(root), deps, { ...OPTIONS, unit: "run" });
  expect(summary).toMatchObject({ read: 2, kept: 2 });
});

test("a run of which nothing was won is left out: nothing_won", async () => {
  await expect(
    exported([{ turn: 0, bucket: "defeat", votes: [0, 0], reads: "a.js" }]),
  ).rejects.toThrow(/every row was filtered out[^]*nothing_won/);
});

test("the steps of a run have the labels of their duels: own words by duels against them alone", async () => {
  const given = [
    // The same call in better words: these stand, and won.
    { ...WON, turn: 0, reads: "a.js" },
    // Of the run's own words the duel against a king says nothing.
    { bucket: "defeat", votes: [0, 0], turn: 1, reads: "b.js" },
    { ...WON, turn: 2, reads: "other.js" },
  ] as const;
  const { rows, summary } = await exported(given, { format: ["stepwise"] });
  expect(summary).toMatchObject({ read: 1, kept: 1, dropped: {} });
  expect(rows).toMatchObject([
    {
      labels: [true, null, true],
      rewards: [0.9, null, 0.9],
      prompt: expect.stringContaining("sum"),
    },
  ]);
  const [first = "", second = ""] = (rows[0] as unknown as { completions: string[] }).completions;
  expect(first).toContain("better");
  expect(second).toMatch(/^\[result\]\nof c1\n\nown two/);
});

test("against the run's own words, a lost step is labelled false and stands", async () => {
  const given = [
    { ...WON, turn: 0, reads: "elsewhere.js", mode: 1 },
    { bucket: "defeat", votes: [0, 0], turn: 1, reads: "b.js", mode: 1 },
    { ...WON, turn: 2, reads: "c.js", leak: true, mode: 1 },
  ] as const;
  const { rows } = await exported(given, { format: ["stepwise", "openai"] });
  expect(rows).toMatchObject([{ labels: [false, true, null], rewards: [0.1, 0.9, null] }]);
});

test("a run whose steps no duel decided has no row of steps", async () => {
  const drawn = { turn: 0, bucket: "final", votes: [1, 0], reads: "a.js" } as const;
  await expect(exported([drawn], { format: ["stepwise"] })).rejects.toThrow(/nothing_won/);
});

test.each([
  [["SUCCESS"], [1, 0, 0]],
  [["FAILURE"], [0, 1, 0]],
  [["success,unknown"], [1, 0, 0.5]],
  [undefined, [1, 1, 0.5]],
])("with the labels %j the turns of a run weigh %j", async (label, weigh) => {
  const { rows, folder } = await exported(
    [
      { ...WON, turn: 0, reads: "a.js" },
      { bucket: "defeat", votes: [0, 0], turn: 1, reads: "b.js", mode: 1 },
      { bucket: "final", votes: [1, 0], turn: 2, reads: "c.js" },
    ],
    { drawWeight: 0.5, ...(label === undefined ? {} : { label }) },
  );
  expect(weights(rows[0])).toEqual(weigh);
  const stats = JSON.parse(readFileSync(join(folder, "dataset_stats.json"), "utf8")) as {
    turns: Record<string, number>;
  };
  expect(stats.turns["other_label"] ?? 0).toBe(weigh.filter((weight) => weight === 0).length);
});

test("a format without weights gets a row a learned turn, with the history that the run's row has", async () => {
  const given = [
    { ...WON, turn: 0, reads: "a.js" },
    { bucket: "defeat", votes: [0, 0], turn: 1, reads: "b.js" },
    { ...WON, turn: 2, reads: "other.js" },
  ] as const;
  const { rows, summary, folder } = await exported(given, { format: ["openai,prompt-completion"] });
  expect(summary).toMatchObject({ read: 1, kept: 1, dropped: {} });
  expect(rows).toHaveLength(1);
  const turns = ["train", "val"].flatMap((split) =>
    readJsonl(folder, "prompt-completion", `${split}.jsonl`),
  ) as { prompt: Message[]; completion: Message[]; metadata: Row }[];
  const [whole] = rows;
  const learned = (whole?.messages ?? []).flatMap(({ weight = 0, ...message }, at) =>
    weight > 0 ? [{ at, message }] : [],
  );
  expect(turns).toHaveLength(2);
  for (const [n, { at, message }] of learned.entries()) {
    expect(turns[n]?.prompt).toHaveLength(at);
    expect(turns[n]?.completion[0]?.["content"]).toBe(message["content"]);
    expect(turns[n]?.metadata).toMatchObject({ weight: 1 });
    expect(JSON.stringify(turns[n]?.prompt)).not.toContain('"weight"');
  }
  // The turn that was won stands in the history of the later one, in its better words.
  expect(turns[1]?.prompt[1]?.["content"]).toBe("better");
  // That alone, without runs.
  const alone = await exported(given, { format: ["prompt-completion"] });
  expect(alone.rows).toHaveLength(2);
});

test.each([
  [{ format: ["kto"] }, "export: --unit run with --format kto: a run has answers to learn"],
  [
    { format: ["preference"] },
    "export: --unit run with --format preference: a run has answers to learn, and no pairs",
  ],
  [
    { history: "last:2" },
    "export: --unit run with --history: a row of openai is the whole run, and its turns are learned where they stand",
  ],
])("--unit run with %j is refused", async (over, message) => {
  await expect(exported([{ ...WON, turn: 0, reads: "a.js" }], over)).rejects.toThrow(message);
});

test("--draw-weight takes a number from 0 to 1", async () => {
  const root = tempProject(filesOf([{ ...WON, turn: 0, reads: "a.js" }]));
  const ran = await runScriptFile("export", ["--root", root, "--unit=run", "--draw-weight=2"]);
  expect(ran.code).toBe(1);
  expect(ran.stderr).toContain("expected a number from 0 to 1.");
});
