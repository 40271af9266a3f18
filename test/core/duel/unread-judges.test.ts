import { expect, test } from "vitest";
import { watchJudges } from "../../../src/core/duel/unread-judges.ts";
import { NO_USAGE } from "../../../src/records/run-info.ts";
import type { Judgement } from "../../../src/records/score.ts";

const reply = (over: Partial<Judgement> = {}): Judgement => ({
  model: "a",
  provider: "p",
  order: "king_first",
  attempt: 1,
  metrics: null,
  reason: "",
  unread: "no_json",
  unread_detail: "no object",
  raw: "hm",
  reasoning: null,
  finish_reason: "stop",
  usage: NO_USAGE,
  cost_usd: null,
  pair_hash: "h",
  time: "t",
  ...over,
});
const five = { correctness: 1, grounding: 1, progress: 1, protocol: 1, efficiency: 1 };

test.each([
  [
    "an answer in the reasoning",
    { raw: "", reasoning: "{}" },
    /the whole answer is in reasoning_content/,
  ],
  ["replies that end at the limit", { finish_reason: "length" }, /raise \[judge\]\.max_tokens/],
  ["anything else", {}, /look at a reply of it \(`raw` in a file of score\/\)/],
])("a judge unread twenty times in a row is asked no more: %s", (_name, over, hint) => {
  const watch = watchJudges();
  for (let i = 0; i < 19; i++) watch.heard(reply(over));
  expect(watch.isMute("a")).toBe(false);
  watch.heard(reply(over));
  expect(watch.isMute("a")).toBe(true);
  expect(watch.toMend()).toEqual([
    {
      message:
        "a: 20 replies in a row could not be read, the last one: no object; it is asked no more in this run",
      hint: expect.stringMatching(hint) as string,
    },
  ]);
});

test("a reply that can be read ends the row, and refused calls are no replies", () => {
  const watch = watchJudges();
  for (let i = 0; i < 19; i++) watch.heard(reply());
  watch.heard(reply({ metrics: five }));
  for (let i = 0; i < 30; i++) watch.heard(reply({ failed: true }));
  watch.heard(reply());
  expect(watch.isMute("a")).toBe(false);
  expect(watch.toMend()).toEqual([]);
});
