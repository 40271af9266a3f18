import { expect, test } from "vitest";
import { isUsedUp, sumOfTries } from "../../../src/core/turn/tries.ts";
import type { Try } from "../../../src/records/answer.ts";
import { replyOf } from "../../support/chat.ts";

const one: Try = {
  attempt: 1,
  raw: "",
  finish_reason: "stop",
  reason: "empty",
  detail: "",
  usage: { prompt_tokens: 3, cached_tokens: 1, completion_tokens: 2, reasoning_tokens: 0 },
  cost_usd: 0.5,
  time: "",
};

test.each([
  [0, false],
  [1, false],
  [3, true],
  [4, false],
  [6, true],
])("%i tries with an allowance of 3 are used up: %s", (tries, expected) => {
  expect(
    isUsedUp(
      Array.from({ length: tries }, () => one),
      3,
    ),
  ).toBe(expected);
});

test("usage and cost are summed over tries and the last reply", () => {
  const sum = sumOfTries([one, one], replyOf("x", { cost_usd: 1 }));
  expect(sum.cost_usd).toBe(2);
  expect(sum.usage.prompt_tokens).toBe(16);
});

test("one unpriced call leaves the whole unpriced", () => {
  expect(sumOfTries([one], replyOf("x", { cost_usd: null })).cost_usd).toBeNull();
});
