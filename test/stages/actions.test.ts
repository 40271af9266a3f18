import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { seededRng } from "../../src/core/random.ts";
import { ACTION_TYPES } from "../../src/core/actions/types.ts";
import { openStore } from "../../src/io/store.ts";
import { actions, type ActionsOptions } from "../../src/stages/actions.ts";
import type { StageSummary } from "../../src/work.ts";
import { silentProgress } from "../support/chat.ts";
import { readJsonl } from "../support/dataset.ts";
import { snapshot, tempProject } from "../support/project.ts";

const REAL = resolve("test/fixtures/real");
const SETS = {
  proposer: "dataset/speculative-actions-proposer-sft",
  verifier: "dataset/speculative-actions-verifier-pref",
  eval: "dataset/speculative-actions-eval",
};

const run = (root: string, over: Partial<ActionsOptions> = {}): Promise<StageSummary> => {
  const config = loadConfig(root, {});
  return actions(
    config,
    { store: openStore(root), progress: silentProgress, rng: (purpose) => seededRng(42, purpose) },
    {
      swe: [join(REAL, "smith_tool.jsonl")],
      toolbench: [join(REAL, "toolbench.jsonl")],
      own: true,
      output: join(root, "dataset"),
      skipBad: false,
      force: false,
      retry: false,
      format: ["prompt-completion"],
      ...over,
    },
  );
};

type Row = { readonly prompt: { content: string }[]; readonly metadata: Record<string, unknown> };
const rowsOf = (root: string, ...files: string[]): Row[] =>
  files.flatMap((file) => readJsonl(root, file) as unknown as Row[]);
const proposerOf = (root: string): Row[] =>
  rowsOf(root, `${SETS.proposer}/train.jsonl`, `${SETS.proposer}/val.jsonl`);
const verifierOf = (root: string): Row[] =>
  rowsOf(root, `${SETS.verifier}/train.jsonl`, `${SETS.verifier}/val.jsonl`);
const groupOf = ({ metadata }: Row): string => String(metadata["repo"] || metadata["instance_id"]);

test("the three sets come from real runs, with eval groups in no other set", async () => {
  const root = tempProject();
  const summary = await run(root, { maxSwe: 150, maxToolbench: 40 });
  const [proposer, verifier, held] = [
    proposerOf(root),
    verifierOf(root),
    rowsOf(root, `${SETS.eval}/test.jsonl`),
  ];
  expect(summary.kept).toBe(proposer.length + held.length);
  expect(summary.read).toBe(
    summary.kept + Object.values(summary.dropped).reduce((sum, n) => sum + n, 0),
  );
  expect(
    proposer.filter(({ metadata }) => metadata["source"] === "swe").length,
  ).toBeLessThanOrEqual(150);
  expect(
    proposer.filter(({ metadata }) => metadata["source"] === "toolbench").length,
  ).toBeLessThanOrEqual(40);

  const evalGroups = new Set(held.map(groupOf));
  expect(evalGroups.size).toBeGreaterThan(0);
  expect([...proposer, ...verifier].filter((row) => evalGroups.has(groupOf(row)))).toEqual([]);

  expect(verifier.length).toBeGreaterThan(0);
  for (const { metadata } of verifier) {
    expect(metadata["resolved"]).toBe(true);
    expect(["rollout", "synthetic"]).toContain(metadata["rejected_origin"]);
    expect(metadata["synthetic_kind"] === null).toBe(metadata["rejected_origin"] === "rollout");
  }
  for (const { metadata } of [...proposer, ...held])
    expect(ACTION_TYPES).toContain(metadata["action_type"]);
  const stats = JSON.parse(
    readFileSync(join(root, SETS.verifier, "dataset_stats.json"), "utf8"),
  ) as Record<string, unknown>;
  expect(stats["rejected_origins"]).toBeDefined();
  expect(readFileSync(join(root, SETS.eval, "README.md"), "utf8")).toContain("gold label");
});

