/** forget: an instance or a run goes out of every folder and set, and nothing else does. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { toldRows } from "../../src/core/dataset/told-rows.ts";
import { holdsId, withoutId } from "../../src/core/dataset/forgotten.ts";
import { writeDataset } from "../../src/builders/dataset.ts";
import { openStore } from "../../src/io/store.ts";
import { readPrompts, countPrompts } from "../../src/io/prompts.ts";
import { notePublished } from "../../src/io/published.ts";
import { forget, type ForgetOptions } from "../../src/stages/forget.ts";
import { CARD, example, readJsonl, SETTINGS, stream } from "../support/dataset.ts";
import { testConfig } from "../support/deps.ts";
import { snapshot, tempProject } from "../support/project.ts";
import { runScriptFile } from "../support/scripts.ts";

const prompt = (n: number, over: object = {}) => ({
  instance_id: `acme__w-${n}`,
  repo: "acme/w",
  turn: n,
  messages: [{ role: "user", content: `The task of ${n} in many words` }],
  assistant: `answer ${n}`,
  origin: { dataset: null, revision: null, file: "a.jsonl", row: n },
  ...over,
});
const turn = (n: number, over: object = {}) => ({
  instance_id: `acme__w-${n}`,
  king: "k",
  challenger: "c",
  assistant: `answer ${n}`,
  messages: [{ role: "user", content: `The task of ${n} in many words` }],
  score: 90,
  ...over,
});

/** Turns 1, 2 and 12; turn 2 is of the run "run-x". */
async function world() {
  const of = [1, 2, 12] as const;
  const files: Record<string, unknown> = {
    "prompt/prompts_3_001.json": of.map((n) => prompt(n, n === 2 ? { run: "run-x" } : {})),
    "answer/.facts.jsonl": "{}\n",
    "report/run.json": { stages: { notes: ["acme__w-1 and acme__w-12"] } },
    "report/ledger.jsonl": `${JSON.stringify({ item: "prompts_3_001_1.json" })}\n`,
    "score/_duel.json": { looks: 2 },
  };
  for (const [at, n] of of.entries()) {
    const name = `prompts_3_001_${at + 1}.json`;
    files[`answer/${name}`] = turn(n, n === 2 ? { run: "run-x" } : {});
    files[`final/${name}`] = turn(n, n === 2 ? { run: "run-x" } : {});
    files[`score/${name}`] = { instance_id: `acme__w-${n}`, file: name };
    files[`commit/acme__w-${n}.json`] = { instance_id: `acme__w-${n}` };
    files[`report/tries/king/${name}`] = { tries: [] };
  }
  files["answer/prompts_3_001_1.r1.json"] = turn(1);
  const root = tempProject(files);
  const rows = [1, 2, 12, 30, 31, 32].map((n) =>
    example(`g${n}`, n, {
      prompt: [{ role: "user", content: `The task of ${n} in many words ${"x".repeat(n)}` }],
      metadata: { instance_id: `acme__w-${n}`, run: n === 2 ? "run-x" : "" },
    }),
  );
  await writeDataset(stream(rows), {
    builder: "test",
    output: join(root, "dataset/set"),
    settings: { ...SETTINGS, formats: ["prompt-completion", "openai"], parquet: true },
    card: { ...CARD, summary: "Rows, some by hand." },
    notes: () => ["Such as acme__w-1"],
  });
  const store = openStore(root);
  const run = (over: Partial<ForgetOptions> = {}) =>
    forget(testConfig(root), { store }, { id: "acme__w-1", folders: [], yes: true, ...over });
  return { root, store, run };
}

const idsOf = (root: string): string[] =>
  ["train", "val"].flatMap((split) =>
    readJsonl(root, "dataset/set", `${split}.jsonl`).map((row) =>
      String((row["metadata"] as Record<string, unknown>)["instance_id"]),
    ),
  );

test("without --yes nothing is changed, and all of it is shown", async () => {
  const { root, run } = await world();
  const before = snapshot(root);
  const { notes } = await run({ yes: false });
  expect(snapshot(root)).toEqual(before);
  expect(notes).toEqual(
    expect.arrayContaining([
      "prompt/: 1 prompt, whose place stays empty",
      "answer/prompts_3_001_1.json",
      "answer/prompts_3_001_1.r1.json",
      "final/prompts_3_001_1.json",
      "score/prompts_3_001_1.json",
      "commit/acme__w-1.json",
      "report/tries/king/prompts_3_001_1.json",
      'so that it is not drawn again: add "acme__w-1" to [source].exclude_ids in chain.toml',
      "dry run: nothing was changed; add --yes to take it out",
    ]),
  );
  expect(notes.join("\n")).toMatch(/dataset\/set: rows of \w+\.jsonl 1, openai\/\w+\.jsonl 1/);
});

