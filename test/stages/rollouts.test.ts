import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { answerSchema } from "../../src/records/answer.ts";
import { rolloutsSchema } from "../../src/records/rollouts.ts";
import { audit } from "../../src/stages/audit.ts";
import { challenger } from "../../src/stages/challenger.ts";
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
      ...[at === 0 ? said : HONEST, HONEST, edit("Now mend it.")].flatMap((content) => [
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
