import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { answerSchema } from "../../src/records/answer.ts";
import type { Prompt } from "../../src/records/prompt.ts";
import { triesSchema } from "../../src/records/tries.ts";
import { king } from "../../src/stages/king.ts";
import { replyOf, scriptedChat } from "../support/chat.ts";
import { OPTIONS, testConfig, testDeps } from "../support/deps.ts";
import { snapshot, tempProject } from "../support/project.ts";

const GOOD = "THOUGHT: look.\n\n```bash\nls\n```";

const prompt = (n: number): Prompt => ({
  instance_id: `a__b-${n}`,
  repo: "a/b",
  turn: 0,
  messages: [{ role: "user", content: `task ${n}` }],
  assistant: "reference",
  origin: { dataset: null, revision: null, file: "t.jsonl", row: n },
});

function workspace(count: number): string {
  const prompts = Array.from({ length: count }, (_, i) => prompt(i + 1));
  return tempProject({ "prompt/prompts_3_001.json": prompts });
}

test("every prompt becomes an answer file that holds the blind reply and the prompt's fields", async () => {
  const root = workspace(3);
  const chat = scriptedChat(() => `<think>hm</think>${GOOD}`);
  const deps = testDeps(root, chat);
  const summary = await king(testConfig(root), deps, OPTIONS);
  expect(summary).toMatchObject({ read: 3, kept: 3, dropped: {}, pending: 0, asked: 3 });
  const answer = await deps.store.read("answer/prompts_3_001_2.json", answerSchema);
  expect(answer).toMatchObject({ instance_id: "a__b-2", king: GOOD, challenger: "", turn: 0 });
  expect(answer.king_run).toMatchObject({ attempts: 1, model: "moonshotai/Kimi-K2.6-TEE" });
  const [first, form] = chat.seen[0]?.request.messages ?? [];
  expect(first).toEqual({ role: "user", content: "task 1" });
  expect(form?.content).toMatch(/^Answer this turn: a THOUGHT/);
});

test("a second run asks nothing and changes no file", async () => {
  const root = workspace(3);
  await king(
    testConfig(root),
    testDeps(
      root,
      scriptedChat(() => GOOD),
    ),
    OPTIONS,
  );
  const before = snapshot(root);
  const chat = scriptedChat(() => GOOD);
  expect(await king(testConfig(root), testDeps(root, chat), OPTIONS)).toMatchObject({
    kept: 3,
    asked: 0,
  });
  expect(chat.seen).toEqual([]);
  expect(snapshot(root)).toEqual(before);
});

test("a malformed reply is asked again with a reminder that is not saved", async () => {
  const root = workspace(1);
  const chat = scriptedChat((_request, item) => (item.key.endsWith("/1") ? "no block" : GOOD));
  const deps = testDeps(root, chat);
  await king(testConfig(root), deps, OPTIONS);
  expect(chat.seen.map(({ item }) => item.key)).toEqual([
    "king/prompts_3_001_1.json/1",
    "king/prompts_3_001_1.json/2",
  ]);
  expect(chat.seen[1]?.request.messages.at(-1)?.content).toContain(
    "there was no fenced code block",
  );
  const answer = await deps.store.read("answer/prompts_3_001_1.json", answerSchema);
  expect(answer.messages).toHaveLength(1);
  expect(answer.king_run).toMatchObject({ attempts: 2, usage: { prompt_tokens: 20 } });
  expect(await deps.store.list("report/tries/king")).toEqual([]);
});

test("a model that gives the same text every time is said to be greedy", async () => {
  const root = workspace(1);
  const summary = await king(
    testConfig(root),
    testDeps(
      root,
      scriptedChat(() => "no block"),
    ),
    OPTIONS,
  );
  expect(summary.notes).toEqual([
    expect.stringContaining("gives the same text every time it is asked: the server is greedy"),
  ]);
});

test("of a king that is given up no secret stands in report/", async () => {
  const root = workspace(1);
  // Put together here so that no scanner takes this file for a leak.
  const drawn = ["k7Qz", "3vXp", "9LmT", "wB2c", "8RfN"].join("");
  const deps = testDeps(
    root,
    scriptedChat(() => `no block: export DB_PASSWORD=${drawn}`),
  );
  await king(testConfig(root), deps, OPTIONS);
  const tries = await deps.store.read("report/tries/king/prompts_3_001_1.json", triesSchema);
  expect(JSON.stringify(tries)).not.toContain(drawn);
  expect(JSON.stringify(tries.tries)).toContain("MASKED_ASSIGNED_SECRET");
});

