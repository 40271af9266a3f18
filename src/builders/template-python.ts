/** A chat template rendered by transformers: one process of training/.venv, asked for many rows at once. */
import { hasTools, rowText, type RawRender, type RenderJob } from "../core/template/render.ts";
import type { ChatTemplate } from "../core/template/source.ts";
import { UserError } from "../errors.ts";
import { startLineProgram, type LineProgram } from "../io/line-program.ts";
import type { templateProgram } from "../io/training-python.ts";
import { overLimit, ROW_LIMITS, type TemplateEngine } from "./template-engine.ts";

export type TemplateProgram = NonNullable<ReturnType<typeof templateProgram>>;

/**
 * @param name the file. @throws UserError when the template does not parse, or Python does not start.
 */
export async function pythonEngine(
  { python, script }: TemplateProgram,
  template: ChatTemplate,
  name: string,
  date: string,
): Promise<TemplateEngine> {
  const program = startLineProgram(python, [script], QUIET);
  const begun = (await asked(program, name, {
    templates: [template.plain, template.withTools],
    tokens: template.tokens,
    date,
    ...ROW_LIMITS,
  })) as { readonly engine: string; readonly fault: string | null };
  if (begun.fault !== null) {
    program.end();
    throw new UserError(
      `${name}: its chat_template does not parse: ${begun.fault}`,
      "mend the template, or leave --tokenizer-config out for ChatML",
    );
  }
  const raws = async (jobs: readonly RenderJob[]): Promise<readonly RawRender[]> => {
    if (jobs.length === 0) return [];
    const answers = (await asked(
      program,
      name,
      jobs.map((job) => ({
        template: hasTools(job) ? 1 : 0,
        messages: job.messages,
        tools: hasTools(job) ? job.tools : null,
      })),
    )) as readonly RawRender[];
    if (answers.some((answer) => "limit" in answer)) throw overLimit(name);
    return answers;
  };
  return {
    words: begun.engine,
    raws,
    texts: async (jobs) => {
      const answers = await raws(jobs);
      return jobs.map((job, at) => rowText(answers[at] ?? { fault: "no answer" }, job));
    },
    end: () => program.end(),
  };
}

// ---------------------------------------------------------------------------------------------

/** No load of the hub, no telemetry, no advice on stderr, no thread for every core. */
const QUIET = {
  HF_HUB_OFFLINE: "1",
  HF_HUB_DISABLE_TELEMETRY: "1",
  TRANSFORMERS_VERBOSITY: "error",
  OMP_NUM_THREADS: "1",
};

async function asked(program: LineProgram, name: string, question: unknown): Promise<unknown> {
  const line = await program.ask(JSON.stringify(question));
  if (line !== null) return JSON.parse(line) as unknown;
  throw new UserError(
    `${name}: transformers, which was to render its chat_template, ended: ${lastLine(program.said())}`,
    'npm run setup:training makes its environment anew; or set template_engine = "jinja" in chain.toml [dataset]',
  );
}

const lastLine = (text: string): string => text.split("\n").at(-1) || "it said nothing";
