/** node kingmaker.cjs test/python/jinja_texts FILE: renders by @huggingface/jinja what a Python test wrote down. */
import { readFileSync } from "node:fs";
import { jinjaRenderer, type RawRender, type RenderJob } from "../../src/core/template/render.ts";
import { chatTemplate } from "../../src/core/template/source.ts";

type Wanted = {
  readonly templates: Readonly<Record<string, string>>;
  readonly tokens: Readonly<Record<string, string>>;
  readonly date: string;
  readonly jobs: readonly {
    readonly messages: RenderJob["messages"];
    readonly tools: readonly unknown[] | null;
  }[];
};

const wanted = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as Wanted;
const answers: Record<string, readonly RawRender[]> = {};
for (const [name, jinja] of Object.entries(wanted.templates)) {
  const render = jinjaRenderer(
    chatTemplate({ config: wanted.tokens, jinja }, name),
    name,
    wanted.date,
  );
  answers[name] = wanted.jobs.map(({ messages, tools }) =>
    render({ messages, tools: tools ?? [] }),
  );
}
process.stdout.write(JSON.stringify(answers));
