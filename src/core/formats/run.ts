/** One run of an agent, as every reader of logs gives it: what was said, and what of it is no turn. */
import type { Message } from "../../records/message.ts";

/** What a reader found out about a message beside its words. */
export type Mark =
  | "injected"
  | "summary"
  | "error"
  | "aborted"
  | "synthetic"
  | "placeholder_arguments"
  | (string & {});

export type Run = {
  readonly id: string | null;
  /** The log's kind: "claude_code", "chat" ... */
  readonly format: string;
  readonly version?: string;
  /** The run that this one belongs to or goes on from. */
  readonly parent?: string;
  /** 0-based, of a run in parts. */
  readonly part?: number;
  readonly kind?: "main" | "subagent" | "fork";
  /** The first n messages are no turns: they are learned where they were said. */
  readonly history: number;
  readonly messages: readonly Message[];
  /** JSON schemas as the source has them, in the shape of the OpenAI API. */
  readonly tools?: readonly unknown[];
  /** By message. */
  readonly marks: ReadonlyMap<number, readonly Mark[]>;
  /** Assistant messages that must be neither learned nor drawn. */
  readonly notTurns: ReadonlySet<number>;
  readonly verdict?: "success" | "failure";
  readonly repo?: string;
  readonly cwd?: string;
  readonly instance_id?: string;
  /** Of the log: reason -> count. */
  readonly drops: Readonly<Record<string, number>>;
};
