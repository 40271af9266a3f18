import { expect, test } from "vitest";
import type { FaultKind } from "../../../src/calls/exchange.ts";
import { mannerOf } from "../../../src/core/wire/families.ts";
import { afterCut, learn } from "../../../src/core/wire/lessons.ts";
import { shapeRequest } from "../../../src/core/wire/shape.ts";
import { faultOf } from "../../support/fault.ts";

const PLAIN = mannerOf("some/kimi", "auto");

test.each([
  "messages.1: all messages must have non-empty content except for the last one",
  "Invalid request: the message at position 2 with role 'assistant' must not be empty",
  "The text field in the ContentBlock object at messages.1.content.0 is blank.",
  "messages: text content blocks must be non-empty",
  "Assistant message must have either content or tool_calls, but not none.",
  "Invalid assistant message: content or tool_calls must be set",
  "message content cannot be empty",
  "Each message must have at least one content element",
  "messages[3].content 不能为空",
])("messages without a word get one where they are refused: %s", (words) => {
  const first = learn(PLAIN, words);
  expect(first).toMatchObject({ filled: "wordless" });
  const second = first === null ? null : learn(first, words);
  expect(second).toMatchObject({ filled: "all" });
  expect(second === null ? null : learn(second, words)).toBeNull();
});

test.each([
  "model must not be empty",
  "maximum context length is 4096 tokens",
  "Invalid API key",
  "temperature must be 1",
  "The prompt was flagged by our content policy",
])("other refusals teach nothing of the form: %s", (words) => {
  expect(learn(PLAIN, words)).toBeNull();
});

const HISTORY = [
  { role: "user", content: "go" },
  { role: "assistant", content: "" },
  { role: "user", content: "on" },
  { role: "assistant", content: "", tool_calls: [{ id: "1", name: "run", arguments: {} }] },
  { role: "tool", content: "", tool_call_id: "1" },
];

test.each([
  ["no", ["go", "", "on", "", ""]],
  ["wordless", ["go", "(no words)", "on", "", "(no words)"]],
  ["all", ["go", "(no words)", "on", "(no words)", "(no words)"]],
] as const)("filled %s: what is sent", (filled, contents) => {
  const { messages } = shapeRequest({ messages: HISTORY }, { ...PLAIN, native: true, filled });
  expect(messages.map(({ content }) => content)).toEqual(contents);
});

test("streams: refused whole, refused with a count, refused altogether, and never again", () => {
  const yes = learn(PLAIN, "only streaming is supported");
  expect(yes).toMatchObject({ stream: "yes" });
  const bare = learn(yes ?? PLAIN, "unknown field stream_options");
  expect(bare).toMatchObject({ stream: "bare" });
  const refused = learn(bare ?? PLAIN, "streaming is not supported");
  expect(refused).toMatchObject({ stream: "refused" });
  expect(learn(refused ?? PLAIN, "only streaming is supported")).toBeNull();
});

test.each([
  ["reset", 61_000, "yes"],
  ["http_504", 60_000, "yes"],
  ["http_524", 100_000, "yes"],
  ["reset", 2000, null],
  ["http_504", 900, null],
  ["http_500", 90_000, null],
  ["timeout", 600_000, null],
  ["reset_body", 90_000, null],
] as const)("%s after %i ms: %s", (kind: FaultKind, ms, stream) => {
  expect(afterCut(PLAIN, faultOf(kind), ms)?.stream ?? null).toBe(stream);
});

test("a cut teaches nothing where streams were tried already", () => {
  const fault = faultOf("reset");
  expect(afterCut({ ...PLAIN, stream: "yes" }, fault, 90_000)).toBeNull();
  expect(afterCut({ ...PLAIN, stream: "refused" }, fault, 90_000)).toBeNull();
});
