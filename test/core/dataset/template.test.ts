/** The model's own chat template and tokenizer. */
import { expect, test } from "vitest";
import { templateRenderer } from "../../../src/core/dataset/template.ts";
import { exactTokens } from "../../../src/core/dataset/tokenizer.ts";
import { estimateTokens } from "../../../src/core/dataset/tokens.ts";
import { writeRow } from "../../../src/core/dataset/formats.ts";
import { example } from "../../support/dataset.ts";
import { wordLevel } from "../../support/tokenizer.ts";

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
  expect(templateRenderer(CONFIG, "c.json")(CHAT)).toBe(
    "<s>[system]S</s>[user]U</s>[assistant]A</s>",
  );
});

test("of several templates the default one is taken", () => {
  const many = {
    chat_template: [
      { name: "tool_use", template: "T" },
      { name: "default", template: "D" },
    ],
  };
  expect(templateRenderer(many, "c.json")(CHAT)).toBe("D");
});

test.each([
  ["special_token", [{ role: "user", content: "print </s> now" }]],
  ["template_refused", [{ role: "tool", content: "x" }]],
])("drops with %s", (reason, messages) => {
  expect(templateRenderer(CONFIG, "c.json")(messages)).toEqual({ reason });
});

test("the chatml format uses the template when one is given", () => {
  const row = writeRow(example("g", 1), "chatml", {
    render: templateRenderer(CONFIG, "c.json"),
  });
  expect(row).toMatchObject({
    ok: true,
    row: { text: expect.stringMatching(/^<s>\[system\]You repair/) },
  });
});

test.each([
  [{}, "c.json has no chat template: chat_template"],
  [{ chat_template: "{% if %}" }, "c.json: its chat_template does not parse"],
])("a config that is of no use is told: %j", (config, message) => {
  expect(() => templateRenderer(config, "c.json")).toThrow(message);
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
  expect(templateRenderer(loops(body), "c.json")(CALLED, [])).toBe(
    'Uedit{"text": "a\\n\\"b\\""}done',
  );
});

test.each([
  ["the calls", "{{ m.content }}"],
  [
    "the results",
    "{% if m.role != 'tool' %}{{ m.content }}{% endif %}{% for c in m.tool_calls or [] %}{{ c.function.name }}{{ c.function.arguments | tojson }}{% endfor %}",
  ],
  [
    "the arguments",
    "{{ m.content }}{% for c in m.tool_calls or [] %}{{ c.function.name }}{{ 'x' + c.function.arguments }}{% endfor %}",
  ],
])("a template whose text lacks %s drops the row with template_lost", (_what, body) => {
  expect(templateRenderer(loops(body), "c.json")(CALLED)).toEqual({ reason: "template_lost" });
});
