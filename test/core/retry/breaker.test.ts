import { expect, test } from "vitest";
import type { Fault, FaultKind } from "../../../src/calls/exchange.ts";
import type { Breaker } from "../../../src/calls/pace.ts";
import { afterCall, closedBreaker } from "../../../src/core/retry/breaker.ts";
import { faultOf } from "../../support/fault.ts";

const fault = (kind: FaultKind, over: Partial<Fault> = {}): Fault =>
  faultOf(kind, { message: "boom", ...over });

function call(
  breaker: Breaker,
  kind: FaultKind | "ok",
  [sentMs, nowMs]: readonly [number, number],
  over: Partial<Fault> = {},
): Breaker {
  return afterCall(breaker, {
    fault: kind === "ok" ? null : fault(kind, over),
    sentMs,
    nowMs,
    threshold: 20,
    ceilingMs: 1_800_000,
  });
}

test("failures in a row open it at the threshold, and the reason is said", () => {
  let at = call(closedBreaker, "ok", [0, 0]);
  for (let i = 0; i < 19; i++) at = call(at, "http_500", [i * 10_000 + 1, i * 10_000 + 2]);
  expect(at.open).toBeNull();
  at = call(at, "http_500", [190_001, 190_002]);
  expect(at.open).toBe("20 calls in a row failed, the last one with http_500: boom");
});

test("one success closes the account", () => {
  let at = closedBreaker;
  for (let i = 0; i < 10; i++) at = call(at, "reset", [i * 1000 + 1, i * 1000 + 2]);
  expect(at.probing).toBe(true);
  at = call(at, "ok", [20_000, 20_200]);
  expect(at).toMatchObject({
    failures: 0,
    probing: false,
    pausedUntilMs: 0,
    lastSuccessMs: 20_200,
  });
});

test("64 calls that die with one server are one failure", () => {
  let at = call(closedBreaker, "ok", [0, 100]);
  for (let i = 0; i < 64; i++) at = call(at, "reset", [200 + i, 1000]);
  expect(at.failures).toBe(1);
});

test("stalled calls among answered ones are one failure, also when they run out of time last", () => {
  let at = call(closedBreaker, "ok", [0, 5000]);
  for (let i = 0; i < 64; i++) at = call(at, "timeout", [i, 600_000 + i]);
  expect(at).toMatchObject({ failures: 1, open: null });
});

test("calls that ran out of time while nobody was answered count each for itself", () => {
  let at = closedBreaker;
  for (let i = 0; i < 64; i++) at = call(at, "timeout", [i, 600_000 + i]);
  expect(at.open).toBe("20 calls in a row failed, the last one with timeout: boom");
});

test("from the third failure on it is probed, with pauses that double to three seconds", () => {
  let at = call(closedBreaker, "ok", [0, 0]);
  const pauses: number[] = [];
  for (let i = 1; i < 9; i++) {
    at = call(at, "http_503", [i * 10_000, i * 10_000 + 1]);
    pauses.push(Math.max(0, at.pausedUntilMs - (i * 10_000 + 1)));
  }
  expect(pauses).toEqual([0, 0, 500, 1000, 2000, 3000, 3000, 3000]);
});

test("an outage of 20 seconds does not open it", () => {
  let at = call(closedBreaker, "ok", [0, 0]);
  let nowMs = 1;
  while (nowMs < 20_000) {
    at = call(at, "connect", [nowMs, nowMs + 1]);
    nowMs = Math.max(nowMs + 2, at.pausedUntilMs);
  }
  expect(at.open).toBeNull();
  expect(at.failures).toBeLessThan(12);
});

test("a server that never answered but with errors is given up sooner, and the settings are blamed", () => {
  let at = closedBreaker;
  for (let i = 0; i < 12; i++) at = call(at, "http_500", [i * 10_000 + 1, i * 10_000 + 2]);
  expect(at).toMatchObject({ blamesSettings: true });
  expect(at.open).toBe("12 calls in a row failed, the last one with http_500: boom");
});

test("a model that is being loaded is asked by one call at a time, and counts no failure", () => {
  let at = closedBreaker;
  const loading = { message: "Loading model" };
  for (let i = 0; i < 40; i++) at = call(at, "http_503", [i * 3000, i * 3000 + 1], loading);
  expect(at).toMatchObject({ failures: 0, probing: true, open: null });
  expect(at.pausedUntilMs).toBe(39 * 3000 + 1 + 2000);
  at = call(at, "http_503", [1_800_000, 1_800_002], loading);
  expect(at.open).toBe("still not loaded after 30 minutes");
});

test.each([
  ["a context too long", fault("http_400", { message: "maximum context length" })],
  ["a wrong key", fault("http_401")],
  ["an empty answer", fault("empty")],
  ["an answer over the limit", fault("too_large")],
])("%s proves that the provider lives", (_name, proof) => {
  const failing = call(closedBreaker, "http_500", [1, 2]);
  const event = { fault: proof, sentMs: 3, nowMs: 4, threshold: 20, ceilingMs: 1 };
  expect(afterCall(failing, event).failures).toBe(0);
});

test("rate limits in a row without a success pause the lane as long as they ask for", () => {
  let at = closedBreaker;
  for (let i = 0; i < 4; i++) at = call(at, "http_429", [0, 100], { retry_after_ms: 9000 });
  expect(at.pausedUntilMs).toBe(0);
  at = call(at, "http_429", [0, 100], { retry_after_ms: 9000 });
  expect(at).toMatchObject({ pausedUntilMs: 9100, probing: false, failures: 0, open: null });
});

test("nothing but rate limits for as long as an item may take opens it", () => {
  let at = call(closedBreaker, "ok", [0, 0]);
  at = call(at, "http_429", [1, 1_799_999]);
  expect(at.open).toBeNull();
  at = call(at, "http_429", [1, 1_800_000]);
  expect(at.open).toBe("nothing but rate limits for 30 minutes");
});
