/** Lengths of rows: what is said of them, and settings with which nothing is cut. */
import { expect, test } from "vitest";
import { lengthNote, lengthSection, lengthStats } from "../../../src/core/dataset/lengths.ts";
import { numberList } from "../../../src/core/dataset/row-index.ts";
import { exactTokens, tokenizerNote } from "../../../src/core/dataset/tokenizer.ts";
import { estimateTokens } from "../../../src/core/dataset/tokens.ts";
import { jinjaRenderer, rowText } from "../../../src/core/template/render.ts";
import { chatTemplate } from "../../../src/core/template/source.ts";
import type { RenderText } from "../../../src/core/dataset/format-reasons.ts";
import { example } from "../../support/dataset.ts";
import { wordLevel } from "../../support/tokenizer.ts";

function stats(lengths: readonly number[], counted: "template" | "tokenizer" | "estimate") {
  const list = numberList();
  for (const length of lengths) list.push(length);
  return lengthStats(list, "o__r-1, turn 3", counted);
}

test("the longest row, and how many are over each limit that trainers have", () => {
  const of = stats([10, 1024, 1025, 5000, 20_000], "estimate");
  expect(of).toMatchObject({
    longest: 20_000,
    over: { "1024": 3, "2048": 2, "4096": 2, "8192": 1, "16384": 1 },
  });
  expect(lengthNote(of)).toBe(
    "longest row 20,000 tokens (o__r-1, turn 3), an estimate at four characters a token; 3 over 1,024, 2 over 2,048, 2 over 4,096, 1 over 8,192, 1 over 16,384: trainers cut or drop such rows unless told (README.md, Lengths)",
  );
  expect(lengthSection(of).join("\n")).toContain("| | 3 | 2 | 2 | 1 | 1 |");
});

test.each([
  ["template", 1000, 2048],
  ["tokenizer", 1000, 2048],
  ["estimate", 1000, 3072],
] as const)("counted by %s, %i tokens are safe with %i", (counted, longest, limit) => {
  const section = lengthSection(stats([longest], counted)).join("\n");
  expect(section).toContain(`\`cutoff_len: ${limit}\``);
  expect(section).toContain("`max_length=None`");
});

test("of a pair the longer sequence counts, and both for the total", () => {
  const prompt = [{ role: "user", content: "p".repeat(40) }];
  const pair = { prompt, kind: "preference", chosen: "a".repeat(400), rejected: "bbbb" } as const;
  // Ten tokens of markup: two messages in ChatML.
  expect(estimateTokens(example("g", 1, pair))).toEqual({ total: 111, length: 110 + 10 });
  expect(exactTokens(wordLevel([]), "t")(example("g", 1, pair)).total).toBe(3);
});

test("with a template the text that it renders is counted", () => {
  const template = "{% for m in messages %}<<{{ m.role }}>> {{ m.content }} {% endfor %}";
  const raw = jinjaRenderer(
    chatTemplate({ config: null, jinja: template }, "t"),
    "t",
    "2026-01-31",
  );
  const render: RenderText = (messages, tools) => {
    const text = rowText(raw({ messages, tools }), { messages });
    return typeof text === "string" ? text : { reason: "template_lost" };
  };
  const row = example("g", 1, { prompt: [{ role: "user", content: "one two" }], answer: "three" });
  const of = exactTokens(wordLevel([]), "tokenizer.json", render)(row);
  // "<<", "user", ">>", "one", "two", "<<", "assistant", ">>", "three".
  expect(of).toEqual({ total: 3, length: 9 });
});

test.each([
  ["one token each", ["<|im_start|>", "<|im_end|>"], null],
  [
    "several tokens",
    ["<|im_start|>"],
    "WARNING: t does not fit the template: <|im_end|> are several tokens each there, so lengths are another model's",
  ],
])("marks of a template that are %s for the tokenizer", (_what, known, said) => {
  const render: RenderText = (messages) =>
    messages.map(({ role, content }) => `<|im_start|>${role}\n${content}<|im_end|>\n`).join("");
  const added = known.map((content, id) => ({
    id: 100 + id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  }));
  expect(tokenizerNote({ ...wordLevel([]), added_tokens: added }, "t", render)).toBe(said);
  expect(tokenizerNote(wordLevel([]), "t", () => ({ reason: "template_refused" }))).toBeNull();
});
