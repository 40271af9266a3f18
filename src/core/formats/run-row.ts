/** A run as a row of a source, so that turns are drawn from logs as from any data set. */
import { openaiLine } from "./write-openai.ts";
import { isTurn, type Run } from "./run.ts";

/** Columns of such rows. */
export const RUN_COLUMNS = [
  "instance_id",
  "id",
  "repo",
  "exit_status",
  "resolved",
  "format",
  "part",
  "parent",
  "kind",
  "cwd",
  "tools",
  "messages",
] as const;

/** `resolved` where the run has a verdict; what nobody may learn from is marked as examples are. */
export function runRow(run: Run): Readonly<Record<string, unknown>> {
  const { verdict: _verdict, version: _version, ...line } = openaiLine(run);
  return {
    ...line,
    messages: run.messages.map((message, at) =>
      message.role !== "assistant" || isTurn(run, at) ? message : { ...message, is_demo: true },
    ),
    ...(run.exit_status === undefined ? {} : { exit_status: run.exit_status }),
    ...(run.verdict === undefined ? {} : { resolved: run.verdict === "success" }),
    ...(run.cwd === undefined ? {} : { cwd: run.cwd }),
  };
}
