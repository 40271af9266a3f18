import { expect, test } from "vitest";
import { threadRenderer } from "../../src/builders/template-render.ts";
import { templateRenderer } from "../../src/core/dataset/template.ts";

const CHAT = [
  { role: "user", content: "U" },
  { role: "assistant", content: "A" },
];
const LINES = "{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}";

test("a template renders in its thread as it does here", () => {
  const config = { chat_template: LINES };
  const render = threadRenderer(config, "c.json");
  expect(render(CHAT)).toBe("[user]U[assistant]A");
  expect(render(CHAT)).toBe(templateRenderer(config, "c.json")(CHAT));
});

test("what the template refuses is a reason, and what is no template is told with its file", () => {
  const refusing = { chat_template: "{{ raise_exception('no') }}" };
  expect(threadRenderer(refusing, "c.json")(CHAT)).toEqual({ reason: "template_refused" });
  expect(() => threadRenderer({}, "c.json")).toThrow(/^c\.json has no chat template/);
  expect(() => threadRenderer({ chat_template: "{% if %}" }, "c.json")).toThrow(
    /^c\.json: its chat_template does not parse/,
  );
});

const LIMIT = {
  name: "UserError",
  message:
    "models/evil/tokenizer_config.json: its chat_template takes more than 1 s or 256 MB for a row",
  hint: expect.stringContaining("does it loop without end?") as string,
};

const thrownBy = (act: () => unknown): unknown => {
  try {
    return act();
  } catch (error) {
    return error;
  }
};

test("a template that loops for ever ends with its name", () => {
  const loop =
    "{% for a in range(100000) %}{% for b in range(100000) %}{{ a }}{% endfor %}{% endfor %}";
  const render = threadRenderer({ chat_template: loop }, "models/evil/tokenizer_config.json");
  expect(thrownBy(() => render(CHAT))).toMatchObject(LIMIT);
}, 60_000);

test("a template that doubles a text 64 times is ended, or refused by the engine's own limit", () => {
  const bomb =
    "{% set ns = namespace(x='aaaaaaaaaaaaaaaa') %}{% for a in range(64) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}{{ ns.x | upper }}";
  const render = threadRenderer({ chat_template: bomb }, "models/evil/tokenizer_config.json");
  const told = thrownBy(() => render(CHAT));
  const isRefused = typeof told === "object" && told !== null && "reason" in told;
  expect(told).toMatchObject(isRefused ? { reason: "template_refused" } : LIMIT);
}, 60_000);
