import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Config } from "../../src/config.ts";
import { countWorkspace, TOTALS } from "../../src/io/counts.ts";
import { openFacts } from "../../src/io/facts/facts.ts";
import { openStore } from "../../src/io/store.ts";
import { answerSchema, type Answer } from "../../src/records/answer.ts";
import { duelSchema } from "../../src/records/duel.ts";
import { exportedSchema } from "../../src/records/exported.ts";
import { scoreSchema } from "../../src/records/score.ts";
import { estimate } from "../../src/stages/estimate.ts";
import { exportTurns, type ExportOptions } from "../../src/stages/export.ts";
import { refine } from "../../src/stages/refine.ts";
import { report } from "../../src/stages/report.ts";
import { validate } from "../../src/stages/validate.ts";
import type { Chat, ChatRequest, StageOptions, StageSummary } from "../../src/work.ts";
import { scriptedChat } from "../support/chat.ts";
import { OPTIONS, testConfig, testDeps } from "../support/deps.ts";
import { snapshot, tempProject } from "../support/project.ts";

const said = (command: string): string => `THOUGHT: look.\n\n\`\`\`bash\n${command}\n\`\`\``;
const PANEL = '[judge]\nmodels = ["judge/one", "judge/two"]\nthinking_models = []\n';
const SECRET = "trim_with_table";
const PATCH = `--- a/slug.py\n+++ b/slug.py\n@@ -1,1 +1,1 @@\n-    return joined\n+    return ${SECRET}(joined)\n`;

const answer = (n: number): Answer => ({
  instance_id: `a__b-${n}`,
  repo: `a/b${n}`,
  king: said(`cat king${n}`),
  challenger: said(`cat first${n}`),
  assistant: said(`cat reference${n}`),
  messages: [
    { role: "system", content: "rules" },
    { role: "user", content: `task ${n}: slugs keep their dashes, please mend that` },
  ],
});

/** The challenger's view: 1 wins, 0.5 draws; seats filled by the order. */
function verdict(request: ChatRequest, wins: number): string {
  const own = request.tag.order === "challenger_first" ? 1 : 2;
  const names = ["correctness", "grounding", "progress", "protocol", "efficiency"];
  const votes = Object.fromEntries(names.map((name, at) => [name, at < wins ? own : 0]));
  return JSON.stringify({
    ...votes,
    reason: `MODEL ${own} is better but never looks at the tests`,
  });
}

const lastOf = (request: ChatRequest): string => request.messages.at(-1)?.content ?? "";

/** First answers win 2 of 5 metrics (70: refined), second ones all (100: final). */
function world(second: (n: string) => string = (n) => said(`cat second${n}`)) {
  return scriptedChat((request, item) => {
    if (item.role !== "judge") return second(/task (\d+)/.exec(JSON.stringify(request))?.[1] ?? "");
    return verdict(request, lastOf(request).includes("second") ? 5 : 2);
  });
}

async function judged(n: number): Promise<string> {
  const files = Array.from({ length: n }, (_, at) => [
    [`answer/p_1_001_${at + 1}.json`, answer(at + 1)],
    [`commit/a__b-${at + 1}.json`, { instance_id: `a__b-${at + 1}`, repo: "a/b", patch: PATCH }],
  ]).flat() as [string, object][];
  const root = tempProject(Object.fromEntries(files));
  await validate(testConfig(root, PANEL), testDeps(root, world()), OPTIONS);
  await report(testConfig(root, PANEL), testDeps(root, world()), OPTIONS);
  return root;
}

const run = (
  root: string,
  chat: Chat,
  options: Partial<StageOptions> = {},
  toml = PANEL,
): Promise<StageSummary> =>
  refine(testConfig(root, toml), testDeps(root, chat), { ...OPTIONS, ...options });

const config = (root: string): Config => testConfig(root, PANEL);
const read = (root: string, n: number): Promise<Answer> =>
  openStore(root).read(`answer/p_1_001_${n}.r1.json`, answerSchema);

