import { expect, test } from "vitest";
import type { Steering } from "../../../src/calls/pace.ts";
import { seededRng } from "../../../src/core/random.ts";
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

const refusals = (steering: Steering, count: number, nowMs: number): Steering =>
  Array.from({ length: count }).reduce<Steering>(
    (at) => steer(at, { kind: "rate_limited" }, nowMs),
    steering,
  );

test("after a burst it goes back to just below what was too much, then on by 2 % a second", () => {
  const burst = refusals(afterRounds(startSteering(100), 10), 30, 0);
  expect(burst.tooMuch).toBe(80);
  const below = afterRounds({ ...burst, limit: 60, refused: 0 }, 100);
  expect(below.limit).toBeGreaterThan(75);
  expect(below.limit).toBeLessThan(77);
  const answered = { kind: "answered", counts: true, busy: true } as const;
  const next = steer(below, answered, 1000);
  expect(next.limit).toBeCloseTo(below.limit * 1.02, 5);
  expect(steer(next, answered, 1999).limit).toBe(next.limit);
});

test("while more than a fifth of the calls is refused it does not grow", () => {
  const burst = refusals(afterRounds(startSteering(100), 10), 30, 0);
  expect(steer(burst, { kind: "answered", counts: true, busy: true }, 5000).limit).toBe(80);
});

/** Calls at a provider that bears `bears` at once and refuses a share besides, for a minute. */
function minuteAt(bears: number, noise: number): { mean: number; refused: number } {
  const rng = seededRng(5, "steering");
  let at = startSteering(64);
  const seen = { rounds: 0, sum: 0, calls: 0, refused: 0 };
  for (let ms = 0; ms < 60_000; ms += 200) {
    const inFlight = Math.floor(at.limit);
    seen.rounds++;
    seen.sum += inFlight;
    for (let i = 0; i < inFlight; i++) {
      const isRefused = i >= bears || rng() < noise;
      seen.calls++;
      if (isRefused) seen.refused++;
      const event = isRefused
        ? ({ kind: "rate_limited" } as const)
        : ({ kind: "answered", counts: true, busy: true } as const);
      at = steer(at, event, ms);
    }
  }
  return { mean: seen.sum / seen.rounds, refused: seen.refused / seen.calls };
}

test("a provider that refuses a tenth whatever is sent is kept busy", () => {
  expect(minuteAt(Number.POSITIVE_INFINITY, 0.1).mean).toBeGreaterThan(58);
});

test("a provider that bears 20 calls settles there", () => {
  const { mean, refused } = minuteAt(20, 0);
  expect(mean).toBeGreaterThan(20);
  expect(mean).toBeLessThan(30);
  expect(refused).toBeLessThan(0.3);
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