test("an instance goes out of every folder and set, and its like-named neighbour stays", async () => {
  const { root, store, run } = await world();
  await run();
  const all = Object.entries(snapshot(root));
  expect(all.filter(([, text]) => holdsId(text, "acme__w-1")).map(([name]) => name)).toEqual([]);
  expect(all.some(([, text]) => text.includes("The task of 1 "))).toBe(false);
  expect(all.filter(([name]) => /prompts_3_001_1\./.test(name))).toEqual([]);
  // The answers behind it keep their numbers.
  const left: string[] = [];
  for await (const { name, prompt: one } of readPrompts(store, {})) {
    left.push(`${name} ${one.instance_id}`);
  }
  expect(left).toEqual(["prompts_3_001_2.json acme__w-2", "prompts_3_001_3.json acme__w-12"]);
  expect(await countPrompts(store)).toBe(2);
  expect(existsSync(join(root, "score/_duel.json"))).toBe(true);
  expect(existsSync(join(root, "report/ledger.jsonl"))).toBe(true);
  expect(existsSync(join(root, "commit/acme__w-12.json"))).toBe(true);
});

test("a set keeps its other rows in their order, in all its files, and its counts fit", async () => {
  const { root, run } = await world();
  const before = idsOf(root);
  await run();
  expect(idsOf(root)).toEqual(before.filter((id) => id !== "acme__w-1"));
  const stats = JSON.parse(readFileSync(join(root, "dataset/set/dataset_stats.json"), "utf8")) as {
    files: { name: string; rows: number }[];
    forgotten: number;
    train_size: number;
  };
  expect(stats.forgotten).toBe(1);
  for (const { name, rows } of stats.files.filter(({ name: one }) =>
    /\.(jsonl|parquet)$/.test(one),
  )) {
    const path = join(root, "dataset/set", name);
    const read = name.endsWith("jsonl")
      ? readJsonl(path)
      : await parquetReadObjects({ file: await asyncBufferFromFile(path), compressors });
    expect([name, read.length]).toEqual([name, rows]);
  }
  const card = readFileSync(join(root, "dataset/set/README.md"), "utf8");
  expect(card).toContain("1 rows were taken out later, on request.");
  expect(card).toContain("Rows, some by hand.");
  const [, train] = /\| prompt-completion \| (\d+) \|/.exec(card) ?? [];
  expect(Number(train)).toBe(stats.train_size);
});

test("a run goes without its instance's other runs", async () => {
  const { root, run } = await world();
  await run({ id: "run-x" });
  expect(idsOf(root)).not.toContain("acme__w-2");
  expect(idsOf(root)).toHaveLength(5);
  expect(existsSync(join(root, "final/prompts_3_001_2.json"))).toBe(false);
  expect(existsSync(join(root, "final/prompts_3_001_1.json"))).toBe(true);
});

const MARK = "seen by nobody but the run itself";

/** What stands beside the records of turn 2, which is of "run-x", and its like of turn 1. */
const besides = (stem: string, instance_id: string, mark: string) => ({
  [`commit/future/${stem}.json`]: { instance_id, patch: mark },
  [`commit/rollouts/${instance_id}.json`]: { instance_id, said: [{ text: mark, turn: 3 }] },
  [`outcome/${stem}.json`]: { instance_id, answer: mark },
  [`outcome/dropped/${stem}.json`]: { file: `${stem}.json`, detail: mark },
  [`outcome/runs/${stem}/king-1.traj.json`]: { messages: [mark] },
  [`report/tries/challenger/${stem}.json`]: { tries: [mark] },
});
const jsonl = (...rows: readonly object[]): string =>
  rows.map((row) => `${JSON.stringify(row)}\n`).join("");

test.each(["run-x", "acme__w-2"])(
  "hidden knowledge, other runs, played answers and request files of %s go, and those of others stay",
  async (id) => {
    const { root, store, run } = await world();
    const [stem, other] = ["prompts_3_001_2", "prompts_3_001_1"];
    const files: Record<string, unknown> = {
      ...besides(stem, "acme__w-2", MARK),
      ...besides(other, "acme__w-1", "of another"),
      "reign/duel-1/king/prompt/prompts_1_001.json": [prompt(2, { run: "run-x", assistant: MARK })],
      "reign/duel-1/king/answer/prompts_1_001_1.json": turn(2, { run: "run-x", king: MARK }),
      "evaluation/worth/duel/answer/prompts_1_001_1.json": turn(2, { run: "run-x", king: MARK }),
    };
    for (const [path, value] of Object.entries(files)) await store.write(path, value);
    const lines = [
      { custom_id: "a", body: "of another" },
      { custom_id: "b", body: MARK },
    ];
    await store.writeText("engine/challenger/requests-1.jsonl", jsonl(...lines));
    await store.writeText("engine/challenger/results-1.jsonl", jsonl(...lines));
    const maps = lines.map(({ custom_id }, at) => ({
      custom_id,
      key: `challenger/${at === 0 ? other : stem}/0`,
      ask: custom_id,
    }));
    await store.writeText("engine/challenger/map-1.jsonl", jsonl({ requests: 1 }, ...maps));
    await store.writeText("answer/.texts", MARK);
    const before = snapshot(root);
    await run({ id, yes: false });
    expect(snapshot(root)).toEqual(before);
    const { notes } = await run({ id });
    expect(notes).toEqual(
      expect.arrayContaining([
        "commit/future/prompts_3_001_2.json",
        "commit/rollouts/acme__w-2.json",
        "engine/challenger/requests-1.jsonl: 1 line",
        "reign/duel-1/king/answer/prompts_1_001_1.json",
      ]),
    );
    const after = snapshot(root);
    expect(Object.keys(after).filter((name) => after[name]?.includes(MARK))).toEqual([]);
    const untouched = [...Object.keys(besides(other, "acme__w-1", "")), "commit/acme__w-12.json"];
    for (const name of untouched) expect([name, after[name]]).toEqual([name, before[name]]);
    expect(after["engine/challenger/requests-1.jsonl"]).toBe(jsonl(lines[0] ?? {}));
  },
);