test("used-up attempts are a recorded drop, asked again with --retry alone", async () => {
  const root = workspace(1);
  const bad = scriptedChat(() => "no block");
  const deps = testDeps(root, bad);
  expect(await king(testConfig(root), deps, OPTIONS)).toMatchObject({
    kept: 0,
    dropped: { no_block: 1 },
    pending: 0,
  });
  expect(bad.seen).toHaveLength(3);
  const tries = await deps.store.read("report/tries/king/prompts_3_001_1.json", triesSchema);
  expect(tries.tries).toHaveLength(3);

  const chat = scriptedChat(() => GOOD);
  const again = testDeps(root, chat);
  expect(await king(testConfig(root), again, OPTIONS)).toMatchObject({
    dropped: { no_block: 1 },
    asked: 0,
  });
  expect(await king(testConfig(root), again, { ...OPTIONS, retry: true })).toMatchObject({
    kept: 1,
    asked: 1,
  });
  expect(chat.seen[0]?.item.key).toBe("king/prompts_3_001_1.json/4");
});

test("a killed run goes on with the attempt that comes next", async () => {
  const root = workspace(1);
  const dies = scriptedChat((_request, item) => {
    if (item.key.endsWith("/2")) throw new Error("killed");
    return "no block";
  });
  await expect(king(testConfig(root), testDeps(root, dies), OPTIONS)).rejects.toThrow("killed");
  const chat = scriptedChat(() => GOOD);
  await king(testConfig(root), testDeps(root, chat), OPTIONS);
  expect(chat.seen.map(({ item }) => item.key)).toEqual(["king/prompts_3_001_1.json/2"]);
});

test.each(["context_too_long", "rejected"] as const)(
  "%s is a drop, not a failure",
  async (kind) => {
    const root = workspace(2);
    const chat = scriptedChat((request) =>
      request.messages[0]?.content === "task 1"
        ? { ok: false, failure: { kind, message: "no" } }
        : GOOD,
    );
    expect(await king(testConfig(root), testDeps(root, chat), OPTIONS)).toMatchObject({
      read: 2,
      kept: 1,
      dropped: { [kind]: 1 },
      pending: 0,
    });
  },
);

test("a provider that is down leaves its items pending for the next run", async () => {
  const root = workspace(2);
  const down = scriptedChat(() => ({ ok: false, failure: { kind: "provider", message: "503" } }));
  expect(await king(testConfig(root), testDeps(root, down), OPTIONS)).toMatchObject({
    read: 2,
    kept: 0,
    pending: 2,
    notes: ["moonshotai/Kimi-K2.6-TEE: 503 (2 times)"],
  });
});

test("--limit and --only choose prompts, and the counts still add up", async () => {
  const root = workspace(3);
  const chat = scriptedChat(() => GOOD);
  const deps = testDeps(root, chat);
  expect(await king(testConfig(root), deps, { ...OPTIONS, limit: 1 })).toMatchObject({
    read: 1,
    kept: 1,
  });
  expect(await king(testConfig(root), deps, { ...OPTIONS, only: "*_3" })).toMatchObject({
    read: 1,
    kept: 1,
  });
  expect(await deps.store.list("answer")).toEqual(["prompts_3_001_1.json", "prompts_3_001_3.json"]);
});

test("--force asks again from the first attempt and overwrites", async () => {
  const root = workspace(1);
  await king(
    testConfig(root),
    testDeps(
      root,
      scriptedChat(() => GOOD),
    ),
    OPTIONS,
  );
  const other = GOOD.replace("ls", "pwd");
  const deps = testDeps(
    root,
    scriptedChat(() => replyOutcome(other)),
  );
  await king(testConfig(root), deps, { ...OPTIONS, force: true });
  expect((await deps.store.read("answer/prompts_3_001_1.json", answerSchema)).king).toBe(other);
});

test("an empty prompt folder is an error that names the stage to run", async () => {
  const root = tempProject();
  await expect(
    king(
      testConfig(root),
      testDeps(
        root,
        scriptedChat(() => GOOD),
      ),
      OPTIONS,
    ),
  ).rejects.toThrow(
    expect.objectContaining({
      message: "king: prompt/ holds no prompts",
      hint: "run `npm run stage:prompt` first",
    }),
  );
});

const replyOutcome = (content: string) => ({ ok: true as const, reply: replyOf(content) });

test("prompt files whose turns are all answered are not opened again, and one that lost an answer is", async () => {
  const root = workspace(3);
  const run = (toml = "") => {
    const chat = scriptedChat(() => GOOD);
    return king(testConfig(root, toml), testDeps(root, chat), OPTIONS);
  };
  await run();
  await sleep(80);
  const idle = { read: 3, kept: 3, dropped: {}, pending: 0, asked: 0 };
  expect([await run(), await run()]).toMatchObject([idle, idle]);
  expect(await run('[source]\nexclude_ids = ["a__b-2"]\n')).toMatchObject({
    kept: 2,
    dropped: { excluded_id: 1 },
    asked: 0,
  });
  rmSync(join(root, "answer/prompts_3_001_2.json"));
  expect(await run()).toMatchObject({ kept: 3, asked: 1 });
  writeFileSync(join(root, "prompt/prompts_3_001.json"), "[");
  await expect(run()).rejects.toThrow("prompt/prompts_3_001.json is not JSON");
});
