import { appendFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openJournal } from "../../src/io/journal.ts";
import type { ChatRequest } from "../../src/work.ts";
import { replyOf } from "../support/chat.ts";
import { tempProject } from "../support/project.ts";

const request: ChatRequest = {
  provider: "p",
  model: "m",
  messages: [{ role: "user", content: "task" }],
  temperature: 1,
  max_tokens: 10,
  tag: { role: "king", history_hash: "h", attempt: 1 },
};
const reply = replyOf("hello");

test("a reply that was kept and not filed is there after a kill, for the same request alone", async () => {
  const root = tempProject();
  (await openJournal(root)).keep("king/a/1", request, reply);
  const journal = await openJournal(root);
  expect(journal.take("king/a/1", request)).toEqual(reply);
  expect(journal.take("king/a/2", request)).toBeNull();
  expect(journal.take("king/a/1", { ...request, max_tokens: 20 })).toBeNull();
});

test("a reply that was filed is not used again, so that --force asks anew", async () => {
  const root = tempProject();
  const first = await openJournal(root);
  first.keep("king/a/1", request, reply);
  first.filed("king/a/1");
  expect((await openJournal(root)).take("king/a/1", request)).toBeNull();
});

test("a line that a kill tore does not hide the others", async () => {
  const root = tempProject();
  (await openJournal(root)).keep("king/a/1", request, reply);
  appendFileSync(join(root, "answer/.replies.jsonl"), '{"key":"king/b/1","reque');
  const journal = await openJournal(root);
  journal.keep("king/c/1", request, reply);
  const again = await openJournal(root);
  expect(again.take("king/a/1", request)).toEqual(reply);
  expect(again.take("king/b/1", request)).toBeNull();
  expect(again.take("king/c/1", request)).toEqual(reply);
});

test("the journal goes away when everything in it was filed", async () => {
  const root = tempProject();
  const journal = await openJournal(root);
  journal.keep("king/a/1", request, reply);
  const path = join(root, "answer/.replies.jsonl");
  expect(existsSync(path)).toBe(true);
  journal.filed("king/a/1");
  journal.close();
  expect(existsSync(path)).toBe(false);
});
