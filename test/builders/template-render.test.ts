import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { jinjaEngine } from "../../src/builders/template-jinja.ts";
import { openRenderer, startEngine } from "../../src/builders/template-render.ts";
import type { TemplateEngineName } from "../../src/core/dataset/settings.ts";
import { jinjaRenderer } from "../../src/core/template/render.ts";
import { chatTemplate } from "../../src/core/template/source.ts";
import { tempProject } from "../support/project.ts";
import { noVenv } from "../support/venv.ts";

const CHAT = [
  { role: "user", content: "U" },
  { role: "assistant", content: "A" },
];
const LINES = "{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}";
const DATE = "2026-03-04T05:06:07";

const ofSource = (source: string) => chatTemplate({ config: null, jinja: source }, "c.jinja");

/** A tokenizer_config.json with this template. */
function configOf(template: unknown): string {
  const path = join(tempProject({}), "tokenizer_config.json");
  writeFileSync(path, JSON.stringify({ chat_template: template }));
  return path;
}

const open = (path: string, engine: TemplateEngineName = "jinja") =>
  openRenderer({ path, engine, date: DATE });

test("a template renders in its thread as it does here", async () => {
  const engine = jinjaEngine(ofSource(LINES), "c.jinja", DATE);
  const here = jinjaRenderer(ofSource(LINES), "c.jinja", DATE);
  expect(await engine.raws([{ messages: CHAT }])).toEqual([here({ messages: CHAT })]);
  expect(await engine.texts([{ messages: CHAT }])).toEqual(["[user]U[assistant]A"]);
});

const ENGINES: [TemplateEngineName, boolean][] = [
  ["jinja", false],
  ["transformers", noVenv],
];

test.each(ENGINES)(
  "with %s rows are rendered, refused, lost or hold a special token",
  async (engine, isAway) => {
    if (isAway) return;
    const config = {
      chat_template:
        "{{ bos_token }}{% for m in messages %}{% if m.role == 'tool' %}{{ raise_exception('no tools') }}{% endif %}{% if m.role != 'developer' %}[{{ m.role }}]{{ m.content }}{% endif %}{% endfor %}",
      bos_token: "<s>",
      added_tokens_decoder: { 1: { content: "<s>", special: true } },
    };
    const path = join(tempProject({}), "tokenizer_config.json");
    writeFileSync(path, JSON.stringify(config));
    const renderer = await open(path, engine);
    const rows = [
      CHAT,
      [{ role: "tool", content: "x" }],
      [{ role: "developer", content: "gone" }],
      [{ role: "user", content: "print <s> now" }],
      CHAT,
    ];
    expect(await renderer.render(rows.map((messages) => ({ messages })))).toEqual([
      "<s>[user]U[assistant]A",
      { reason: "template_refused" },
      { reason: "template_lost" },
      { reason: "special_token" },
      "<s>[user]U[assistant]A",
    ]);
    expect(renderer.words).toMatch(
      engine === "jinja" ? /^@huggingface\/jinja$/ : /^transformers 5\./,
    );
    renderer.end();
  },
);

test.skipIf(noVenv)("auto is transformers where its environment is there", async () => {
  const renderer = await open(configOf(LINES), "auto");
  expect(renderer.words).toMatch(/^transformers/);
  renderer.end();
});

test("a chat_template.jinja is taken by itself, and wins where it lies beside the configuration", async () => {
  const folder = tempProject({});
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "chat_template.jinja"), `{{ eos_token }}J${LINES}`);
  writeFileSync(
    join(folder, "tokenizer_config.json"),
    JSON.stringify({ chat_template: LINES, eos_token: "</s>" }),
  );
  for (const name of ["chat_template.jinja", "tokenizer_config.json"]) {
    const renderer = await open(join(folder, name));
    expect(await renderer.render([{ messages: CHAT }])).toEqual(["</s>J[user]U[assistant]A"]);
    renderer.end();
  }
});

test("what is no template is told with its file", async () => {
  const none = configOf(undefined);
  await expect(open(none)).rejects.toThrow(`${none} has no chat template: chat_template`);
  const torn = configOf("{% if %}");
  await expect(open(torn)).rejects.toThrow(`${torn}: its chat_template does not parse: `);
});

test("what the engine cannot do is refused before the first row, in its words and not the template's", async () => {
  const path = configOf("{{ messages | shuffle }}");
  await expect(open(path)).rejects.toMatchObject({
    name: "UserError",
    message: `${path}: its chat_template is not supported here: @huggingface/jinja says: Unknown ArrayValue filter: shuffle`,
    hint: "npm run setup:training, and transformers renders it; or leave --tokenizer-config out for ChatML",
  });
});

test.skipIf(noVenv)("transformers says in its words what it cannot do", async () => {
  const path = configOf("{{ messages | shuffle }}");
  await expect(open(path, "transformers")).rejects.toThrow(
    `${path}: its chat_template does not parse: TemplateAssertionError: No filter named 'shuffle'`,
  );
  const joined = configOf("{{ 'x' + messages }}");
  await expect(open(joined, "transformers")).rejects.toMatchObject({
    message: expect.stringContaining(
      "its chat_template is not supported here: transformers 5",
    ) as string,
    hint: expect.stringContaining("npm run check-template FILE") as string,
  });
});

test("what only some rows bring about ends the build at the first of them", async () => {
  const path = configOf(`{{ (tools or '') | shuffle if tools else '' }}${LINES}`);
  const renderer = await open(path);
  const rows = [{ messages: CHAT }, { messages: CHAT, tools: [{ type: "function" }] }];
  await expect(renderer.render(rows)).rejects.toThrow(
    `${path}: its chat_template is not supported here: @huggingface/jinja says: `,
  );
});

const LIMIT = {
  name: "UserError",
  message:
    "models/evil/tokenizer_config.json: its chat_template takes more than 1 s or 256 MB for a row",
  hint: expect.stringContaining("does it loop without end?") as string,
};

const LOOP =
  "{% for a in range(100000) %}{% for b in range(100000) %}{{ a }}{% endfor %}{% endfor %}";
const BOMB =
  "{% set ns = namespace(x='aaaaaaaaaaaaaaaa') %}{% for a in range(64) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}{{ ns.x | upper }}";
const EVIL = "models/evil/tokenizer_config.json";

test.each(ENGINES)(
  "a template that loops for ever ends with its name: %s",
  async (engine, isAway) => {
    if (isAway) return;
    const started = await startEngine(
      engine === "jinja" ? "jinja" : "transformers",
      ofSource(LOOP),
      EVIL,
      DATE,
    );
    await expect(started.texts([{ messages: CHAT }])).rejects.toMatchObject(LIMIT);
  },
  120_000,
);

test.each(ENGINES)(
  "a template that doubles a text 64 times is ended: %s",
  async (engine, isAway) => {
    if (isAway) return;
    const started = await startEngine(
      engine === "jinja" ? "jinja" : "transformers",
      ofSource(BOMB),
      EVIL,
      DATE,
    );
    await expect(started.texts([{ messages: CHAT }])).rejects.toMatchObject(LIMIT);
  },
  120_000,
);
