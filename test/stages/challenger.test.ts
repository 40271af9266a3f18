import { expect, test } from "vitest";
import { answerSchema } from "../../src/records/answer.ts";
import { challenger } from "../../src/stages/challenger.ts";
import { scriptedChat } from "../support/chat.ts";
import { OPTIONS, testConfig, testDeps } from "../support/deps.ts";
import { snapshot, tempProject } from "../support/project.ts";
import { LEDGER_CALL } from "../support/ledger-call.ts";

const GOOD = "THOUGHT: look.\n\n```bash\nls\n```";
const FILE = "answer/prompts_1_001_1.json";

const five = {
  instance_id: "a__b-1",
  king: GOOD,
  challenger: "",
  assistant: "reference",
  messages: [{ role: "user", content: "the task" }],
};
const pr = { instance_id: "a__b-1", repo: "a/b", patch: "diff --git a/SECRET b/SECRET" };

const workspace = (answer: object = five, record: object | null = pr): string =>
  tempProject({ [FILE]: answer, ...(record === null ? {} : { "commit/a__b-1.json": record }) });

test("the challenger fills its field in place, and a file with just five fields is enough", async () => {
  const root = workspace();
  const chat = scriptedChat(() => GOOD);
  const deps = testDeps(root, chat);
  expect(await challenger(testConfig(root), deps, OPTIONS)).toMatchObject({
    read: 1,
    kept: 1,
    asked: 1,
  });
  expect(chat.seen[0]?.request.messages.at(-1)?.content).toContain("SECRET");
  const answer = await deps.store.read(FILE, answerSchema);
  expect(answer).toMatchObject({ king: GOOD, challenger: GOOD, challenger_run: { attempts: 1 } });
});

test("a second run asks nothing and changes no file", async () => {
  const root = workspace();
  await challenger(
    testConfig(root),
    testDeps(
      root,
      scriptedChat(() => GOOD),
    ),
    OPTIONS,
  );
  const before = snapshot(root);
  const chat = scriptedChat(() => GOOD);
  await challenger(testConfig(root), testDeps(root, chat), OPTIONS);
  expect(chat.seen).toEqual([]);
  expect(snapshot(root)).toEqual(before);
});

test("one that stays malformed is saved and marked, with every try in the answer file alone", async () => {
  const root = workspace();
  const chat = scriptedChat((_request, item) => `no block ${item.key.at(-1)}`);
  const deps = testDeps(root, chat);
  expect(await challenger(testConfig(root), deps, OPTIONS)).toMatchObject({
    kept: 1,
    dropped: {},
    asked: 3,
  });
  const answer = await deps.store.read(FILE, answerSchema);
  expect(answer.challenger).toBe("no block 3");
  expect(answer.challenger_run?.malformed).toEqual({
    reason: "no_block",
    detail: "there was no fenced code block",
  });
  expect(answer.challenger_tries?.map((one) => one.raw)).toEqual([
    "no block 1",
    "no block 2",
    "no block 3",
  ]);
  expect(Object.keys(snapshot(root)).filter((name) => name.startsWith("report"))).toEqual([]);
  expect(await challenger(testConfig(root), deps, OPTIONS)).toMatchObject({ kept: 1, asked: 0 });
});

test("--retry asks a malformed challenger again, with fresh attempts", async () => {
  const root = workspace();
  await challenger(
    testConfig(root),
    testDeps(
      root,
      scriptedChat(() => "no block"),
    ),
    OPTIONS,
  );
  const chat = scriptedChat(() => GOOD);
  const deps = testDeps(root, chat);
  await challenger(testConfig(root), deps, { ...OPTIONS, retry: true });
  const answer = await deps.store.read(FILE, answerSchema);
  expect(chat.seen.map(({ item }) => item.key)).toEqual(["challenger/prompts_1_001_1.json/4"]);
  expect(answer.challenger_run?.malformed).toBeUndefined();
});

test("a killed run goes on with the attempt that comes next", async () => {
  const root = workspace();
  const dies = scriptedChat((_request, item) => {
    if (item.key.endsWith("/2")) throw new Error("killed");
    return "no block";
  });
  await expect(challenger(testConfig(root), testDeps(root, dies), OPTIONS)).rejects.toThrow(
    "killed",
  );
  const chat = scriptedChat(() => GOOD);
  await challenger(testConfig(root), testDeps(root, chat), OPTIONS);
  expect(chat.seen.map(({ item }) => item.key)).toEqual(["challenger/prompts_1_001_1.json/2"]);
});

