/** What the door does to where a turn came from. */
import { expect, test } from "vitest";
import { maskTurn } from "../../../src/core/secrets/door.ts";
import type { Candidate } from "../../../src/core/sample/select.ts";
import type { PullRequest } from "../../../src/records/pull-request.ts";

const ORIGIN = {
  dataset: "/home/ann/.claude/projects",
  revision: null,
  file: "/home/ann/.claude/projects/-home-ann-shop/1.jsonl",
  row: 0,
};

const candidate = {
  messages: [{ role: "user", content: "Look into /home/ann/shop" }],
  assistant: "I do.",
  origin: ORIGIN,
} as unknown as Candidate;
const pr = { future: "ann went on" } as unknown as PullRequest;

test("a user gets the same stand-in in the turn, its future and the names of its files", async () => {
  const masked = await maskTurn({ candidate, pr }, "secrets+home");
  expect(masked.candidate.messages[0]?.content).toBe("Look into /home/user/shop");
  expect(masked.pr["future"]).toBe("user went on");
  expect(masked.candidate.origin).toEqual({
    ...ORIGIN,
    dataset: "/home/user/.claude/projects",
    file: "/home/user/.claude/projects/-home-user-shop/1.jsonl",
  });
});

test.each(["secrets", "off"] as const)("with mask = %s names of files stay", async (mask) => {
  const masked = await maskTurn({ candidate, pr }, mask);
  expect(masked.candidate.origin).toEqual(ORIGIN);
});
