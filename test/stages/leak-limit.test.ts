/** report/leak_min.json: frozen once, whatever is started again, and never taken for what it is not. */
import { expect, test } from "vitest";
import { AUDIT_VERSION } from "../../src/core/audit/audit.ts";
import { openStore } from "../../src/io/store.ts";
import { answerSchema } from "../../src/records/answer.ts";
import { LEAK_LIMIT_FILE, leakLimitSchema } from "../../src/records/leak-limit.ts";
import { audit } from "../../src/stages/audit.ts";
import { challenger } from "../../src/stages/challenger.ts";
import { scriptedChat, silentProgress } from "../support/chat.ts";
import { OPTIONS, testConfig, testDeps } from "../support/deps.ts";
import { tempProject } from "../support/project.ts";
import { answer, FILE, pr, say } from "../support/slug-turn.ts";

const KINGS = '[audit]\nleak_min = "king"\ncanaries = 0\n[challenger]\nleak_attempts = 0';
const THOUGHT = "I will look at the files of this project first, and then at its tests, number";

/** 120 answered turns, whose kings say each something of their own. */
function workspace(extra: Record<string, unknown> = {}): string {
  const turns = Array.from({ length: 120 }, (_, at) => [
    `answer/prompts_120_001_${at + 1}.json`,
    { ...answer, king: say(`${THOUGHT} ${at}.`), challenger: at === 0 ? "" : say("See.") },
  ]);
  return tempProject({ ...Object.fromEntries(turns), "commit/a__b-1.json": pr, ...extra });
}
const FIRST = "answer/prompts_120_001_1.json";
const ask = async (root: string, notes: string[] = []) => {
  const deps = {
    ...testDeps(
      root,
      scriptedChat(() => say("I will look around.")),
    ),
    progress: { ...silentProgress, note: (text: string) => void notes.push(text) },
  };
  await challenger(testConfig(root, KINGS), deps, OPTIONS);
  return deps;
};
const frozen = { schema: 2, leak_min: 1.25, kings: 120, reason: null, version: AUDIT_VERSION };

test("the kings of a workspace set the limit once; a second start holds to it though the kings are others", async () => {
  const root = workspace();
  const { store } = await ask(root);
  const limit = await store.read(LEAK_LIMIT_FILE, leakLimitSchema);
  expect(limit).toMatchObject({ leak_min: 0.75, kings: 120, reason: null, version: AUDIT_VERSION });
  const first = await store.read(FIRST, answerSchema);
  await store.write(FIRST, {
    ...first,
    king: say("`trim_with_table`"),
    challenger: "",
    challenger_run: undefined,
  });
  await ask(root);
  expect(await store.read(LEAK_LIMIT_FILE, leakLimitSchema)).toEqual(limit);
});

test("a king's score for the limit is its score in the record: what other blind runs say too does not count", async () => {
  const name = "trim_with_table";
  const kings = Object.fromEntries(
    Array.from({ length: 120 }, (_, at) => [
      `answer/prompts_120_001_${at + 1}.json`,
      { ...answer, turn: 0, king: say(`${THOUGHT} ${at}, which is what ${name} may do.`) },
    ]),
  );
  const run = (content: string): string =>
    JSON.stringify({
      instance_id: "a__b-1",
      repo: "a/b",
      messages: [...answer.messages, { role: "assistant", content }],
    });
  const limitOf = async (rollouts: boolean): Promise<number> => {
    const root = tempProject({ ...kings, "commit/a__b-1.json": pr, "runs.jsonl": run(say(name)) });
    const deps = testDeps(
      root,
      scriptedChat(() => say("I will look around.")),
    );
    const source = `[source]\ntrajectories = "runs.jsonl"\n${KINGS}`;
    const config = testConfig(root, source.replace("[audit]", `[audit]\nrollouts = ${rollouts}`));
    await challenger(config, deps, OPTIONS);
    const { leak_min } = await deps.store.read(LEAK_LIMIT_FILE, leakLimitSchema);
    const scores = (await deps.store.read(FIRST, answerSchema)).king_audit?.score ?? 0;
    expect(leak_min).toBe(Math.min(1.5, Math.max(0.75, scores)));
    return leak_min;
  };
  expect(await limitOf(false)).toBeGreaterThan(0.75);
  expect(await limitOf(true)).toBe(0.75);
});

test("kings of excluded instances set no limit", async () => {
  const root = workspace();
  const deps = testDeps(
    root,
    scriptedChat(() => say("I will look around.")),
  );
  const config = testConfig(root, `[source]\nexclude_ids = ["a__b-1"]\n${KINGS}`);
  await challenger(config, deps, OPTIONS);
  expect(await deps.store.read(LEAK_LIMIT_FILE, leakLimitSchema)).toMatchObject({
    leak_min: 2,
    kings: 0,
    reason: "too_few_kings",
  });
});

test.each([
  ["cut", '{"schema": 2, "leak_min": 1.', /report\/leak_min\.json is not JSON/],
  ["empty", "", /report\/leak_min\.json is not JSON/],
  ["without a number", JSON.stringify({ ...frozen, leak_min: "low" }), /wrong shape: \.leak_min/],
  [
    "of a number that no king can set",
    JSON.stringify({ ...frozen, leak_min: -1 }),
    /wrong shape: \.leak_min/,
  ],
])(
  "a frozen limit that is %s is an error with its name: nobody is asked, nothing is overwritten",
  async (_name, text, message) => {
    const root = workspace();
    await openStore(root).writeText(LEAK_LIMIT_FILE, text);
    await expect(ask(root)).rejects.toThrow(message);
    expect(await openStore(root).readText(LEAK_LIMIT_FILE)).toBe(text);
    expect((await openStore(root).read(FIRST, answerSchema)).challenger).toBe("");
  },
);

test("a limit that other rules made stays frozen, and every start says so", async () => {
  const root = workspace({ [LEAK_LIMIT_FILE]: { ...frozen, version: "audit-1" } });
  const notes: string[] = [];
  const deps = await ask(root, notes);
  await audit(testConfig(root, KINGS), deps, OPTIONS);
  const note = `report/leak_min.json is of audit-1, the audit is ${AUDIT_VERSION}: it stays frozen; delete the file to have it taken anew`;
  expect(notes.filter((one) => one === note)).toHaveLength(2);
  expect(await deps.store.read(LEAK_LIMIT_FILE, leakLimitSchema)).toMatchObject({ leak_min: 1.25 });
});

test("too few kings are said when the default is frozen, and at every start after", async () => {
  const root = tempProject({ [FILE]: answer, "commit/a__b-1.json": pr });
  const notes: string[] = [];
  await ask(root, notes);
  await ask(root, notes);
  const words =
    "report/leak_min.json is of 0 kings with something to say, 100 are needed: the default 2 stands (delete the file to have it taken anew)";
  expect(notes).toEqual([
    `${words}, and is frozen for this workspace`,
    `${words}, and stays frozen`,
  ]);
});

test("a file that is there is not looked at where the limit is a number", async () => {
  const root = tempProject({ [FILE]: answer, "commit/a__b-1.json": pr, [LEAK_LIMIT_FILE]: "{" });
  const deps = testDeps(
    root,
    scriptedChat(() => say("I will look around.")),
  );
  await challenger(testConfig(root, "[audit]\ncanaries = 0"), deps, OPTIONS);
  expect((await deps.store.read(FILE, answerSchema)).audit?.verdict).toBe("clean");
});
