import { expect, test } from "vitest";
import { answerSchema } from "../../src/records/answer.ts";
import { challenger } from "../../src/stages/challenger.ts";
import { report } from "../../src/stages/report.ts";
import { scriptedChat } from "../support/chat.ts";
import { OPTIONS, testConfig, testDeps } from "../support/deps.ts";
import { snapshot, tempProject } from "../support/project.ts";
import { answer, FILE, HONEST, say } from "../support/slug-turn.ts";

const PR = {
  instance_id: "a__b-1",
  repo: "a/b",
  patch:
    "--- a/slug.py\n+++ b/slug.py\n@@ -1,1 +1,3 @@\n+def trim_with_table(text):\n+    return text\n-    return joined\n+    return trim_with_table(joined)\n",
};
const ALL = "[audit]\ncanaries = 1\n[challenger]\nleak_attempts = 0";
const workspace = (): string => tempProject({ [FILE]: answer, "commit/a__b-1.json": PR });

test("a challenger that repeats an altered name has leaked with proof, and nothing of it leaves answer/", async () => {
  const root = workspace();
  const chat = scriptedChat(({ messages }) => {
    const name = /def (\w+)\(text\)/.exec(JSON.stringify(messages))?.[1] ?? "";
    return say(`I will call \`${name}\`.`);
  });
  const deps = testDeps(root, chat);
  await challenger(testConfig(root, ALL), deps, OPTIONS);
  const saved = await deps.store.read(FILE, answerSchema);
  const shown = saved.canaries?.[0]?.shown ?? "";
  expect(saved.canaries).toEqual([{ kind: "name", true: "trim_with_table", shown }]);
  expect(JSON.stringify(chat.seen)).not.toContain("trim_with_table");
  expect(saved).toMatchObject({ audit: { verdict: "leak", findings: [{ kind: "canary" }] } });
  await report(testConfig(root, ALL), deps, OPTIONS);
  const files = Object.entries(snapshot(root)).filter(([name]) => name !== FILE);
  for (const [, text] of files) expect(text).not.toContain(shown);
  expect(await deps.store.readText("report/report.md")).toContain("1 turn had canaries");
});

test("the true name in place of the altered one is memory, and canaries = 0 alters nothing", async () => {
  const remembers = scriptedChat(() => say("I will call `trim_with_table`."));
  const root = workspace();
  const deps = testDeps(root, remembers);
  await challenger(testConfig(root, ALL), deps, OPTIONS);
  expect((await deps.store.read(FILE, answerSchema)).audit?.remembered).toEqual([
    "trim_with_table",
  ]);
  const plain = workspace();
  const chat = scriptedChat(() => HONEST);
  const others = testDeps(plain, chat);
  await challenger(testConfig(plain, "[audit]\ncanaries = 0"), others, OPTIONS);
  expect((await others.store.read(FILE, answerSchema)).canaries).toBeUndefined();
  expect(JSON.stringify(chat.seen)).toContain("trim_with_table");
});

test("a reply in another language than task and king is malformed", async () => {
  const root = workspace();
  const german = say(
    "Zuerst schaue ich mir die Datei an und prüfe danach, welche Funktion den Text zerlegt.",
  );
  const english = {
    ...answer,
    king: say("I will look at the files first, and then at the tests."),
  };
  const deps = testDeps(
    root,
    scriptedChat((_request, item) => (item.key.endsWith("/1") ? german : HONEST)),
  );
  await deps.store.write(FILE, english);
  await challenger(testConfig(root), deps, OPTIONS);
  const saved = await deps.store.read(FILE, answerSchema);
  expect(saved.challenger_tries).toMatchObject([{ reason: "other_language" }]);
  expect(saved.challenger).toBe(HONEST);
});

test('leak_min = "king" freezes the default while there are too few kings', async () => {
  const root = workspace();
  const deps = testDeps(
    root,
    scriptedChat(() => HONEST),
  );
  await challenger(testConfig(root, '[audit]\nleak_min = "king"'), deps, OPTIONS);
  expect(JSON.parse((await deps.store.readText("report/leak_min.json")) ?? "")).toMatchObject({
    leak_min: 2,
    kings: 0,
    reason: "too_few_kings",
  });
});
