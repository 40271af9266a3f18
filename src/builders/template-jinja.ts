/** A chat template rendered by @huggingface/jinja, in a thread with limits of time and memory. */
import type { RawRender, RenderJob, RowText } from "../core/template/render.ts";
import type { ChatTemplate } from "../core/template/source.ts";
import { UserError } from "../errors.ts";
import { startSyncWorker } from "../io/dataset/sync-worker.ts";
import { overLimit, ROW_LIMITS, type TemplateEngine } from "./template-engine.ts";
import type { TemplateInput, TemplateOutput } from "./template-thread.ts";

/** For starting the thread and compiling. */
const START_SECONDS = 20;

/** It answers at once, too: for those who cannot wait. */
export type JinjaEngine = TemplateEngine & { now(job: RenderJob): RowText };

/**
 * @param name the file. @throws UserError when the engine cannot read the template, now; and for a row that takes
 *   over a second or 256 MB, when it is rendered.
 */
export function jinjaEngine(template: ChatTemplate, name: string, date: string): JinjaEngine {
  const thread = startSyncWorker<TemplateInput, TemplateOutput>(
    new URL("./template-thread.ts", import.meta.url),
    { memoryMb: ROW_LIMITS.megabytes },
  );
  const ask = (input: TemplateInput, seconds: number): TemplateOutput => {
    const reply = thread.ask(input, seconds);
    switch (reply.kind) {
      case "done":
        if (typeof reply.output === "object" && "limit" in reply.output) throw overLimit(name);
        return reply.output;
      case "limit":
        throw overLimit(name, seconds);
      case "fault":
        if (reply.hint === null) throw new Error(reply.message);
        throw new UserError(reply.message, reply.hint);
      default:
        return reply satisfies never;
    }
  };
  ask({ template, name, date }, START_SECONDS);
  return {
    words: "@huggingface/jinja",
    // The thread answers as it was asked: checked texts for jobs, and raw ones for raw.
    texts: async (jobs) => jobs.map((job) => ask({ job }, ROW_LIMITS.seconds) as RowText),
    raws: async (jobs) => jobs.map((raw) => ask({ raw }, ROW_LIMITS.seconds) as RawRender),
    now: (job) => ask({ job }, ROW_LIMITS.seconds) as RowText,
    end: () => thread.end(),
  };
}