test("turns in refined/ get a second answer and a duel of their own; nothing else moves", async () => {
  const root = await judged(4);
  const before = snapshot(root);
  const duel = await openStore(root).read("score/_duel.json", duelSchema);
  const chat = world();
  expect(await run(root, chat)).toMatchObject({
    stage: "refine",
    read: 4,
    kept: 4,
    dropped: {},
    pending: 0,
    asked: 4 + 4 * 4,
  });
  const store = openStore(root);
  expect(await read(root, 1)).toMatchObject({
    challenger: said("cat second1"),
    king: said("cat king1"),
    refined_from: { file: "p_1_001_1.json", score: 70 },
  });
  expect(await store.read("score/p_1_001_1.r1.json", scoreSchema)).toMatchObject({
    score: 100,
    refined_from: "p_1_001_1.json",
  });
  const after = snapshot(root);
  for (const [name, text] of Object.entries(before)) expect(after[name]).toBe(text);

  const told = await report(config(root), testDeps(root, world()), OPTIONS);
  expect(told).toMatchObject({ read: 4, kept: 4 });
  expect(await store.list("final")).toEqual([1, 2, 3, 4].map((n) => `p_1_001_${n}.r1.json`));
  expect(await store.list("refined")).toEqual([1, 2, 3, 4].map((n) => `p_1_001_${n}.json`));
  expect(await store.read("final/p_1_001_1.r1.json", exportedSchema)).toMatchObject({
    refined_from: "p_1_001_1.json",
    score: 100,
  });
  expect(readFileSync(join(root, "report/report.md"), "utf8")).toContain(
    "of the judged ones 4 rose to final, 0 stayed in refined, 0 fell to defeat",
  );
  await validate(config(root), testDeps(root, world()), OPTIONS);
  expect(await store.read("score/_duel.json", duelSchema)).toEqual(duel);
  expect(await countWorkspace(store, openFacts(store, [TOTALS], null))).toMatchObject({
    answers: { all: 4 },
    scores: { done: 4 },
  });
});

test("half of the turns is shown the reasons, without seats, and the control is not", async () => {
  const root = await judged(4);
  const chat = world();
  await run(root, chat);
  const asked = chat.seen.filter(({ item }) => item.role === "challenger");
  const shown = asked.filter(({ request }) => lastOf(request).includes("never looks at the tests"));
  expect([asked.length, shown.length]).toEqual([4, 2]);
  for (const { request } of asked) {
    expect(lastOf(request)).toContain("cat first");
    expect(lastOf(request)).toContain(SECRET);
    expect(lastOf(request)).not.toMatch(/MODEL [12]|cat king/);
  }
  expect(lastOf(shown[0]?.request ?? failed())).toContain(
    "- your earlier answer is better but never looks at the tests",
  );
  const halves = await Promise.all([1, 2, 3, 4].map((n) => read(root, n)));
  expect(halves.filter((one) => one.refined_from?.reasons === true)).toHaveLength(2);
});

test("no judge is shown hidden knowledge, so no reason can quote it, nor that an answer is a second one", async () => {
  const root = await judged(2);
  const chat = world();
  await run(root, chat);
  const panel = chat.seen.filter(({ item }) => item.role === "judge");
  expect(panel).toHaveLength(8);
  for (const { request, item } of panel) {
    const text = JSON.stringify(request.messages);
    expect(text).not.toContain(SECRET);
    expect(text).not.toMatch(/cat first|earlier answer|refine/i);
    expect(item.stage).toBe("refine");
  }
});

test("a second run asks nothing and changes no file", async () => {
  const root = await judged(3);
  await run(root, world());
  const before = snapshot(root);
  const chat = world();
  expect(await run(root, chat)).toMatchObject({ read: 3, kept: 3, asked: 0 });
  expect(chat.seen).toEqual([]);
  expect(snapshot(root)).toEqual(before);
});

test("a low second score is never asked about again, and the first one is not put in its place", async () => {
  const root = await judged(1);
  const chat = scriptedChat((request, item) =>
    item.role === "judge" ? verdict(request, 0) : said("cat second"),
  );
  await run(root, chat);
  await report(config(root), testDeps(root, world()), OPTIONS);
  expect(await openStore(root).list("defeat")).toEqual(["p_1_001_1.r1.json"]);
  const again = world();
  await run(root, again, { retry: true });
  expect(again.seen).toEqual([]);
  await expect(run(root, again, { force: true })).rejects.toThrow(
    "refine: --force would be a second try at answers whose scores are known",
  );
});

test("a second answer that is the first one is dropped, and no judge is asked", async () => {
  const root = await judged(2);
  const chat = world((n) => said(`cat first${n}`));
  expect(await run(root, chat)).toMatchObject({ read: 2, kept: 0, dropped: { unchanged: 2 } });
  expect(chat.seen).toHaveLength(2);
  const again = world();
  await run(root, again, { retry: true });
  expect(again.seen).toEqual([]);
  await report(config(root), testDeps(root, again), OPTIONS);
  expect(readFileSync(join(root, "report/report.md"), "utf8")).toContain("2 unchanged");
});

