import { expect, test } from "vitest";
import type { Exchange } from "../../../src/calls/exchange.ts";
import { readAnswer } from "../../../src/core/retry/answer.ts";
import { readUsage } from "../../../src/core/retry/usage.ts";

const exchange = (over: Partial<Exchange> = {}): Exchange => ({
  status: 200,
  headers: {},
  text: "",
  broken: null,
  retry_after_ms: null,
  ...over,
});
const reply = (message: unknown, finish_reason: unknown = "stop"): unknown => ({
  id: "c1",
  choices: [{ message, finish_reason }],
});
const usage = { prompt_tokens: 100, completion_tokens: 20 };
const broken = (kind: "connect" | "reset" | "timeout" | "too_large", message = ""): object => ({
  broken: { kind, message },
});

test("content, reasoning, refusal, finish reason, usage and request id are kept apart", () => {
  const body = {
    id: "c1",
    choices: [
      {
        message: { content: "<think>a</think>hi", reasoning_content: "hm", refusal: null },
        finish_reason: "stop",
      },
    ],
    usage: {
      ...usage,
      prompt_tokens_details: { cached_tokens: 60 },
      completion_tokens_details: { reasoning_tokens: 5 },
    },
  };
  expect(readAnswer(exchange({ headers: { "x-request-id": "r9" } }), body)).toEqual({
    ok: true,
    request_id: "r9",
    answer: {
      content: "<think>a</think>hi",
      reasoning: "hm",
      refusal: null,
      finish_reason: "stop",
      model: null,
      usage: { prompt_tokens: 100, cached_tokens: 60, completion_tokens: 20, reasoning_tokens: 5 },
      usd: null,
    },
  });
});

test.each([
  ["reasoning of OpenRouter", { content: "x", reasoning: "hm" }, { reasoning: "hm" }],
  ["parts of text", { content: [{ text: "a" }, { text: "b" }] }, { content: "ab" }],
  [
    "a part that was only thought",
    {
      content: [
        { type: "reasoning", text: "hm" },
        { type: "thinking", text: "hm" },
        { type: "text", text: "b" },
      ],
    },
    { content: "b" },
  ],
  ["a refusal", { content: null, refusal: "I cannot" }, { content: "", refusal: "I cannot" }],
])("%s is read", (_name, message, expected) => {
  const reading = readAnswer(exchange(), reply(message));
  expect(reading.ok && reading.answer).toMatchObject(expected);
});

test("a tool call in place of text is an empty answer that is not asked again", () => {
  const reading = readAnswer(exchange(), reply({ content: null }, "tool_calls"));
  expect(reading).toMatchObject({ ok: true, answer: { content: "" } });
});

const html = "<!doctype html><p>One moment";
const cut = '{"choices": [{"mess';
const tooMuch = { error: { message: "too much", code: "context_length_exceeded" } };
const thought = reply({ content: "", reasoning_content: "hm" });
test.each([
  [
    "refused",
    { status: null, ...broken("connect", "ECONNREFUSED") },
    null,
    "connect",
    "ECONNREFUSED",
  ],
  ["reset before the headers", { status: null, ...broken("reset") }, null, "reset", ""],
  ["reset in the body", broken("reset"), null, "reset_body", ""],
  ["a stalled header", { status: null, ...broken("timeout") }, null, "timeout", ""],
  ["a stalled body", broken("timeout"), null, "timeout_body", ""],
  ["an answer over the limit", broken("too_large", "too big"), null, "too_large", "too big"],
  ["cut JSON", { text: cut }, null, "bad_json", cut],
  ["HTML", { text: html }, null, "html", html],
  ["HTML with an error status", { status: 502, text: html }, null, "http_502", html],
  ["an error with 200", {}, { error: { message: "busy" } }, "error_body", "busy"],
  [
    "an error with 200 and a code",
    {},
    { error: { message: "busy", code: 429 } },
    "http_429",
    "busy",
  ],
  ["a detail", { status: 402 }, { detail: "no balance" }, "http_402", "no balance"],
  ["an error that is a text", { status: 500 }, { error: "boom" }, "http_500", "boom"],
  ["an error's code", { status: 400 }, tooMuch, "http_400", "context_length_exceeded: too much"],
  ["no choices", { text: "{}" }, { choices: [] }, "no_choices", "{}"],
  ["a choice that is a number", { text: "..." }, { choices: [7] }, "no_choices", "..."],
  ["no content", {}, reply({ content: null }), "empty", "finish_reason stop"],
  ["blank content", {}, reply({ content: " \n" }), "empty", "finish_reason stop"],
  ["reasoning only", {}, thought, "reasoning_only", "finish_reason stop"],
  ["all thought", {}, reply({ content: "" }, "length"), "reasoning_only", "finish_reason length"],
  ["a number for a body", { text: "7" }, 7, "bad_json", "7"],
])("%s is its own kind of fault", (_name, over, body, kind, message) => {
  const reading = readAnswer(exchange(over), body);
  expect(reading.ok ? null : reading.fault).toMatchObject({ kind, message });
});

test("a long error text is shortened to a line that keeps its end, where the words that matter stand", () => {
  const text = `Unable to render\n${"at line 4, column 31 ".repeat(500)}\nRoles must alternate`;
  const reading = readAnswer(exchange({ status: 400, text }), null);
  const said = reading.ok ? "" : reading.fault.message;
  expect(said.length).toBe(505);
  expect(said).toMatch(/^Unable to render at line 4.* \.\.\. .*Roles must alternate$/);
});

