/**
 * What the same run did after a turn and how it ended, as text: the hidden knowledge of a turn that has
 * no pull request. It lies in commit/future/, a file a turn, where the challenger stage looks for it.
 */
import type { Message, ToolCall } from "../../records/message.ts";
import type { PullRequest } from "../../records/pull-request.ts";
import { SCHEMA } from "../../records/schema.ts";
import { readableText, shellCommandOf } from "../turn/calls.ts";

export type FutureInput = {
  readonly instance_id: string;
  readonly repo: string;
  readonly run?: string | undefined;
  readonly turn: number;
  /** What follows the turn in its run. */
  readonly after: readonly Message[];
  readonly verdict?: "success" | "failure" | undefined;
  readonly exit_status: string | null;
};

/** True when there is something to tell. */
export function hasFuture({ after }: Pick<FutureInput, "after">): boolean {
  return after.some((message) => readableText(message).trim() !== "");
}

/** The record of commit/future/; `maxChars` of text at most, cut in its middle, since the end tells most. */
export function futureRecord(input: FutureInput, maxChars: number): PullRequest {
  const { instance_id, repo, run, turn, after } = input;
  const text = after.map(stepText).join("\n\n");
  return {
    schema: SCHEMA,
    instance_id,
    repo,
    turn,
    ...(run === undefined ? {} : { run }),
    future: cutMiddle(text, maxChars),
    ended: endedText(input),
  };
}

/** The future of a record; null: it is a pull request. */
export function futureOf(record: PullRequest): { text: string; ended: string } | null {
  const { future, ended } = record;
  if (typeof future !== "string") return null;
  return { text: future, ended: typeof ended === "string" ? ended : "" };
}

/** Head and tail of a text that is too long, and between them how much is missing. */
export function cutMiddle(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  const head = lineEnd(text, Math.floor((maxChars * 2) / 3));
  const tail = lineStart(text, text.length - Math.floor(maxChars / 3));
  const missing = tail - head;
  return `${text.slice(0, head)}\n[... ${missing} of ${text.length} characters cut]\n${text.slice(tail)}`;
}

// ---------------------------------------------------------------------------------------------

/** Steps are written otherwise than answers are: the form alone must not look like a copied step. */
function stepText(message: Message): string {
  const who = WHO[message.role] ?? message.role;
  const calls = (message.tool_calls ?? []).map(callText);
  const content = message.role === "assistant" ? withoutForm(message.content) : message.content;
  const words = content.trim() === "" && calls.length > 0 ? [] : [content];
  return [`[${who}]`, ...words, ...calls].join("\n");
}

/** Without the fences of its blocks and the word that opens a thought. */
const withoutForm = (content: string): string =>
  content.replace(/^ {0,3}`{3,}[\w-]{0,40}[ \t]*$\n?/gm, "").replace(/^THOUGHT:\s*/gm, "");

const WHO: Readonly<Record<string, string>> = { assistant: "the agent", tool: "result" };

function callText(call: ToolCall): string {
  const command = shellCommandOf(call);
  if (command !== null) return `> ${call.name}: ${command}`;
  if (typeof call.arguments === "string") return `> ${call.name}: ${call.arguments}`;
  const given = Object.entries(call.arguments).map(
    ([key, value]) => `  ${key}: ${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  return [`> ${call.name}`, ...given].join("\n");
}

function endedText({ verdict, exit_status, after }: FutureInput): string {
  const steps = after.filter(({ role }) => role === "assistant").length;
  const more = `the run went on for ${steps} more ${steps === 1 ? "turn" : "turns"}`;
  const end = exit_status === null ? "" : `, and ended with "${exit_status}"`;
  const judged = verdict === undefined ? "" : `; it was judged a ${verdict}`;
  return `${more}${end}${judged}`;
}

/** The end of the line that `at` lies in, or `at` where lines are long. */
function lineEnd(text: string, at: number): number {
  const end = text.lastIndexOf("\n", at);
  return end > at / 2 ? end : at;
}

function lineStart(text: string, at: number): number {
  const start = text.indexOf("\n", at);
  return start >= 0 && start < at + (text.length - at) / 2 ? start + 1 : at;
}
