/** check-template: what a template of one's own carries, loses and needs. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkedBy, reportLines, reportOf } from "../../src/builders/template-check.ts";
import { startEngine } from "../../src/builders/template-render.ts";
import { chatTemplate } from "../../src/core/template/source.ts";
import { checkTemplate } from "../../src/stages/check-template.ts";
import { tempProject } from "../support/project.ts";
import { noVenv } from "../support/venv.ts";

const DATE = "2026-03-04T05:06:07";
const CALL = "{{ c.function.name }}{{ c.function.arguments | tojson }}";
const each = (body: string): string => `{% for m in messages %}[{{ m.role }}]${body}{% endfor %}`;

const WHOLE = each(`{{ m.content }}{% for c in m.tool_calls or [] %}${CALL}{% endfor %}`);
const BESIDE = each(
  `{% if m.tool_calls %}{% for c in m.tool_calls %}${CALL}{% endfor %}{% else %}{{ m.content }}{% endif %}`,
);
const ONE_CALL = each(
  `{{ m.content }}{% if m.tool_calls %}{% if m.tool_calls | length > 1 %}{{ raise_exception('one at once') }}{% endif %}{% set c = m.tool_calls[0] %}${CALL}{% endif %}`,
);
const TEXT_ARGUMENTS = each(
  "{{ m.content }}{% for c in m.tool_calls or [] %}{{ c.function.name + c.function.arguments }}{% endfor %}",
);
const NO_CALLS = each("{% if m.role != 'tool' %}{{ m.content }}{% endif %}");

async function report(source: string) {
  const template = chatTemplate({ config: null, jinja: source }, "t.jinja");
  const check = await checkedBy(() => startEngine("jinja", template, "t.jinja", DATE));
  if (typeof check === "string") throw new Error(check);
  return reportOf("t.jinja", [check], []);
}

test.each([
  ["all of it", WHOLE, "as in a row: calls as calls, arguments as objects", { kind: "whole" }],
  [
    "no words beside calls",
    BESIDE,
    "calls as text",
    { kind: "lost", parts: ["words beside calls"] },
  ],
  ["one call a message", ONE_CALL, "the same, one call a message", { kind: "whole" }],
  [
    "arguments as text",
    TEXT_ARGUMENTS,
    "results at once after their calls, arguments as JSON text",
    { kind: "fault", words: "can only concatenate str (not dict) to str" },
  ],
  ["no calls", NO_CALLS, "calls as text", { kind: "lost", parts: ["calls", "results"] }],
])("a template that carries %s", async (_what, source, form, base) => {
  const { histories, needs } = await report(source);
  expect(needs).toEqual({ form, carried: 10 });
  expect(histories[0]).toEqual({ case: "base", ...base });
});

test.each<[string, string, string]>([
  [
    "README.md",
    "is not JSON",
    "name a tokenizer_config.json or a chat_template.jinja; if it is one, fetch it again",
  ],
  ["model", "is a folder", "name a tokenizer_config.json or a chat_template.jinja in it"],
  ["none", "is not there", "check the path; name a tokenizer_config.json or a chat_template.jinja"],
])("check-template of %s says what should be named", async (name, what, hint) => {
  const root = tempProject({ "README.md": "# Mine\n", "model/x.txt": "" });
  await expect(checkTemplate(join(root, name), DATE)).rejects.toMatchObject({
    message: expect.stringContaining(`check-template ${join(root, name)} ${what}`) as string,
    hint,
  });
});

test("a refusal is told in the template's words", async () => {
  const { histories } = await report(ONE_CALL);
  expect(histories.find((one) => one.case === "parallel_calls")).toEqual({
    case: "parallel_calls",
    kind: "refused",
    words: "one at once",
  });
});

test("the report in words says what is lost, which form it needs, and that one engine was alone", async () => {
  const lines = reportLines(await report(BESIDE));
  expect(lines).toContain("  base                 loses words beside calls");
  expect(lines).toContain("form it needs: calls as text (carries 10 of 10)");
  expect(lines.join("\n")).toContain("where calls stay calls: as in a row");
  expect(lines.at(-1)).toBe("transformers is not here to compare with: npm run setup:training");
});

test.skipIf(noVenv)("both engines agree, or one says what it cannot do", async () => {
  const root = tempProject({
    "whole.jinja": WHOLE,
    "odd.jinja": `${WHOLE}{{ 'a-b' | wordcount }}`,
  });
  const whole = await checkTemplate(join(root, "whole.jinja"), DATE);
  expect(whole.agree).toEqual({ same: 90, of: 90, differ: [] });
  const odd = await checkTemplate(join(root, "odd.jinja"), DATE);
  expect(odd.agree).toMatchObject({ same: 0, of: 90 });
  expect(reportLines(odd).join("\n")).toContain(
    "the second says: Unknown StringValue filter: wordcount",
  );
});

test("a template that lies alone is tried with stand-ins for the tokens that its model would have", async () => {
  const root = tempProject({ "alone.jinja": `{{ bos_token + 'x' }}${WHOLE}{{ eos_token }}` });
  const alone = await checkTemplate(join(root, "alone.jinja"), DATE);
  expect(alone.histories[0]).toEqual({ case: "base", kind: "whole" });
  expect(reportLines(alone)).toContain(
    "no tokenizer_config.json lies beside it: bos_token is taken to be <s>, eos_token </s>",
  );
});

test("a template that no engine reads is told with its file", async () => {
  const path = join(tempProject({}), "t.jinja");
  writeFileSync(path, "{% if %}");
  await expect(checkTemplate(path, DATE)).rejects.toThrow(
    `${path}: its chat_template does not parse: `,
  );
});