test("what went and what to run next is said in words", async () => {
  const { root, run } = await world();
  const { notes } = await run({ yes: false });
  expect(notes).toContain(
    "the duel still counts what goes, and its report is made again: npm run stage:validate, then npm run stage:report",
  );
  const { stdout } = await runScriptFile("forget", ["--root", root, "acme__w-1", "--yes"]);
  expect(stdout).toContain("forget: 1 turn and rows of 1 set taken out\n");
  expect(stdout).not.toMatch(/\b1 \w+s\b/);
});

test.each(["--limit=1", "--only=x"])("%s is refused, and nothing goes", async (flag) => {
  const { root } = await world();
  const before = snapshot(root);
  const said = await runScriptFile("forget", ["--root", root, "acme__w-1", "--yes", flag]);
  expect(said.code).toBe(1);
  expect(said.stderr).toContain(
    "forget: all that is of the id goes: --limit and --only mean nothing here",
  );
  expect(snapshot(root)).toEqual(before);
});

test("what was pushed is named", async () => {
  const { root, run } = await world();
  await notePublished(root, {
    repo: "acme/set",
    endpoint: "https://hub.test",
    folder: "dataset/set",
    commit: "c1",
  });
  expect((await run()).notes).toContain(
    "https://hub.test/datasets/acme/set was pushed from dataset/set (commit c1): push it again, and have the old commits removed there",
  );
});

test("rows without metadata are told by the set's other formats, where no folder knows their words", async () => {
  const { root, run } = await world();
  const texts = (): string[] =>
    ["train", "val"].flatMap((split) => {
      const folder = join(root, "dataset/set/openai");
      return existsSync(join(folder, `${split}.jsonl`))
        ? readJsonl(folder, `${split}.jsonl`).map((row) => JSON.stringify(row))
        : [];
    });
  expect(texts()).toHaveLength(6);
  const { notes } = await run({ id: "acme__w-30" });
  expect(notes.join("\n")).not.toContain("do not say where they come from");
  expect(texts()).toHaveLength(5);
  expect(texts().some((text) => text.includes("The task of 30 "))).toBe(false);
});

test("of the same words in rows that go and in rows that stay nobody can tell", () => {
  const say = (content: string) => ({ role: "user", content });
  const answer = [{ role: "assistant", content: "a" }];
  const told = toldRows();
  told.see({ prompt: [say("x")], completion: answer }, true);
  told.see({ prompt: [say("y")], completion: answer }, false);
  told.see({ prompt: [say("z")], completion: answer }, true);
  told.see({ prompt: [say("z")], completion: answer }, false);
  told.see({ text: "x" }, true);
  const of = (content: string) => told.of({ messages: [say(content), ...answer] });
  expect(["x", "y", "z", "other"].map(of)).toEqual([true, false, "unknown", "unknown"]);
  expect(told.of({ text: "x" })).toBe("unknown");
});

test("a set whose last rows go, goes whole", async () => {
  const { root, run } = await world();
  for (const n of [1, 2, 12, 30, 31, 32]) await run({ id: `acme__w-${n}` });
  expect(existsSync(join(root, "dataset/set"))).toBe(false);
});

test.each<[string, Partial<ForgetOptions>, string]>([
  [
    "an id that nothing names",
    { id: "nobody" },
    'forget: nothing names "nobody" as its instance or run',
  ],
  ["a folder that is no set", { folders: ["answer"] }, "holds no finished set"],
])("%s is told", async (_what, over, message) => {
  const { run } = await world();
  await expect(run(over)).rejects.toThrow(message);
});

test("the command shows first and takes out with --yes", async () => {
  const { root } = await world();
  const shown = await runScriptFile("forget", ["--root", root, "acme__w-1"]);
  expect(shown).toMatchObject({ code: 0 });
  expect(shown.stdout).toContain("dry run");
  expect(await runScriptFile("forget", ["--root", root, "acme__w-1", "--yes"])).toMatchObject({
    code: 0,
  });
  expect(idsOf(root)).not.toContain("acme__w-1");
});

test("an id is found by itself alone", () => {
  expect(withoutId('"a-1", a-12, x/a-1: a-1.', "a-1")).toBe(
    '"(forgotten)", a-12, x/(forgotten): (forgotten).',
  );
  expect(holdsId("a.b", "a+b")).toBe(false);
});
