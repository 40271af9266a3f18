import { expect, test } from "vitest";
import { kindsOf } from "../../src/core/audit/fault.ts";
import { answerSchema } from "../../src/records/answer.ts";
import { challenger } from "../../src/stages/challenger.ts";
import { scriptedChat } from "../support/chat.ts";
import { OPTIONS, testConfig, testDeps } from "../support/deps.ts";
import { snapshot } from "../support/project.ts";
import { FILE, HONEST, ITEM, LEAK, workspace } from "../support/slug-turn.ts";

test("a leaking reply is asked again with the kind of the finding, never the word, and kept in the answer file alone", async () => {
  const root = workspace();
  const chat = scriptedChat((_request, item) => (item.key.endsWith("/1") ? LEAK : HONEST));
  const deps = testDeps(root, chat);
  const summary = await challenger(testConfig(root), deps, OPTIONS);
  expect(summary).toMatchObject({ kept: 1, asked: 2 });

  const told = chat.seen[1]?.request.messages.at(-1)?.content ?? "";
  expect(told).toContain("it says what the conversation does not show: a name that was not shown");
  expect(told).not.toContain("trim_with_table");
  const saved = await deps.store.read(FILE, answerSchema);
  expect(saved).toMatchObject({
    challenger: HONEST,
    audit: { verdict: "clean", findings: [] },
    king_audit: { verdict: "clean" },
    challenger_run: { attempts: 2, usage: { prompt_tokens: 20 } },
    challenger_tries: [{ attempt: 1, reason: "leak", raw: LEAK, audit: { verdict: "leak" } }],
  });
  const elsewhere = Object.entries(snapshot(root)).filter(
    ([name]) => name !== FILE && !name.startsWith("commit/"),
  );
  for (const [, text] of elsewhere) expect(text).not.toContain("trim_with_table");
});

test("a reply that leaks to the end is kept with its verdict after leak_attempts more askings", async () => {
  const root = workspace();
  const chat = scriptedChat(() => LEAK);
  const deps = testDeps(root, chat);
  const config = testConfig(root, "[challenger]\nleak_attempts = 1");
  expect(await challenger(config, deps, OPTIONS)).toMatchObject({ kept: 1, asked: 2 });
  const saved = await deps.store.read(FILE, answerSchema);
  expect(saved).toMatchObject({
    challenger: LEAK,
    audit: { verdict: "leak" },
    challenger_run: { attempts: 2 },
  });
  expect(saved.challenger_tries).toHaveLength(2);
  expect(await challenger(config, deps, OPTIONS)).toMatchObject({ kept: 1, asked: 0 });
});

test("with leak_attempts = 0 a leak is kept at once", async () => {
  const root = workspace();
  const config = testConfig(root, "[challenger]\nleak_attempts = 0");
  expect(
    await challenger(
      config,
      testDeps(
        root,
        scriptedChat(() => LEAK),
      ),
      OPTIONS,
    ),
  ).toMatchObject({
    kept: 1,
    asked: 1,
  });
});

/** Of another kind than LEAK. */
const OTHER_LEAK = LEAK.replace(
  "The helper `trim_with_table` is what has to be called here.",
  "The upstream fix keeps the signature.",
);

test("a second leak of the same kind is final, though askings are left", async () => {
  const root = workspace();
  const chat = scriptedChat(() => LEAK);
  const config = testConfig(root, "[challenger]\nleak_attempts = 5");
  const deps = testDeps(root, chat);
  expect(await challenger(config, deps, OPTIONS)).toMatchObject({ kept: 1, asked: 2 });
  expect((await deps.store.read(FILE, answerSchema)).audit?.verdict).toBe("leak");
});

test("a leak of any kind that was told of is one of the same kind, whichever weighs most now", async () => {
  const root = workspace();
  const both = LEAK.replace("The helper", "The upstream fix keeps the signature. The helper");
  const chat = scriptedChat((_request, item) => (item.key.endsWith("/1") ? both : LEAK));
  const deps = testDeps(root, chat);
  const config = testConfig(root, "[challenger]\nleak_attempts = 5");
  expect(await challenger(config, deps, OPTIONS)).toMatchObject({ kept: 1, asked: 2 });
  const tries = (await deps.store.read(FILE, answerSchema)).challenger_tries ?? [];
  const [first, second] = tries.map((one) =>
    kindsOf(one.audit ?? { verdict: "leak", findings: [] }),
  );
  expect(second?.[0]).not.toBe(first?.[0]);
  expect(first).toContain(second?.[0]);
});

test("a reply that was asked for again is a leak from retry_min on", async () => {
  const root = workspace();
  const chat = scriptedChat((_request, item) => (item.key.endsWith("/1") ? LEAK : SUSPECT));
  const deps = testDeps(root, chat);
  await challenger(testConfig(root, "[challenger]\nleak_attempts = 1"), deps, OPTIONS);
  expect((await deps.store.read(FILE, answerSchema)).audit).toMatchObject({ verdict: "leak" });
  const first = workspace();
  const alone = testDeps(
    first,
    scriptedChat(() => SUSPECT),
  );
  await challenger(testConfig(first), alone, OPTIONS);
  expect((await alone.store.read(FILE, answerSchema)).audit).toMatchObject({ verdict: "suspect" });
});

/** One settled claim: suspect, and no more. */
const SUSPECT = LEAK.replace(
  "The helper `trim_with_table` is what has to be called here.",
  "The root cause is the joiner.",
);

test("leaks and malformed replies have allowances of their own", async () => {
  const root = workspace();
  const replies = [LEAK, "no block", OTHER_LEAK, "no block", HONEST];
  const chat = scriptedChat((_request, item) => replies[Number(item.key.at(-1)) - 1] ?? "");
  const deps = testDeps(root, chat);
  expect(await challenger(testConfig(root), deps, OPTIONS)).toMatchObject({ kept: 1, asked: 5 });
  const saved = await deps.store.read(FILE, answerSchema);
  expect(saved.challenger).toBe(HONEST);
  expect(saved.challenger_tries?.map((one) => one.reason)).toEqual([
    "leak",
    "no_block",
    "leak",
    "no_block",
  ]);
});

test("a run that is killed after a leak goes on with the attempt that comes next", async () => {
  const root = workspace();
  const dies = scriptedChat((_request, item) => {
    if (item.key.endsWith("/2")) throw new Error("killed");
    return LEAK;
  });
  await expect(challenger(testConfig(root), testDeps(root, dies), OPTIONS)).rejects.toThrow(
    "killed",
  );
  const chat = scriptedChat(() => HONEST);
  await challenger(testConfig(root), testDeps(root, chat), OPTIONS);
  expect(chat.seen.map(({ item }) => item.key)).toEqual([`${ITEM}/2`]);
});

test("--retry asks a challenger that leaked to the end again", async () => {
  const root = workspace();
  const config = testConfig(root, "[challenger]\nleak_attempts = 0");
  await challenger(
    config,
    testDeps(
      root,
      scriptedChat(() => LEAK),
    ),
    OPTIONS,
  );
  const chat = scriptedChat(() => HONEST);
  const deps = testDeps(root, chat);
  await challenger(config, deps, { ...OPTIONS, retry: true });
  expect(chat.seen.map(({ item }) => item.key)).toEqual([`${ITEM}/2`]);
  expect((await deps.store.read(FILE, answerSchema)).audit?.verdict).toBe("clean");
});