test("a context that is too long is a recorded drop", async () => {
  const root = workspace();
  const chat = scriptedChat(() => ({
    ok: false,
    failure: { kind: "context_too_long", message: "131k" },
  }));
  const deps = testDeps(root, chat);
  expect(await challenger(testConfig(root), deps, OPTIONS)).toMatchObject({
    dropped: { context_too_long: 1 },
  });
  expect(await challenger(testConfig(root), deps, OPTIONS)).toMatchObject({
    dropped: { context_too_long: 1 },
    asked: 0,
  });
});

test("an answer without a PR record is a counted drop and costs no call", async () => {
  const root = workspace(five, null);
  const chat = scriptedChat(() => GOOD);
  expect(await challenger(testConfig(root), testDeps(root, chat), OPTIONS)).toMatchObject({
    read: 1,
    kept: 0,
    dropped: { no_pr: 1 },
    asked: 0,
  });
});

test("an instance id that could leave the folder is encoded", async () => {
  const id = "../../etc/passwd";
  const root = tempProject({
    [FILE]: { ...five, instance_id: id },
    "commit/%2E%2E%2F..%2Fetc%2Fpasswd.json": { ...pr, instance_id: id },
  });
  const summary = await challenger(
    testConfig(root),
    testDeps(
      root,
      scriptedChat(() => GOOD),
    ),
    OPTIONS,
  );
  expect(summary).toMatchObject({ kept: 1 });
});

test.each([
  ["is not JSON", "{", /answer\/prompts_1_001_1\.json is not JSON/],
  [
    "was edited into the wrong shape",
    { ...five, king: 3 },
    /has the wrong shape: \.king: .*expected string/,
  ],
])("an answer file that %s stops the stage with its name", async (_name, content, message) => {
  const root = tempProject({ [FILE]: content });
  await expect(
    challenger(
      testConfig(root),
      testDeps(
        root,
        scriptedChat(() => GOOD),
      ),
      OPTIONS,
    ),
  ).rejects.toThrow(message);
});

test("the same stem in two answer folders is an error", async () => {
  const root = tempProject({ "answer_0/a_1.json": five, "answer_1/a_1.json": five });
  await expect(
    challenger(
      testConfig(root),
      testDeps(
        root,
        scriptedChat(() => GOOD),
      ),
      OPTIONS,
    ),
  ).rejects.toThrow("a_1.json is in answer_0/ and in answer_1/");
});

const OUT_CALL = { ...LEDGER_CALL, id: "1", event: "intent", usd: 0.5, outcome: null };

test.each([
  [
    "nobody was asked",
    [],
    "challenger: answer/ holds no answers",
    "run `npm run stage:king` first",
  ],
  [
    "the king's batch is out",
    ["batch"],
    "challenger: answer/ holds no answers yet, the king's are out",
    "out: 1 item of stage:king with batch_7 since 2026-11-28T21:04:00Z; `npm run stage:king` takes the results up (with --wait it stays until they are there) and asks it no second time",
  ],
  [
    "an engine has the king's",
    ["ray"],
    "challenger: answer/ holds no answers yet, the king's are out",
    "out: 1 item of stage:king with the engine ray since 2026-11-28T21:04:00Z; `npm run stage:king` takes the results up and asks it no second time",
  ],
])("without answers, where %s, the challenger says so", async (_where, engines, message, hint) => {
  const time = "2026-11-28T21:04:00Z";
  const lines = engines.map((engine) => ({ ...OUT_CALL, time, engine }));
  const root = tempProject({
    "report/ledger.jsonl": lines.map((line) => `${JSON.stringify(line)}\n`).join(""),
    "engine/king/batch-1.json": {
      requests: 1,
      provider: "p",
      mark: "m",
      input: null,
      posted_at: time,
      batch: "batch_7",
      ended: false,
    },
  });
  const asked = challenger(
    testConfig(root),
    testDeps(
      root,
      scriptedChat(() => ""),
    ),
    OPTIONS,
  );
  await expect(asked).rejects.toMatchObject({ message, hint });
});
