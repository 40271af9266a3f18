/**
 * What every reader of this folder gives: a run, one line of what a model saw and said, whoever logged
 * it. Readers are pure (parsed lines or documents in, runs out); which one reads a file is told by the
 * file's content (detect.ts), and what a reader does not know is a counted drop that names it. Read
 * building.ts first: it holds the rules that all agents share (results find their calls, calls that
 * were stopped are no turns, a compaction begins a part).
 */
import type { Message, ToolCall } from "../../records/message.ts";

/** Arguments that are no JSON object stay the text that they were. */
export type RunCall = ToolCall;
export type RunMessage = Message;

/**
 * injected: the harness said it, not the person. summary: of what a compaction took away. error: the
 * tool failed. aborted: cut off or stopped. synthetic: an assistant message that no model said.
 */
export type Mark = "injected" | "summary" | "error" | "aborted" | "synthetic";

/** A tool's schema in OpenAI's "function" shape. */
export type RunTool = {
  readonly type: "function";
  readonly function: {
    readonly name: string;
    readonly description?: string;
    readonly parameters?: unknown;
  };
};

export type Verdict = "success" | "failure";

export type Run = {
  /** null: the log names none; whoever read the file gives it one. */
  readonly id: string | null;
  /** Name of the agent or data set family, as `FORMATS` lists them. */
  readonly format: string;
  /** Of the agent, where the log says. */
  readonly version?: string;
  /** Id of the run that this one was made by, or copied from. */
  readonly parent?: string;
  /** From 1; a part begins with what the model saw after a compaction. */
  readonly part?: number;
  readonly kind?: "main" | "subagent" | "fork";
  /** The first so many messages are no turns of this run: another part's, or the parent's. */
  readonly history: number;
  readonly messages: readonly RunMessage[];
  /** JSON schemas, in OpenAI's "function" shape where a reader made them. */
  readonly tools?: readonly unknown[];
  /** By position in `messages`. */
  readonly marks: ReadonlyMap<number, readonly Mark[]>;
  /** Positions of assistant messages after the history that nobody may learn from, or be asked for. */
  readonly notTurns: ReadonlySet<number>;
  readonly verdict?: Verdict;
  readonly repo?: string;
  readonly cwd?: string;
  readonly instance_id?: string;
  /** From 1: a try that the harness did not hand in, so that no verdict about the instance is about it. */
  readonly attempt?: number;
  /** How the harness says that the run ended: "Submitted", "exit_cost". */
  readonly exit_status?: string;
  /** What was left out of this run, by reason. */
  readonly drops: Readonly<Record<string, number>>;
};

/** What a reader makes of one log; `drops` are those of a log that gave no run at all. */
export type Reading = {
  readonly runs: readonly Run[];
  readonly drops: Readonly<Record<string, number>>;
};

/** True for an assistant message of the run that a model said whole, and that was not copied here. */
export function isTurn(run: Run, at: number): boolean {
  return at >= run.history && run.messages[at]?.role === "assistant" && !run.notTurns.has(at);
}
