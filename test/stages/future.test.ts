/** Runs without a pull request: their own future is the hidden knowledge, and no network is needed. */
import { expect, test } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { openStore } from "../../src/io/store.ts";
import { answerSchema } from "../../src/records/answer.ts";
import { promptFileSchema } from "../../src/records/prompt.ts";
import { pullRequestSchema } from "../../src/records/pull-request.ts";
import { challenger } from "../../src/stages/challenger.ts";
import { king } from "../../src/stages/king.ts";
import { prompt } from "../../src/stages/prompt.ts";
import { scriptedChat } from "../support/chat.ts";
import { OPTIONS, testDeps } from "../support/deps.ts";
import { tempProject } from "../support/project.ts";

const TOKEN = "ghp_" + "a1B2c3D4e5F6a1B2c3D4e5F6a1B2c3D4e5F6";
const SAID = (thought: string): string => `THOUGHT: ${thought}\n\n\`\`\`bash\nls src\n\`\`\``;

/** A session of two turns: the first finds something out, the second names what it learnt. */
const session = (over: object = {}): object => ({
  messages: [
    {
      role: "user",
      content: `Slugs keep their dashes in /home/alina/app, token ${TOKEN}. Mend that.`,
    },
    { role: "assistant", content: SAID("look") },
    { role: "user", content: "trim_with_table is in src/slug_table.py" },
    { role: "assistant", content: SAID("done") },
  ],
  ...over,
});
const lines = (...rows: object[]): string => rows.map((row) => JSON.stringify(row)).join("\n");

const chain = (source = "", challengerKeys = ""): string =>
  `[source]\ntrajectories = "runs/*.jsonl"\nprs = "missing.jsonl"\ncount = 2\nmax_turn = 1\n${source}\n[challenger]\n${challengerKeys}\n`;

async function draw(root: string) {
  const deps = testDeps(
    root,
    scriptedChat(() => ""),
  );
  const summary = await prompt(loadConfig(root, {}), deps, { ...OPTIONS, skipBad: false });
  return { summary, store: openStore(root) };
}

test("session logs without an id are drawn though the pull requests cannot be opened", async () => {
  const root = tempProject({ "chain.toml": chain(), "runs/a.jsonl": lines(session()) });
  const { summary, store } = await draw(root);
  const [turn] = await store.read("prompt/prompts_2_001.json", promptFileSchema);
  expect(turn).toMatchObject({
    schema: 2,
    instance_id: "runs/a",
    protocol: "bash",
    origin: { format: "chat", file: "runs/a.jsonl", row: 0 },
  });
  expect(turn?.messages[0]?.content).toContain("token MASKED_GITHUB_TOKEN");
  expect(await store.read("commit/future/prompts_2_001_1.json", pullRequestSchema)).toMatchObject({
    instance_id: "runs/a",
    turn: 0,
    future: expect.stringMatching(
      /^\[user\]\ntrim_with_table is in[^]*\[the agent\]\ndone\s+ls src/,
    ) as string,
    ended: "the run went on for 1 more turn",
  });
  expect(summary.notes).toEqual([
    'asked for 2 turns, only 1 are eligible: there are no more rows; no filter took any; one turn a run was drawn: [source].spread = "turns" draws any number of a run (max_per_instance holds)',
    "1 of 1 turns have no pull request: the challenger will see what their run did afterwards ([challenger].hidden)",
    "secrets masked: github_token 1 ([source].mask)",
    '1 home path in 1 turn is left as it is: [source].mask = "secrets+home" gives stand-ins',
  ]);
});

test("mask = secrets+home gives home folders and user names one stand-in, off masks nothing", async () => {
  for (const [mask, shown] of [
    ["secrets+home", "in /home/user/app, token MASKED_GITHUB_TOKEN"],
    ["off", `in /home/alina/app, token ${TOKEN}`],
  ] as const) {
    const root = tempProject({
      "chain.toml": chain(`mask = "${mask}"`),
      "runs/a.jsonl": lines(session()),
    });
    const { store } = await draw(root);
    const [turn] = await store.read("prompt/prompts_2_001.json", promptFileSchema);
    expect(turn?.messages[0]?.content).toContain(shown);
  }
});

test("where a drawn run may have a pull request, an error about them names the setting", async () => {
  const files = { "runs/a.jsonl": lines(session({ instance_id: "o__n-1" })) };
  await expect(draw(tempProject({ "chain.toml": chain(), ...files }))).rejects.toMatchObject({
    message: expect.stringContaining('[source].prs = "missing.jsonl" matches nothing') as string,
    hint: expect.stringContaining(
      'or set [challenger].hidden = "future", which needs no pull requests',
    ) as string,
  });
  const future = tempProject({ "chain.toml": chain("", 'hidden = "future"'), ...files });
  expect((await draw(future)).summary).toMatchObject({ kept: 1 });
});

