/** A model's chat template, rendered in a thread with limits of time and memory: it is a program of strangers. */
import type { RenderText, Rendered } from "../core/dataset/format-reasons.ts";
import { UserError } from "../errors.ts";
import { startSyncWorker } from "../io/dataset/sync-worker.ts";
import type { TemplateInput } from "./template-thread.ts";

/** Seconds of CPU for a row. */
const ROW_SECONDS = 1;
/** For starting the thread and compiling. */
const START_SECONDS = 20;
const MEMORY_MB = 256;

/**
 * Rendering by the template of a tokenizer_config.json.
 * @param name the file. @throws UserError as `templateRenderer` does, now; and for a row that takes over a
 *   second or 256 MB, when it is rendered.
 */
export function threadRenderer(config: unknown, name: string): RenderText {
  const thread = startSyncWorker<TemplateInput, Rendered>(
    new URL("./template-thread.ts", import.meta.url),
    { memoryMb: MEMORY_MB },
  );
  const ask = (input: TemplateInput, seconds: number): Rendered => {
    const reply = thread.ask(input, seconds);
    switch (reply.kind) {
      case "done":
        return reply.output;
      case "limit":
        throw new UserError(
          `${name}: its chat_template takes more than ${seconds} s or ${MEMORY_MB} MB for a row`,
          "mend the template (does it loop without end?), or leave --tokenizer-config out for ChatML",
        );
      case "fault":
        if (reply.hint === null) throw new Error(reply.message);
        throw new UserError(reply.message, reply.hint);
      default:
        return reply satisfies never;
    }
  };
  ask({ config, name }, START_SECONDS);
  return (...args) => ask({ args }, ROW_SECONDS);
}
