/** A model's chat template, ready to render rows: by transformers where it is there, else by @huggingface/jinja. */
import { resolve } from "node:path";
import type { Rendered, RenderText } from "../core/dataset/format-reasons.ts";
import type { TemplateEngineName } from "../core/dataset/settings.ts";
import { PROBES, probeFault } from "../core/template/probe.ts";
import { isReserved, notSupported, type RenderJob } from "../core/template/render.ts";
import { chatTemplate, type ChatTemplate } from "../core/template/source.ts";
import { UserError } from "../errors.ts";
import { readTemplateFiles } from "../io/dataset/template-files.ts";
import { templateProgram } from "../io/training-python.ts";
import type { TemplateEngine } from "./template-engine.ts";

export type TemplateAsked = {
  /** A tokenizer_config.json or a chat_template.jinja, as the person wrote it. */
  readonly path: string;
  readonly engine: TemplateEngineName;
  /** For `strftime_now`: local time, "2026-01-31T09:05:00". */
  readonly date: string;
};

export type TemplateRenderer = {
  readonly words: string;
  /** The rows' texts in their order. @throws UserError for what the engine cannot do. */
  render(jobs: readonly RenderJob[]): Promise<readonly Rendered[]>;
  end(): void;
};

/** The engine that a build would use now. @throws UserError when transformers is asked for and is not there. */
export function engineNamed(asked: TemplateEngineName): "transformers" | "jinja" {
  if (asked === "jinja") return "jinja";
  if (templateProgram() !== null) return "transformers";
  if (asked === "auto") return "jinja";
  throw new UserError(
    'chain.toml [dataset].template_engine is "transformers", and training/.venv is not there',
    'npm run setup:training, or template_engine = "jinja"',
  );
}

/** Starts an engine. @param name the file. @throws UserError when it cannot read the template. */
export async function startEngine(
  engine: "transformers" | "jinja",
  template: ChatTemplate,
  name: string,
  date: string,
): Promise<TemplateEngine> {
  const program = engine === "transformers" ? templateProgram() : null;
  if (program === null) {
    const { jinjaEngine } = await import("./template-jinja.ts");
    return jinjaEngine(template, name, date);
  }
  const { pythonEngine } = await import("./template-python.ts");
  return pythonEngine(program, template, name, date);
}

/**
 * A renderer that rendered a plain conversation already.
 * @throws UserError for files without a template, and for what the engine cannot do, in its words.
 */
export async function openRenderer({
  path,
  engine: asked,
  date,
}: TemplateAsked): Promise<TemplateRenderer> {
  const files = await readTemplateFiles(resolve(path), "--tokenizer-config");
  const template = chatTemplate(files, path);
  const engine = await startEngine(engineNamed(asked), template, path, date);
  const fault = probeFault(await engine.raws(PROBES));
  if (fault !== null) {
    engine.end();
    throw notSupported(path, engine.words, fault);
  }
  return {
    words: engine.words,
    async render(jobs) {
      const isOpen = jobs.map((job) => !isReserved(template, job));
      const texts = await engine.texts(jobs.filter((_, at) => isOpen[at]));
      let next = 0;
      return isOpen.map((open) => {
        if (!open) return { reason: "special_token" };
        const text = texts[next++] ?? { fault: "no answer" };
        if (typeof text === "string" || "reason" in text) return text;
        throw notSupported(path, engine.words, "fault" in text ? text.fault : text.limit);
      });
    },
    end: () => engine.end(),
  };
}

/**
 * A renderer for counting tokens, row by row: @huggingface/jinja's, whoever renders what is written. A row that
 * it cannot render is counted without the template; null: it cannot read the template at all.
 */
export async function countingRenderer(path: string, date: string): Promise<RenderText | null> {
  const template = chatTemplate(await readTemplateFiles(resolve(path), "--tokenizer-config"), path);
  const { jinjaEngine } = await import("./template-jinja.ts");
  let engine: ReturnType<typeof jinjaEngine>;
  try {
    engine = jinjaEngine(template, path, date);
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
  return (messages, tools) => {
    const text = engine.now({ messages, tools });
    return typeof text === "string" || "reason" in text ? text : { reason: "template_refused" };
  };
}
