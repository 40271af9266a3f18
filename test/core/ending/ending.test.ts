import { expect, test } from "vitest";
import { endingOf, endingWords } from "../../../src/core/ending/ending.ts";

test.each([
  ["ended", "stop STOP eos eos_token end_turn stop_sequence tool_calls function_call".split(" ")],
  [
    "cut",
    "length max_tokens MAX_TOKENS model_length max_output_tokens model_context_window_exceeded".split(
      " ",
    ),
  ],
  ["fault", "error abort network_error insufficient_system_resource".split(" ")],
  ["refused", "content_filter SAFETY recitation refusal sensitive".split(" ")],
  ["unknown", ["banana", "end", "stopped"]],
])("a reply is %s by the words of providers", (kind, words) => {
  for (const word of words) expect(endingOf(word, "{}")).toEqual({ kind, word });
});

test.each([
  ["plain text", "Done.", "ended"],
  ["a whole object", '{"a": {"b": "}"}}', "ended"],
  ["a closed trace and block", "<think>x</think>\n```bash\nls\n```", "ended"],
  ["braces of a shell command", "awk '{print $1}' f {a", "ended"],
  ["a trace that never ends", "<think>x", "cut"],
  ["a fence that never ends", "Look.\n```bash\nls", "cut"],
  ["an object that never ends", 'So: {"correctness": 1, "grounding": {"winner": 2}', "cut"],
  ["an object just begun", "So:\n{", "cut"],
])("without a word from the provider %s is told by itself", (_name, text, kind) => {
  expect(endingOf(null, text)).toEqual({ kind, word: "" });
  expect(endingOf("", text).kind).toBe(kind);
});

test("a choice that carries an error is a fault, whatever its word", () => {
  expect(endingOf("stop", "half", { error: { code: 502 } })).toEqual({
    kind: "fault",
    word: "stop",
  });
  expect(endingOf(null, "half", { error: "gone" })).toEqual({ kind: "fault", word: "error" });
  expect(endingOf("stop", "whole", { error: null }).kind).toBe("ended");
});

test.each([
  [null, "<think>", "breaks off"],
  ["length", "", "ended at the token limit"],
  ["abort", "", 'broke off with a fault of the provider ("abort")'],
  ["safety", "", 'was withheld by the provider ("safety")'],
  ["weird", "", 'ended with "weird", which is not known to be an end'],
  ["stop", "", "ended"],
])("an ending of %s reads as words", (word, text, words) => {
  expect(endingWords(endingOf(word, text))).toBe(words);
});