test("no history holds a hint: proposer prompts end in the question, verifier prompts have none", async () => {
  const root = tempProject();
  await run(root, { maxSwe: 80, toolbench: ["none"] });
  const isHint = (message: { content: string } | undefined): boolean =>
    message?.content.startsWith("What is the next action? First line:") === true;
  for (const { prompt } of proposerOf(root)) {
    // The question is joined to what the user said last.
    expect(prompt.at(-1)?.content).toContain("What is the next action? First line:");
    expect(prompt.slice(0, -1).some(isHint)).toBe(false);
  }
  for (const { prompt } of verifierOf(root)) expect(prompt.some(isHint)).toBe(false);
});

test("the same seed gives the same bytes", async () => {
  const [a, b] = [tempProject(), tempProject()];
  for (const root of [a, b]) await run(root, { maxSwe: 30, maxToolbench: 10 });
  const files = (root: string): Record<string, string> =>
    Object.fromEntries(Object.entries(snapshot(root)).filter(([name]) => name.endsWith(".jsonl")));
  expect(files(a)).toEqual(files(b));
});

test("prompts and won duels of the workspace are turns too, and the king is the rejected answer", async () => {
  const bash = (command: string): string => `THOUGHT: look\n\n\`\`\`bash\n${command}\n\`\`\``;
  const history = (n: number): object[] => [{ role: "user", content: `own issue number ${n}` }];
  const prompt = (n: number): object => ({
    instance_id: `o${n}__r-${n}`,
    repo: `o${n}/r`,
    turn: 0,
    messages: history(n),
    assistant: bash(`grep reference${n}`),
    origin: { dataset: null, revision: null, file: null, row: null },
  });
  const root = tempProject({
    "prompt/prompts_3_001.json": [prompt(1), prompt(2), prompt(3)],
    "final/prompts_3_001_1.json": {
      instance_id: "o1__r-1",
      repo: "o1/r",
      king: bash("ls king"),
      challenger: bash("cat challenger"),
      assistant: bash("grep reference1"),
      messages: history(1),
      score: 90,
      metrics: { correctness: 90, grounding: 90, progress: 90, protocol: 90, efficiency: 90 },
      reason: "score 90 >= 80",
    },
    "chain.toml": "[actions]\neval_fraction = 0\n",
  });
  const summary = await run(root, { swe: ["none"], toolbench: ["none"] });
  expect(summary).toMatchObject({ read: 4, kept: 4 });
  expect(summary.notes).toContain(
    "no eval set: all turns are in one group, or [actions].eval_fraction is 0",
  );
  expect(
    proposerOf(root)
      .map(({ metadata }) => String(metadata["rollout"]))
      .sort((a, b) => a.localeCompare(b)),
  ).toEqual([
    "final/prompts_3_001_1.json",
    "prompt/prompts_3_001_1.json",
    "prompt/prompts_3_001_2.json",
    "prompt/prompts_3_001_3.json",
  ]);
  expect(verifierOf(root)).toMatchObject([
    {
      chosen: [{ role: "assistant", content: bash("cat challenger") }],
      rejected: [{ role: "assistant", content: bash("ls king") }],
      metadata: {
        action_type: "file_read",
        rejected_type: "retrieval",
        rejected_origin: "duel",
        synthetic_kind: "",
      },
    },
  ]);
});

test("without a resolved run there is no verifier set, and the summary says so", async () => {
  const root = tempProject();
  const summary = await run(root, { swe: ["none"] });
  expect(summary.notes).toContain(
    "no verifier set: no run outside eval says that it resolved its instance, and no duel was won",
  );
  await expect(openStore(root).list(SETS.verifier)).resolves.toEqual([]);
});

