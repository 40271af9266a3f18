import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { answerSchema } from "../../src/records/answer.ts";
import { rolloutsSchema } from "../../src/records/rollouts.ts";
import { audit } from "../../src/stages/audit.ts";
import { challenger } from "../../src/stages/challenger.ts";
import { openStore } from "../../src/io/store.ts";
import { scriptedChat } from "../support/chat.ts";
import { OPTIONS, testConfig, testDeps } from "../support/deps.ts";
import { tempProject } from "../support/project.ts";
import { answer, FILE, HONEST, LEAK, pr, say } from "../support/slug-turn.ts";

const RECORD = "commit/rollouts/a__b-1.json";
const SET = '[source]\ntrajectories = "runs.jsonl"\nprs = "prs.jsonl"\n';
const edit = (thought: string): string =>
  `THOUGHT: ${thought}\n\n\`\`\`bash\nsed -i 's/joined/x/' lib/slug.py\n\`\`\``;
const patched = { ...pr, patch: pr.patch.replaceAll("slug.py", "lib/slug.py") };

/** A turn, and `n` runs of its instance: the first says `said` at its first turn, all edit at their third. */
function project(n: number, said: string): string {
  const root = tempProject({ [FILE]: { ...answer, turn: 1 }, "commit/a__b-1.json": patched });
  const runs = Array.from({ length: n }, (_, at) => ({
    instance_id: "a__b-1",
    repo: "a/b",
    messages: [
      ...answer.messages,
      ...[at === 0 ? said : HONEST, HONEST, edit(`Now mend it, ${at}.`)].flatMap((content) => [
        { role: "assistant", content },
        { role: "user", content: "ok" },
      ]),
    ],
  }));
  const other = { ...runs[0], instance_id: "a__b-2" };
  writeFileSync(
    join(root, "runs.jsonl"),
    [...runs, other].map((run) => JSON.stringify(run)).join("\n"),
  );
  return root;
}

const ask = async (root: string, reply: string, audited = "rollouts = true\ncanaries = 0") => {
  const deps = testDeps(
    root,
    scriptedChat(() => reply),
  );
  await challenger(testConfig(root, `${SET}[audit]\n${audited}`), deps, OPTIONS);
  return deps.store;
};

test("what another blind run had said by that turn is no leak, and without rollouts it is one", async () => {
  const root = project(3, say("There may be a `trim_with_table`."));
  const store = await ask(root, LEAK);
  expect(await store.read(RECORD, rolloutsSchema)).toMatchObject({
    instance_id: "a__b-1",
    rollouts: 3,
    said: [{ text: "trim_with_table", turn: 0 }, expect.anything()],
    views: [null, null, null],
    edits: [2, 2, 2],
  });
  const found = (await store.read(FILE, answerSchema)).audit?.findings ?? [];
  expect(found.map((one) => one.text)).not.toContain("trim_with_table");

  const off = await ask(project(3, say("`trim_with_table`")), LEAK, "canaries = 0");
  expect(await off.readIfThere(RECORD, rolloutsSchema)).toBeNull();
  expect(await off.read(FILE, answerSchema)).toMatchObject({ audit: { verdict: "leak" } });
});

test("what other runs said later only still counts", async () => {
  const root = project(3, HONEST);
  const record = {
    schema: 1,
    instance_id: "a__b-1",
    rollouts: 3,
    said: [{ text: "trim_with_table", turn: 2 }],
    views: [null, null, null],
    edits: [null, null, null],
  };
  const deps = testDeps(
    root,
    scriptedChat(() => LEAK),
  );
  await deps.store.write(RECORD, record);
  await challenger(testConfig(root, `${SET}[audit]\nrollouts = true`), deps, OPTIONS);
  const { audit: found } = await deps.store.read(FILE, answerSchema);
  expect(found?.verdict).toBe("leak");
  // The record that is there is not read anew.
  expect(await deps.store.read(RECORD, rolloutsSchema)).toMatchObject({ said: record.said });
});

test.each([
  ["of fewer than twenty runs nothing is rare", 19, []],
  ["an edit before all others is suspect, and no leak by itself", 20, ["act"]],
])("%s", async (_name, runs, kinds) => {
  const store = await ask(project(runs, HONEST), edit("Mend it."));
  const { audit: found } = await store.read(FILE, answerSchema);
  const acts = found?.findings.filter(({ kind }) => kind === "act") ?? [];
  expect(acts.map(({ kind }) => kind)).toEqual(kinds);
  for (const { evidence, text } of acts) {
    expect(evidence).toContain("edits a changed file at turn 1, before 99 of 100 other runs");
    expect(text).toBe("lib/slug.py");
  }
});