test("auto takes the pull request of a run that has one, and the future of one that has not", async () => {
  const root = tempProject({
    "chain.toml": chain("max_per_repo = 0"),
    "runs/a.jsonl": lines(session({ instance_id: "o__n-1" }), session({ instance_id: "o__n-2" })),
    "missing.jsonl": lines({ instance_id: "o__n-2", repo: "o/n", patch: "x" }),
  });
  const { store, summary } = await draw(root);
  expect(summary).toMatchObject({ kept: 2, dropped: {} });
  expect((await store.list("commit")).filter((name) => name.endsWith(".json"))).toEqual([
    "o__n-2.json",
  ]);
  expect(await store.list("commit/future")).toHaveLength(1);
});

test("hidden = pr drops a run without one with no_pr, and a last turn has no future: no_future", async () => {
  const rows = lines(session({ instance_id: "o__n-1" }));
  const prs = lines({ instance_id: "o__n-9", repo: "o/n", patch: "x" });
  const insisting = tempProject({
    "chain.toml": chain("", 'hidden = "pr"'),
    "runs/a.jsonl": rows,
    "missing.jsonl": prs,
  });
  await expect(draw(insisting)).rejects.toThrow(/most were taken by no_pr \(1: /);
  const ended = {
    messages: [
      { role: "user", content: "go" },
      { role: "assistant", content: "a" },
    ],
  };
  const last = tempProject({ "chain.toml": chain(), "runs/a.jsonl": lines(ended) });
  await expect(draw(last)).rejects.toThrow(/most were taken by no_future \(1: nothing follows/);
});

test("the challenger alone is shown the future, and an answer that names it is a leak", async () => {
  const root = tempProject({ "chain.toml": chain(), "runs/a.jsonl": lines(session()) });
  await draw(root);
  const config = loadConfig(root, {});
  const chat = scriptedChat((_request, { role, key }) =>
    role === "king" || key.endsWith("/2")
      ? SAID("I look around first.")
      : SAID("The helper `trim_with_table` in src/slug_table.py is what has to be called."),
  );
  const deps = testDeps(root, chat);
  await king(config, deps, OPTIONS);
  await challenger(config, deps, OPTIONS);
  const shown = chat.seen.map(({ request, item }) => [
    item.key,
    JSON.stringify(request.messages).includes("slug_table.py"),
  ]);
  expect(shown).toEqual([
    ["king/prompts_2_001_1.json/1", false],
    ["challenger/prompts_2_001_1.json/1", true],
    ["challenger/prompts_2_001_1.json/2", true],
  ]);
  const answer = await deps.store.read("answer/prompts_2_001_1.json", answerSchema);
  expect(answer.challenger_tries?.[0]?.reason).toBe("leak");
  expect(answer.audit?.verdict).toBe("clean");
});

test("a future over pr_chars is cut in its middle, and says how much", async () => {
  const long = session();
  const root = tempProject({
    "chain.toml": chain("", "pr_chars = 60"),
    "runs/a.jsonl": lines(long),
  });
  await draw(root);
  const chat = scriptedChat(() => SAID("I look around first."));
  const deps = testDeps(root, chat);
  await king(loadConfig(root, {}), deps, OPTIONS);
  await challenger(loadConfig(root, {}), deps, OPTIONS);
  const asked = chat.seen.find(({ item }) => item.role === "challenger")?.request.messages;
  expect(asked?.at(-1)?.content).toMatch(/\[\.\.\. \d+ of \d+ characters cut\]/);
});

test("a draw made anew takes the futures of the draw before it away", async () => {
  const root = tempProject({
    "chain.toml": chain(),
    "runs/a.jsonl": lines(session()),
    "commit/future/prompts_9_001_1.json": { instance_id: "x", repo: "", future: "old", ended: "" },
  });
  const { store } = await draw(root);
  expect(await store.list("commit/future")).toEqual(["prompts_2_001_1.json"]);
});

test.each([
  ["a session that says nothing of its end", {}, "UNKNOWN"],
  ["a run whose source says that it did it", { resolved: true }, "SUCCESS"],
  ["a run that its harness stopped", { exit_status: "exit_cost" }, "FAILURE"],
])(
  "how %s ended is kept with the turn and its answer, and no model is told",
  async (_, over, label) => {
    const root = tempProject({ "chain.toml": chain(), "runs/a.jsonl": lines(session(over)) });
    const { store } = await draw(root);
    const [turn] = await store.read("prompt/prompts_2_001.json", promptFileSchema);
    expect(turn?.run_label).toBe(label);
    const asked: string[] = [];
    const chat = scriptedChat((request) => {
      asked.push(JSON.stringify(request));
      return SAID("look again");
    });
    await king(loadConfig(root, {}), testDeps(root, chat), OPTIONS);
    const answer = await store.read("answer/prompts_2_001_1.json", answerSchema);
    expect(answer.run_label).toBe(label);
    expect(asked.join()).not.toMatch(/run_label|SUCCESS|FAILURE|UNKNOWN/);
  },
);