test("a malformed second answer loses its turn, after as many askings as allowed, told nothing", async () => {
  const root = await judged(1);
  const chat = world(() => "no block");
  await run(root, chat, {}, `${PANEL}[refine]\nattempts = 3\n`);
  const asked = chat.seen.filter(({ item }) => item.role === "challenger");
  expect(asked.map(({ item }) => item.key)).toEqual(
    [1, 2, 3].map((n) => `refine/p_1_001_1.r1.json/${n}`),
  );
  expect(new Set(asked.map(({ request }) => JSON.stringify(request.messages))).size).toBe(1);
  expect(await openStore(root).read("score/p_1_001_1.r1.json", scoreSchema)).toMatchObject({
    score: 0,
    disqualified: { reason: "malformed" },
  });
});

test("a leak uses up the same allowance as a broken form", async () => {
  const root = await judged(1);
  let n = 0;
  const chat = world(() =>
    n++ === 0
      ? "no block"
      : "THOUGHT: The helper `trim_with_table` is what has to be called here.\n\n```bash\nls\n```",
  );
  await run(root, chat, {}, `${PANEL}[refine]\nattempts = 2\n`);
  expect(chat.seen).toHaveLength(2);
  expect(await read(root, 1)).toMatchObject({ audit: { verdict: "leak" } });
});

test("killed between answer and verdicts, it goes on with what is missing", async () => {
  const root = await judged(2);
  const dies = scriptedChat((request, item) => {
    if (item.role === "judge") throw new Error("killed");
    return said(`cat second${lastOf(request).length}`);
  });
  await expect(run(root, dies)).rejects.toThrow("killed");
  const halves = await Promise.all([1, 2].map((n) => read(root, n)));
  const chat = world();
  expect(await run(root, chat)).toMatchObject({ read: 2, kept: 2 });
  expect(chat.seen.every(({ item }) => item.role === "judge")).toBe(true);
  const after = await Promise.all([1, 2].map((n) => read(root, n)));
  expect(after).toEqual(halves);
});

test("a turn that a person sent back is asked about with the person's words", async () => {
  const root = await judged(1);
  const store = openStore(root);
  const { pair_hash } = await store.read("score/p_1_001_1.json", scoreSchema);
  const note = "it should have run the tests first";
  const review = {
    file: "p_1_001_1.json",
    verdict: null,
    bucket: "refined",
    note,
    time: "",
    pair_hash,
  };
  await store.write("review/p_1_001_1.json", review);
  const chat = world();
  await run(root, chat, {}, `${PANEL}[refine]\ncontrol = 0\n[bucket]\nfinal_min = 70\n`);
  expect(lastOf(chat.seen[0]?.request ?? failed())).toContain(`- a person: ${note}`);
});

const failed = (): never => {
  throw new Error("nothing was asked");
};

test("a first answer that was changed since keeps its second one out, under a reason", async () => {
  const root = await judged(1);
  await run(root, world());
  const store = openStore(root);
  await store.write("answer/p_1_001_1.json", { ...answer(1), challenger: said("cat other") });
  await validate(config(root), testDeps(root, world()), OPTIONS);
  const chat = world();
  expect(await run(root, chat)).toMatchObject({ dropped: { first_answer_changed: 1 }, asked: 0 });
});

test("the report has the halves side by side: what rose, stayed and fell, and what the reasons gained", async () => {
  const root = await judged(12);
  // With the reasons two of three win 4 or 5 of 5 metrics and one loses its lead; without them nothing changes.
  const chat = scriptedChat((request, item) => {
    const text = JSON.stringify(request);
    const n = Number(/task (\d+)/.exec(text)?.[1]);
    if (item.role === "judge")
      return verdict(request, text.includes("cat better") ? ([0, 4, 5][n % 3] ?? 0) : 2);
    return said(`cat ${text.includes("never looks at the tests") ? "better" : "other"}${n}`);
  });
  await run(root, chat);
  await report(config(root), testDeps(root, chat), OPTIONS);
  const text = readFileSync(join(root, "report/report.md"), "utf8");
  const from = text.indexOf("## Refined answers");
  const section = text.slice(from, text.indexOf("\n## ", from + 5));
  const shown = await Promise.all(
    Array.from({ length: 12 }, async (_, at) => {
      const file = join(root, `answer/p_1_001_${at + 1}.r1.json`);
      const { refined_from } = answerSchema.parse(JSON.parse(readFileSync(file, "utf8")));
      return refined_from?.reasons === true ? [[50, 90, 100][(at + 1) % 3] ?? 0] : [];
    }),
  );
  const scores = shown.flat();
  expect(scores).toHaveLength(6);
  const rose = scores.filter((score) => score >= 80).length;
  const mean = scores.reduce((sum, score) => sum + score - 70, 0) / 6;
  expect(section).toContain("12 turns of refined/ got a second answer: 12 judged, 0 still to come");
  expect(section).toContain(
    `of the judged ones ${rose} rose to final, 6 stayed in refined, ${6 - rose} fell to defeat, each by its new score alone`,
  );
  const points = (value: number): string => String(Math.round(value * 100) / 100);
  expect(section).toContain(`gain of the judges' reasons: ${points(mean)}`);
  expect(section).toMatch(
    /\| the first answer and the judges' reasons \| 6 \| [\d.]+ \| −?[\d.]+ to [\d.]+ \|/,
  );
  expect(section).toMatch(/\| the first answer alone \(control\) \| 6 \| 0/);
  expect(section).toContain("claims nothing");
});