test("`npm run audit` goes by the same record", async () => {
  const root = project(3, say("There may be a `trim_with_table`."));
  const store = await ask(root, LEAK);
  const before = await store.read(FILE, answerSchema);
  const config = testConfig(root, `${SET}[audit]\nrollouts = true\ncanaries = 0`);
  await audit(
    config,
    testDeps(
      root,
      scriptedChat(() => ""),
    ),
    OPTIONS,
  );
  expect(await store.read(FILE, answerSchema)).toEqual(before);
});

test("what the king of the turn says too is no leak of the challenger", async () => {
  const root = tempProject({
    [FILE]: { ...answer, king: say("I remember `trim_with_table`.") },
    "commit/a__b-1.json": pr,
  });
  const store = await ask(root, say("Is `trim_with_table` there?"), "canaries = 0");
  const saved = await store.read(FILE, answerSchema);
  expect(saved.audit).toMatchObject({ verdict: "clean", findings: [] });
  // The king is still held against the pull request: it is the control.
  expect(saved.king_audit?.findings[0]?.text).toBe("trim_with_table");
});

/** Files of runs as strangers leave them: what is a run of the instance counts, once, and nothing else. */
const run = (id: string, ...said: string[]): string =>
  JSON.stringify({
    instance_id: id,
    repo: "a/b",
    messages: [...answer.messages, ...said.map((content) => ({ role: "assistant", content }))],
  });
const TOLD = say("There may be a `trim_with_table`.");

test.each([
  ["another instance's run", [run("a__b-2", TOLD)], 0, "leak"],
  ["the same run five times", Array.from({ length: 5 }, () => run("a__b-1", TOLD)), 1, "clean"],
  ["a run that said nothing", [run("a__b-1"), run("a__b-1", HONEST)], 1, "leak"],
  [
    "a line that is no JSON, between two",
    [run("a__b-1", TOLD), "{]", run("a__b-1", HONEST)],
    2,
    "clean",
  ],
  [
    "a file that was cut amid its last line",
    [run("a__b-1", TOLD), run("a__b-1", LEAK).slice(0, 90)],
    1,
    "clean",
  ],
  ["a row without messages", [run("a__b-1", HONEST), '{"instance_id": "a__b-1"}'], 1, "leak"],
  [
    "a row of other shape",
    [run("a__b-1", HONEST), '{"instance_id": "a__b-1", "messages": 7}'],
    1,
    "leak",
  ],
  [
    "a run of a hundred thousand characters",
    [run("a__b-1", `${TOLD}${"x ".repeat(50_000)}`)],
    1,
    "clean",
  ],
  [
    "two hundred runs",
    Array.from({ length: 200 }, (_, at) => run("a__b-1", say(`${at}`))),
    100,
    "leak",
  ],
])("%s among the runs", async (_name, lines, count, verdict) => {
  const root = tempProject({
    [FILE]: { ...answer, turn: 1 },
    "commit/a__b-1.json": patched,
    "runs.jsonl": lines.join("\n"),
  });
  const store = await ask(root, LEAK);
  expect(await store.read(RECORD, rolloutsSchema)).toMatchObject({ rollouts: count });
  const { audit: found } = await store.read(FILE, answerSchema);
  // "clean" is of the word: a record that was read blind leaves no finding of it.
  const isFound = found?.findings.some(({ text }) => text === "trim_with_table") ?? false;
  expect(isFound ? "leak" : "clean").toBe(verdict);
});

test("a file of runs that is not there is an error with its name, and nothing was asked", async () => {
  const root = tempProject({ [FILE]: answer, "commit/a__b-1.json": patched });
  await expect(ask(root, LEAK)).rejects.toThrow(/runs\.jsonl/);
  expect(await openStore(root).readIfThere(RECORD, rolloutsSchema)).toBeNull();
});

test.each([
  ["cut", '{"schema": 1, "instance_id": "a__b-1", "roll', /a__b-1\.json is not JSON/],
  [
    "of another shape",
    '{"schema": 1, "instance_id": "a__b-1", "rollouts": -3}',
    /has the wrong shape: \.rollouts/,
  ],
])(
  "a record of runs that is %s is an error with its name, never taken for none",
  async (_name, text, message) => {
    const root = project(3, HONEST);
    const store = openStore(root);
    await store.writeText(RECORD, text);
    await expect(ask(root, LEAK)).rejects.toThrow(message);
  },
);

test("runs that ended before the turn say nothing of how early an act is", async () => {
  const root = project(20, HONEST);
  const record = {
    schema: 1,
    instance_id: "a__b-1",
    rollouts: 20,
    said: [],
    views: Array.from({ length: 20 }, () => null),
    edits: Array.from({ length: 20 }, () => null),
    turns: Array.from({ length: 20 }, (_, at) => (at === 0 ? 1 : 9)),
  };
  const store = openStore(root);
  await store.write(RECORD, record);
  await ask(root, edit("Mend it."));
  const { audit: found } = await store.read(FILE, answerSchema);
  expect(found?.findings.map(({ kind }) => kind)).not.toContain("act");
});