test.each<[string, Record<string, string>, Partial<ActionsOptions>, string]>([
  ["a set that is there", { [`${SETS.eval}/x`]: "1" }, {}, "is not empty (x)"],
  [
    "a source that names nothing",
    {},
    { swe: ["no/*.jsonl"] },
    '--swe = "no/*.jsonl" matches nothing',
  ],
  [
    "rows that are no runs",
    { "a.jsonl": '{"a":1}\n' },
    { swe: ["a.jsonl"] },
    "a.jsonl holds no trajectories: it needs a conversation",
  ],
  ["an empty file", { "a.jsonl": "" }, { swe: ["a.jsonl"] }, "--swe: no rows in a.jsonl"],
  ["a broken line", { "a.jsonl": "{\n" }, { swe: ["a.jsonl"] }, "a.jsonl line 1 is not JSON"],
  [
    "no turns at all",
    {},
    { swe: ["none"], toolbench: ["none"] },
    "there are no rows for the formats asked for",
  ],
])("actions says what is wrong: %s", async (_, files, over, message) => {
  const root = tempProject(files);
  await expect(run(root, over)).rejects.toThrow(message);
});

test("--label leaves out the runs that end otherwise, and counts them", async () => {
  const root = tempProject();
  const swe = { swe: [join(REAL, "smith_tool.jsonl")], toolbench: ["none"] };
  const all = await run(root, swe);
  const summary = await run(root, { ...swe, label: ["success"], force: true });
  const left = summary.dropped["label_failure"] ?? 0;
  expect(left).toBeGreaterThan(0);
  expect(summary.kept).toBeGreaterThan(0);
  expect(summary.kept).toBeLessThan(all.kept);
  expect(summary.read).toBe(
    summary.kept + Object.values(summary.dropped).reduce((sum, n) => sum + n, 0),
  );
  const rows = [...proposerOf(root), ...rowsOf(root, `${SETS.eval}/test.jsonl`)];
  const resolved = new Set(
    readFileSync(join(REAL, "smith_tool.jsonl"), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { instance_id: string; resolved: boolean })
      .filter((row) => row.resolved)
      .map((row) => row.instance_id),
  );
  expect(rows.filter(({ metadata }) => !resolved.has(String(metadata["instance_id"])))).toEqual([]);
});

test("--label names what it expects", async () => {
  await expect(run(tempProject(), { label: ["GOOD"] })).rejects.toThrow(
    'actions: --label is "GOOD"; expected SUCCESS, FAILURE, UNKNOWN',
  );
});

test("turns of failed runs are learned where they are named, and are bad answers to kto", async () => {
  const root = tempProject();
  const options = { toolbench: ["none"], own: false, maxSwe: 150 };
  const labels = (): unknown[] => [
    ...new Set(proposerOf(root).map(({ metadata }) => metadata["label"])),
  ];
  const plain = await run(root, options);
  expect(plain.dropped["label_failure"]).toBeGreaterThan(0);
  expect(labels()).not.toContain("FAILURE");

  await run(root, { ...options, label: ["SUCCESS,FAILURE"], force: true });
  expect(labels()).toEqual(expect.arrayContaining(["SUCCESS", "FAILURE"]));

  const kto = await run(root, { ...options, format: ["kto"], force: true });
  expect(kto.dropped["label_failure"]).toBeUndefined();
  const rows = proposerOf(root) as (Row & { label?: boolean })[];
  expect(new Set(rows.map(({ label }) => label))).toEqual(new Set([true, false]));
  expect(rows.every(({ label, metadata }) => label === (metadata["label"] === "SUCCESS"))).toBe(
    true,
  );
});

test("rejected actions come from other runs before later turns of the same one, and the card counts them", async () => {
  const root = tempProject();
  const summary = await run(root, { toolbench: ["none"], own: false });
  const kinds = verifierOf(root).map(({ metadata }) => metadata["synthetic_kind"]);
  const count = (kind: string): number => kinds.filter((one) => one === kind).length;
  expect(count("position")).toBeGreaterThan(20 * count("later"));
  const said = summary.notes.find((note) => note.startsWith("rejected actions by origin: "));
  expect(said).toContain(`synthetic (position) ${count("position")}`);
  const card = readFileSync(join(root, SETS.verifier, "README.md"), "utf8");
  expect(card).toContain(said);
  expect(summary.notes.join("\n")).toMatch(/proposer, action types of \d+ turns: \w+ \d+ \(/);
});
