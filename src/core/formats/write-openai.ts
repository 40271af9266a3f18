/** A run as one line of chat messages, as records hold them. What nobody may learn from has weight 0. */
import { isTurn, type Run } from "./run.ts";

/** Whole, reasoning included; `part`, `parent`, `verdict` and `tools` where the run has them. */
export function openaiLine(run: Run): Readonly<Record<string, unknown>> {
  const { id, format, kind, version, part, parent, verdict, instance_id, repo, tools } = run;
  return {
    id,
    format,
    ...(version === undefined ? {} : { version }),
    ...(kind === undefined ? {} : { kind }),
    ...(part === undefined ? {} : { part }),
    ...(parent === undefined ? {} : { parent }),
    ...(verdict === undefined ? {} : { verdict }),
    ...(instance_id === undefined ? {} : { instance_id }),
    ...(repo === undefined ? {} : { repo }),
    messages: run.messages.map((message, at) =>
      message.role !== "assistant" || isTurn(run, at) ? message : { ...message, weight: 0 },
    ),
    ...(tools === undefined ? {} : { tools }),
  };
}
