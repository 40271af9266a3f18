import { expect, test } from "vitest";
import type { Steering } from "../../../src/calls.ts";
import {
  CUT_PAUSE_MS,
  START_LIMIT,
  startSteering,
  steer,
} from "../../../src/core/retry/steering.ts";

/** The limit after so many round trips in which every call in flight is answered. */
function afterRounds(steering: Steering, rounds: number): Steering {
  let at = steering;
  for (let round = 0; round < rounds; round++) {
    const inFlight = Math.floor(at.limit);
    for (let i = 0; i < inFlight; i++) {
      at = steer(at, { kind: "answered", counts: true, busy: true }, 0);
    }
  }
  return at;
}

test("it starts at a few calls, grows fourfold a round trip, and never over the maximum", () => {
  const start = startSteering(64);
  expect(start.limit).toBe(START_LIMIT);
  expect(afterRounds(start, 1).limit).toBe(4 * START_LIMIT);
  expect(afterRounds(start, 10).limit).toBe(64);
  expect(startSteering(3).limit).toBe(3);
});

test("a burst of 429s is cut for once, and the next burst after the pause again", () => {
  let at = afterRounds(startSteering(100), 10);
  for (let i = 0; i < 30; i++) at = steer(at, { kind: "rate_limited" }, 1000 + i);
  expect(at.limit).toBe(80);
  at = steer(at, { kind: "rate_limited" }, 1000 + CUT_PAUSE_MS - 1);
  expect(at.limit).toBe(80);
  at = steer(at, { kind: "rate_limited" }, 1000 + CUT_PAUSE_MS);
  expect(at.limit).toBe(64);
});

test("after a cut it goes back to just below what was too much, then on by 2 % a second", () => {
  const cut = steer(afterRounds(startSteering(100), 10), { kind: "rate_limited" }, 0);
  expect(afterRounds(cut, 1).limit).toBeCloseTo(83.2, 0);
  const below = afterRounds(cut, 100);
  expect(below.limit).toBeGreaterThan(95);
  expect(below.limit).toBeLessThan(96.1);
  const answered = { kind: "answered", counts: true, busy: true } as const;
  const next = steer(below, answered, 1000);
  expect(next.limit).toBeCloseTo(below.limit * 1.02, 5);
  expect(steer(next, answered, 1999).limit).toBe(next.limit);
});

test("a burst above a lower level than before lowers what is too much", () => {
  const once = steer(afterRounds(startSteering(100), 10), { kind: "rate_limited" }, 0);
  const twice = steer(once, { kind: "rate_limited" }, CUT_PAUSE_MS);
  expect([once.tooMuch, twice.tooMuch]).toEqual([100, 80]);
});

test("it never falls under one call", () => {
  let at = startSteering(8);
  for (let i = 0; i < 100; i++) at = steer(at, { kind: "rate_limited" }, i * CUT_PAUSE_MS);
  expect(at.limit).toBe(1);
});

test.each([
  ["a retried call", { kind: "answered", counts: false, busy: true }],
  ["an answer while most places stood empty", { kind: "answered", counts: true, busy: false }],
] as const)("%s does not raise the limit", (_name, event) => {
  expect(steer(startSteering(64), event, 0).limit).toBe(START_LIMIT);
});