test("the estimate names what the second answers will need, and nothing once they are judged", async () => {
  const root = await judged(2);
  const rows = async () =>
    (await estimate(config(root), openStore(root), {})).map(({ stage, model, calls }) => [
      stage,
      model,
      calls,
    ]);
  expect(await rows()).toEqual([
    ["refine", "moonshotai/Kimi-K2.6-TEE", 2],
    ["refine", "judge/one", 4],
    ["refine", "judge/two", 4],
  ]);
  await run(root, world());
  expect(await rows()).toEqual([]);
});

test("rows say which of them are refined, a pair sets them against their predecessors, and --no-refined leaves them out", async () => {
  const root = await judged(3);
  await run(root, world());
  await report(config(root), testDeps(root, world()), OPTIONS);
  const rowsOf = async (
    options: Pick<ExportOptions, "format" | "refined" | "privileged">,
  ): Promise<{ metadata: Record<string, unknown>; rejected?: unknown }[]> => {
    await rm(join(root, "out"), { recursive: true, force: true });
    await exportTurns(config(root), testDeps(root, world()), {
      ...OPTIONS,
      ...options,
      output: "out",
    });
    return ["train", "val"].flatMap((split) =>
      readFileSync(join(root, "out", `${split}.jsonl`), "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line)),
    );
  };
  const pairs = await rowsOf({ format: ["preference"] });
  const own = pairs.filter(({ metadata }) => metadata["against"] === "predecessor");
  expect(new Set(own.map(({ metadata }) => metadata["refined_from"]))).toEqual(
    new Set([1, 2, 3].map((n) => `p_1_001_${n}.json`)),
  );
  expect(JSON.stringify(own[0]?.rejected)).toContain("cat first");
  const taught = await rowsOf({ format: ["privileged"], privileged: "reasons" });
  expect(taught).toHaveLength(3);
  expect(JSON.stringify(taught[0])).toContain("never looks at the tests");
  // Only second answers are in final/ here.
  await expect(rowsOf({ format: ["preference"], refined: false })).rejects.toThrow(
    "every row was filtered out",
  );
});

test("a call that fails leaves the turn pending, and the next run takes it", async () => {
  const root = await judged(1);
  const down = scriptedChat(() => ({
    ok: false,
    failure: { kind: "provider", message: "503" },
  }));
  expect(await run(root, down)).toMatchObject({ read: 1, kept: 0, pending: 1 });
  expect(await run(root, world())).toMatchObject({ read: 1, kept: 1, pending: 0 });
});

test.each([
  [{}, "no turn is in refined/: there is nothing to answer once more"],
  [
    { only: "p_*" },
    "no turn that --only names is in refined/: there is nothing to answer once more",
  ],
])("without turns in refined/ and with %j a run says so and asks nobody", async (over, note) => {
  const root = tempProject({ "answer/p_1_001_1.json": answer(1) });
  const chat = world();
  const summary = await run(root, chat, over);
  expect(summary).toMatchObject({ read: 0, asked: 0, notes: [note] });
  expect(chat.seen).toEqual([]);
});

test.each([
  ["no answers", {}, PANEL, "refine: no answers in answer/"],
  [
    "outcomes in place of a panel",
    { "answer/p_1_001_1.json": answer(1) },
    '[judge]\nwith = "outcome"\n',
    'refine: [judge] with = "outcome" has no reasons to show',
  ],
])("%s is said", async (_what, files, toml, text) => {
  await expect(run(tempProject(files), world(), {}, toml)).rejects.toThrow(text);
});
