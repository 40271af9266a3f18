import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { makeReplay, recordedReplySchema, recordedTurnSchema } from "../../src/core/replay.ts";
import { checkForm } from "../../src/core/turn/form.ts";
import { historyHash, pairHash } from "../../src/core/turn/hash.ts";
import type { ChatRequest, RequestTag } from "../../src/work.ts";

const rows = (name: string): unknown[] =>
  readFileSync(`sample/${name}.jsonl`, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
const turns = rows("turns").map((row) => recordedTurnSchema.parse(row));
const replies = rows("replies").map((row) => recordedReplySchema.parse(row));

function ask(
  id: string,
  tag: Partial<RequestTag>,
  model = "recorded/king",
  leaveOut: string[] = [],
) {
  const messages = turns.find((turn) => turn.turn_id === id)?.messages ?? [];
  const request: ChatRequest = {
    provider: "offline",
    model,
    messages: [],
    temperature: 0,
    max_tokens: 1,
    tag: { role: "king", history_hash: historyHash(messages), attempt: 1, ...tag },
  };
  return makeReplay({ turns, replies, leaveOut })(request);
}

function pairOf(id: string): string {
  const text = (role: string): string =>
    checkForm(replies.filter((row) => row.turn_id === id && row.role === role).at(-1)?.raw ?? "")
      .text;
  const turn = turns.find((row) => row.turn_id === id);
  return pairHash(turn?.messages ?? [], text("king"), text("challenger"));
}

test("a turn is found by its history, and every attempt has its own reply", () => {
  expect(ask("t06", { attempt: 1 })).toMatchObject({
    ok: true,
    reply: { content: expect.stringContaining("tool_call") as string },
  });
  const second = ask("t06", { attempt: 2 });
  expect(second.ok && checkForm(second.reply.content).ok).toBe(true);
});

test("a recording that is left out gives its place to the next one", () => {
  const left = ask("t09", { role: "challenger" }, "recorded/challenger", ["t09/challenger/1"]);
  const second = ask("t09", { role: "challenger", attempt: 2 }, "recorded/challenger");
  expect(left).toEqual(second);
});

test("a judge's verdict is found by judge and order for the recorded pair", () => {
  const tag = { role: "judge", order: "king_first", pair_hash: pairOf("t01") } as const;
  expect(ask("t01", tag, "recorded/judge-a")).toMatchObject({
    ok: true,
    reply: { model: "recorded/judge-a" },
  });
});

test.each([
  [
    "another pair",
    "t01",
    { role: "judge", order: "king_first", pair_hash: "x" } as const,
    /t01: the recorded verdicts belong to another pair of candidates/,
  ],
  ["a history that nobody recorded", "none", {}, /no turn with this history is recorded/],
  [
    "an attempt beyond the recorded ones",
    "t01",
    { attempt: 9 },
    /t01: no such reply is recorded \(asked: king, attempt 9\)/,
  ],
])("the offline provider refuses %s", (_name, id, tag, message) => {
  const outcome = ask(id, tag);
  expect(outcome).toMatchObject({
    ok: false,
    failure: { kind: "no_recording", message: expect.stringMatching(message) as string },
  });
});
