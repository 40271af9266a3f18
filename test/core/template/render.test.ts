/** The model's own chat template and tokenizer. */
import { expect, test } from "vitest";
import { jinjaRenderer, rowText, type RowText } from "../../../src/core/template/render.ts";
import { chatTemplate } from "../../../src/core/template/source.ts";
import type { RenderedMessage } from "../../../src/core/dataset/format-reasons.ts";
import { exactTokens } from "../../../src/core/dataset/tokenizer.ts";
import { estimateTokens } from "../../../src/core/dataset/tokens.ts";
import { writeRow } from "../../../src/core/dataset/formats.ts";
import { example } from "../../support/dataset.ts";
import { wordLevel } from "../../support/tokenizer.ts";

/** What a row of a model's files comes to. */
const render =
  (config: unknown, name: string, jinja: string | null = null) =>
  (messages: readonly RenderedMessage[], tools?: readonly unknown[]): RowText => {
    const raw = jinjaRenderer(chatTemplate({ config, jinja }, name), name, "2026-03-04T05:06:07");
    const job = { messages, tools };
    return rowText(raw(job), job);
  };

const CHAT = [
  { role: "system", content: "S" },
  { role: "user", content: "U" },
  { role: "assistant", content: "A" },
];
const TEMPLATE =
  "{{ bos_token }}{% for m in messages %}{% if m.role == 'tool' %}{{ raise_exception('no tools') }}{% endif %}[{{ m.role }}]{{ m.content }}{{ eos_token }}{% endfor %}";
const CONFIG = {
  chat_template: TEMPLATE,
  bos_token: "<s>",
  eos_token: { content: "</s>" },
  added_tokens_decoder: {
    "1": { content: "<s>", special: true },
    "2": { content: "</s>", special: true },
    "3": { content: "code", special: false },
  },
};

test("a row is rendered with the template, its own tokens filled in", () => {
  expect(render(CONFIG, "c.json")(CHAT)).toBe("<s>[system]S</s>[user]U</s>[assistant]A</s>");
});

test("of several templates the default one is taken, and for rows with tools the one of tool_use", () => {
  const all = "{% for m in messages %}{{ m.content }}{% endfor %}";
  const many = {
    chat_template: [
      { name: "tool_use", template: `T${all}` },
      { name: "default", template: `D${all}` },
    ],
  };
  expect(render(many, "c.json")(CHAT)).toBe("DSUA");
  expect(render(many, "c.json")(CHAT, [{ type: "function" }])).toBe("TSUA");
});

test("a chat_template.jinja wins over the configuration, which names the tokens", () => {
  const all = "{{ bos_token }}{% for m in messages %}{{ m.content }}{% endfor %}";
  expect(render(CONFIG, "m/c.json", all)(CHAT)).toBe("<s>SUA");
  expect(render(null, "m/chat_template.jinja", all)(CHAT)).toBe("SUA");
});

test("raise_exception alone is a refusal; anything else is a fault in the engine's words", () => {
  expect(render(CONFIG, "c.json")([{ role: "tool", content: "x" }])).toEqual({
    reason: "template_refused",
  });
  const odd = { chat_template: "{{ messages | shuffle }}" };
  expect(render(odd, "c.json")(CHAT)).toEqual({ fault: "Unknown ArrayValue filter: shuffle" });
});

test("the chatml format writes what its renderer says", () => {
  expect(writeRow(example("g", 1), "chatml", { render: () => "T" })).toMatchObject({
    ok: true,
    row: { text: "T" },
  });
});

test.each([
  [{}, "c.json has no chat template: chat_template"],
  [{ chat_template: "{% if %}" }, "c.json: its chat_template does not parse"],
])("a config that is of no use is told: %j", (config, message) => {
  expect(() => render(config, "c.json")(CHAT)).toThrow(message);
});

const TOKENIZER = wordLevel(["a", "b"]);

test("tokens are counted by a tokenizer.json, and estimated without one", () => {
  const row = example("g", 1, { prompt: [{ role: "user", content: "a b a" }], answer: "b c" });
  expect(exactTokens(TOKENIZER, "t.json")(row).total).toBe(5);
  expect(estimateTokens(row).total).toBe(2);
});

test("a file that is no tokenizer is told", () => {
  expect(() => exactTokens({ a: 1 }, "t.json")).toThrow(
    't.json is not a tokenizer.json: it has no "model"',
  );
});

const CALLED = [
  { role: "user", content: "U" },
  {
    role: "assistant",
    content: "",
    tool_calls: [
      { id: "1", type: "function", function: { name: "edit", arguments: { text: 'a\n"b"' } } },
    ],
  },
  { role: "tool", content: "done" },
];
const loops = (body: string): { chat_template: string } => ({
  chat_template: `{% for m in messages %}${body}{% endfor %}`,
});

test("a template that writes calls and results out is taken, in whatever way it spells them", () => {
  const body =
    "{{ m.content }}{% for c in m.tool_calls or [] %}{{ c.function.name }}{{ c.function.arguments | tojson }}{% endfor %}";
  expect(render(loops(body), "c.json")(CALLED, [])).toBe('Uedit{"text": "a\\n\\"b\\""}done');
});

test.each([
  ["the calls", "{{ m.content }}"],
  [
    "the results",
    "{% if m.role != 'tool' %}{{ m.content }}{% endif %}{% for c in m.tool_calls or [] %}{{ c.function.name }}{{ c.function.arguments | tojson }}{% endfor %}",
  ],
  ["thoughts of the last answer", "{{ m.content }}{{ (m.tool_calls or []) | tojson }}"],
])("a template whose text lacks %s drops the row with template_lost", (_what, body) => {
  const last = { role: "assistant", content: "end", reasoning_content: "hm" };
  expect(render(loops(body), "c.json")([...CALLED, last])).toEqual({ reason: "template_lost" });
});

test("an object that is joined to a text is a fault, as in Python, and never [object Map]", () => {
  const body =
    "{{ m.content }}{% for c in m.tool_calls or [] %}{{ 'x' + c.function.arguments }}{% endfor %}";
  expect(render(loops(body), "c.json")(CALLED)).toEqual({
    fault: "can only concatenate str (not dict) to str",
  });
});