test.each([
  ["a list around the error", [{ error: { message: "no such key", status: "X" } }], "no such key"],
  ["a list of faults", { detail: [{ msg: "not permitted" }] }, '[{"msg":"not permitted"}]'],
  [
    "what a router quotes",
    { error: { message: "Provider returned error", metadata: { raw: "too busy" } } },
    "Provider returned error: too busy",
  ],
  [
    "what was flagged",
    { error: { message: "no", metadata: { reasons: ["a", "b"] } } },
    "no: flagged for a, b",
  ],
  ["a gateway's page", { "html-message": "fetch failed" }, "fetch failed"],
])("the words of an error are found in %s", (_name, body, words) => {
  const reading = readAnswer(exchange({ status: 400 }), body);
  expect(reading.ok ? "" : reading.fault.message).toBe(words);
});

test("the model that answered is the reply's own word, or the group that a gateway fell back to", () => {
  const body = { ...(reply({ content: "hi" }) as object), model: "king" };
  const modelOf = (headers: Record<string, string>): string | null => {
    const reading = readAnswer(exchange({ headers }), body);
    return reading.ok ? reading.answer.model : null;
  };
  expect(modelOf({})).toBe("king");
  expect(modelOf({ "x-litellm-attempted-fallbacks": "1", "x-litellm-model-group": "spare" })).toBe(
    "spare",
  );
  expect(modelOf({ "x-litellm-attempted-fallbacks": "0", "x-litellm-model-group": "spare" })).toBe(
    "king",
  );
});

test("a part of reasoning is never content", () => {
  const content = [
    { type: "reasoning", text: "MODEL 2 is better" },
    { type: "text", text: "hello" },
  ];
  const reading = readAnswer(exchange(), reply({ content }));
  expect(reading).toMatchObject({ ok: true, answer: { content: "hello" } });
});

test.each(["error", "abort", "network_error", "insufficient_system_resource"])(
  "finish_reason %s is a fault, and asked again",
  (word) => {
    const reading = readAnswer(exchange(), reply({ content: "half an ans" }, word));
    expect(reading).toMatchObject({
      ok: false,
      fault: { kind: "broken_off", message: `finish_reason ${word}` },
    });
  },
);

test("a choice that carries an error is a fault, by its code where it has one", () => {
  const withError = (error: unknown): unknown => ({
    choices: [{ message: { content: "half" }, finish_reason: "stop", error }],
  });
  expect(readAnswer(exchange(), withError({ message: "upstream died" }))).toMatchObject({
    fault: { kind: "broken_off", message: "upstream died" },
  });
  expect(readAnswer(exchange(), withError({ message: "slow", code: 429 }))).toMatchObject({
    fault: { kind: "http_429", status: 429 },
  });
});

test.each([
  ['{"error":{"details":[{"retryDelay":"37s"}]}}', 37_000],
  ["Please try again in 7.66s.", 7660],
  ["Please try again in 1m2.5s", 62_500],
  ["Please retry after 6 seconds.", 6000],
  ['{"error":"loading","estimated_time":20.5}', 20_500],
  ["Please try again in 840ms", 840],
  ["try again later", null],
])("the wait that a body names is read: %s", (text, ms) => {
  const reading = readAnswer(exchange({ status: 429, text }), null);
  expect(reading.ok ? 0 : reading.fault.retry_after_ms).toBe(ms);
});

test.each([
  ["nothing", undefined],
  ["text", { ...usage, prompt_tokens: "100" }],
  ["negative", { ...usage, completion_tokens: -1 }],
  ["fractions", { ...usage, completion_tokens: 1.5 }],
  ["beyond any model", { ...usage, prompt_tokens: 1e12 }],
])("usage that cannot be true is unknown: %s", (_name, value) => {
  expect(readUsage(value)).toBeNull();
});

test("more cached tokens than there were are cut to what there was", () => {
  expect(readUsage({ ...usage, prompt_cache_hit_tokens: 1e6 })).toMatchObject({
    cached_tokens: 100,
  });
});

const counts = { prompt_tokens: 100, completion_tokens: 20 };
test.each([
  ["thinking beside the completion", { ...counts, reasoning_tokens: 54 }, 74],
  ["thinking inside it", { ...counts, completion_tokens_details: { reasoning_tokens: 15 } }, 20],
  ["thinking only in the total", { ...counts, total_tokens: 190 }, 90],
  ["a total that is less", { ...counts, total_tokens: 20 }, 20],
  ["a total of something else", { ...counts, total_tokens: 90_000_000 }, 20],
])("the completion is what it cost: %s", (_name, said, completion) => {
  expect(readUsage(said)?.completion_tokens).toBe(completion);
});

test.each([
  ["prompt_tokens_details", { ...counts, prompt_tokens_details: { cached_tokens: 60 } }, 100],
  ["usage.cached_tokens", { ...counts, cached_tokens: 60 }, 100],
  ["cache_read_input_tokens", { ...counts, cache_read_input_tokens: 60 }, 100],
  ["prompt_cache_hit_tokens", { ...counts, prompt_cache_hit_tokens: 60 }, 100],
  [
    "input_tokens beside it",
    { input_tokens: 40, output_tokens: 2, cache_read_input_tokens: 60 },
    100,
  ],
])("cached tokens are found in %s", (_name, said, prompt) => {
  expect(readUsage(said)).toMatchObject({ prompt_tokens: prompt, cached_tokens: 60 });
});

test("usage of zeros beside a text was not counted, and usage.cost is what the provider booked", () => {
  const body = (said: unknown): unknown => ({
    ...(reply({ content: "hello" }) as object),
    usage: said,
  });
  const zeros = readAnswer(exchange(), body({ prompt_tokens: 0, completion_tokens: 0 }));
  expect(zeros).toMatchObject({ ok: true, answer: { usage: null } });
  const booked = readAnswer(exchange(), body({ ...counts, cost: 0.00021 }));
  expect(booked).toMatchObject({ ok: true, answer: { usd: 0.00021 } });
});
