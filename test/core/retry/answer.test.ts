import { expect, test } from "vitest";
import type { Exchange } from "../../../src/calls.ts";
import { readAnswer, readUsage } from "../../../src/core/retry/answer.ts";

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
      usage: { prompt_tokens: 100, cached_tokens: 60, completion_tokens: 20, reasoning_tokens: 5 },
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

test("a long error text is shortened to a line", () => {
  const reading = readAnswer(exchange({ status: 500, text: "x\n".repeat(5000) }), null);
  expect(reading.ok ? 0 : reading.fault.message.length).toBe(304);
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
  const said = { ...usage, prompt_cache_hit_tokens: 1e6, reasoning_tokens: 1e6 };
  expect(readUsage(said)).toMatchObject({ cached_tokens: 100, reasoning_tokens: 20 });
});
