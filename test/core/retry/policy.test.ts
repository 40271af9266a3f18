import { expect, test } from "vitest";
import type { Progressed } from "../../../src/calls/decision.ts";
import { decide, failureKind, isRetried } from "../../../src/core/retry/policy.ts";
import { faultOf } from "../../support/fault.ts";

const fault = faultOf;
const progressed = (over: Partial<Progressed> = {}): Progressed => ({
  tries: 1,
  rateWaits: 0,
  empties: 0,
  startedMs: 0,
  ...over,
});
const patience = { tries: 6, ceilingMs: 1_800_000 };
const half = (): number => 0.5;

test.each([
  "http_408",
  "http_409",
  "http_425",
  "http_429",
  "http_500",
  "http_502",
  "http_503",
  "http_504",
  "http_529",
  "connect",
  "reset",
  "reset_body",
  "timeout",
  "timeout_body",
  "bad_json",
  "html",
  "error_body",
  "no_choices",
] as const)("%s is asked again", (kind) => {
  expect(isRetried(fault(kind))).toBe(true);
  expect(decide(fault(kind), progressed(), patience, 0, half).do).toBe("wait");
});

test.each([
  ["http_301", "settings"],
  ["http_400", "refused"],
  ["http_401", "settings"],
  ["http_402", "settings"],
  ["http_403", "refused"],
  ["http_404", "settings"],
  ["http_413", "context"],
  ["http_422", "refused"],
  ["too_large", "rejected"],
] as const)("%s is not asked again, and counts as %s", (kind, failure) => {
  expect(isRetried(fault(kind))).toBe(false);
  expect(decide(fault(kind, { message: "no" }), progressed(), patience, 0, half)).toEqual({
    do: "give_up",
    kind: failure,
    message: `${kind}: no`,
  });
});

test.each([
  ["OpenAI", "context_length_exceeded: This model's maximum context length is 8192 tokens"],
  ["vLLM", "This model's maximum context length is 4096 tokens. However, you requested 5000"],
  ["OpenRouter", "This endpoint's maximum context length is 131072 tokens"],
  ["Ollama", "the prompt exceeds the available context size; try increasing the context window"],
  ["Anthropic", "prompt is too long: 210000 tokens > 200000 maximum"],
  ["SGLang", "The input (9000 tokens) is longer than the model's context length (8192 tokens)."],
])("a context too long as %s says it is the server's limit", (_name, message) => {
  expect(failureKind(fault("http_400", { message }))).toBe("context");
});

test("an error of the server that stays the same over all tries is a refusal in other words", () => {
  const last = progressed({ tries: 6 });
  const said = fault("http_500", { message: "TypeError: None" });
  expect(decide(said, last, patience, 0, half)).toMatchObject({ do: "give_up", kind: "refused" });
  expect(decide(fault("http_503", { message: "x" }), last, patience, 0, half)).toMatchObject({
    do: "give_up",
    kind: "provider",
  });
});

test("a model that is being loaded is waited for longer, and uses up no try", () => {
  const loading = fault("http_503", { message: "Loading model" });
  const waits = [1, 2, 9].map((rateWaits) =>
    decide(loading, progressed({ tries: 6, rateWaits }), patience, 0, half),
  );
  expect(waits).toMatchObject([{ ms: 2000 }, { ms: 4000 }, { ms: 7500, countsAsTry: false }]);
});

test("an answer that came empty before is taken as it is at once", () => {
  const known = { ...patience, knownEmpty: true };
  expect(decide(fault("empty"), progressed({ tries: 0, empties: 1 }), known, 0, half)).toEqual({
    do: "accept",
  });
});

test.each([
  [1, 250],
  [2, 500],
  [3, 1000],
  [8, 30_000],
  [50, 30_000],
])("the backoff after try %i is jittered over its whole width: %i ms at one half", (tries, ms) => {
  const many = { ...patience, tries: 100 };
  expect(decide(fault("http_500"), progressed({ tries }), many, 0, half)).toEqual({
    do: "wait",
    ms,
    countsAsTry: true,
    growLimit: 1,
  });
  expect(decide(fault("http_500"), progressed({ tries }), many, 0, () => 0)).toMatchObject({
    ms: 0,
  });
});

test("the tries end, and the failure says how many there were", () => {
  const last = progressed({ tries: 6 });
  expect(decide(fault("http_502", { message: "oops" }), last, patience, 0, half)).toEqual({
    do: "give_up",
    kind: "provider",
    message: "http_502: oops (tried 6 times)",
  });
});

test("a rate limit waits as long as it is told to, and uses up no try", () => {
  const limited = fault("http_429", { retry_after_ms: 7000 });
  const at = progressed({ tries: 6, rateWaits: 40 });
  expect(decide(limited, at, patience, 0, half)).toEqual({
    do: "wait",
    ms: 7250,
    countsAsTry: false,
    growLimit: 1,
  });
});

test("a rate limit without a hint backs off by the waits so far, and beyond four seconds when it lasts", () => {
  const waits = [1, 2, 3, 8, 9, 10, 20].map((rateWaits) =>
    decide(fault("http_429"), progressed({ rateWaits }), patience, 0, half),
  );
  expect(waits.map((wait) => wait.do === "wait" && wait.ms)).toEqual([
    250, 500, 1000, 2000, 4000, 8000, 30_000,
  ]);
});

test("no wait goes past the ceiling of an item, rate limits included", () => {
  const limited = fault("http_429", { retry_after_ms: 60_000 });
  expect(decide(limited, progressed({ startedMs: 0 }), patience, 1_739_000, half).do).toBe("wait");
  expect(decide(limited, progressed({ startedMs: 0 }), patience, 1_741_000, half)).toEqual({
    do: "give_up",
    kind: "provider",
    message: "http_429 (no answer within 1800 s)",
  });
});

test("reasoning without an answer is asked again with twice the room, then taken as it is", () => {
  const steps = [1, 2, 3].map((empties) =>
    decide(fault("reasoning_only"), progressed({ tries: 0, empties }), patience, 0, half),
  );
  expect(steps).toMatchObject([
    { do: "wait", growLimit: 2 },
    { do: "wait", growLimit: 2 },
    { do: "accept" },
  ]);
});

test("an empty answer is asked again with the same room, then taken as it is", () => {
  const steps = [1, 2, 3].map((empties) =>
    decide(fault("empty"), progressed({ tries: 0, empties }), patience, 0, half),
  );
  expect(steps).toMatchObject([{ growLimit: 1 }, { growLimit: 1 }, { do: "accept" }]);
});
