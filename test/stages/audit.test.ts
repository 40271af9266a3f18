import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { openStore } from "../../src/io/store.ts";
import { answerSchema } from "../../src/records/answer.ts";
import { audit } from "../../src/stages/audit.ts";
import { scriptedChat } from "../support/chat.ts";
import { OPTIONS, testConfig, testDeps } from "../support/deps.ts";
import { snapshot, tempProject } from "../support/project.ts";
import { answer, LEAK, pr } from "../support/slug-turn.ts";

const five = { ...answer, challenger: LEAK };
const silent = scriptedChat(() => {
  throw new Error("the audit asks no model");
});

test("npm run audit writes both audits into files of just five fields and asks no model", async () => {
  const root = tempProject({
    "answer/a_1.json": five,
    "answer_1/a_2.json": five,
    "commit/a__b-1.json": pr,
  });
  const deps = testDeps(root, silent);
  const summary = await audit(testConfig(root), deps, OPTIONS);
  expect(summary).toMatchObject({ stage: "audit", read: 2, kept: 2, asked: 0, pending: 0 });
  expect(summary.notes).toContain(
    "challenger in the end: 2 audited, 0 clean, 0 suspect, 2 leak (100.0%), 0 unchecked",
  );
  expect(summary.notes).toContain("excess of leaks over the king: 100.0 points");
  expect(await deps.store.read("answer_1/a_2.json", answerSchema)).toMatchObject({
    ...five,
    audit: { verdict: "leak" },
    king_audit: { verdict: "clean" },
  });
  const before = snapshot(root);
  await audit(testConfig(root), deps, OPTIONS);
  expect(snapshot(root)).toEqual(before);
});

test("limits of [audit] decide the verdict", async () => {
  const root = tempProject({ "answer/a_1.json": five, "commit/a__b-1.json": pr });
  const deps = testDeps(root, silent);
  await audit(testConfig(root, "[audit]\nleak_min = 9"), deps, OPTIONS);
  expect((await deps.store.read("answer/a_1.json", answerSchema)).audit?.verdict).toBe("suspect");
});

test("without a PR record, and without a challenger, it says so and changes no verdict to clean", async () => {
  const root = tempProject({
    "answer/a_1.json": five,
    "answer/a_2.json": { ...five, challenger: "" },
  });
  const deps = testDeps(root, silent);
  const summary = await audit(testConfig(root), deps, OPTIONS);
  expect(summary.notes).toContain("not checked in 1: there is no PR record");
  expect((await deps.store.read("answer/a_1.json", answerSchema)).audit?.verdict).toBe("unchecked");
  expect((await deps.store.read("answer/a_2.json", answerSchema)).audit).toBeUndefined();
});

test("a challenger that was chosen among blind candidates is never more than suspect", async () => {
  const chosen = {
    ...five,
    challenger_choice: { model: "m", chosen: 1, candidates: 4, reason: "best" },
  };
  const root = tempProject({ "answer/a_1.json": chosen, "commit/a__b-1.json": pr });
  const deps = testDeps(root, silent);
  await audit(testConfig(root), deps, OPTIONS);
  expect((await deps.store.read("answer/a_1.json", answerSchema)).audit).toMatchObject({
    verdict: "suspect",
    blind: true,
  });
});

test("an empty workspace says what to run first", async () => {
  const root = tempProject();
  await expect(audit(testConfig(root), testDeps(root, silent), OPTIONS)).rejects.toMatchObject({
    message: "audit: answer/ holds no answers",
    hint: "run `npm run stage:king` first",
  });
});

test("an excluded instance is not audited, and is counted as left out", async () => {
  const other = { ...five, instance_id: "a__b-2" };
  const root = tempProject({ "answer/a_1.json": five, "answer/a_2.json": other });
  const config = testConfig(root, `[source]\nexclude_ids = ["${five.instance_id}"]`);
  const summary = await audit(config, testDeps(root, silent), OPTIONS);
  expect(summary).toMatchObject({ read: 2, kept: 1, dropped: { excluded_id: 1 } });
  const file = openStore(root).path("answer/a_1.json");
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(five);
});
