/** SUCCESS, FAILURE or UNKNOWN for a run, and why: rules over what it did and how it ended. */
import type { Message } from "../../records/message.ts";
import type { RunLabel } from "../../records/prompt.ts";
import { actsOf } from "../actions/acts.ts";
import { classifyAction } from "../actions/classify.ts";
import { shellKind } from "../actions/shell-kind.ts";
import { toolKind } from "../actions/tool-kind.ts";
import { testsIn } from "./observations.ts";

export const LABEL_REASONS = [
  "verdict_success",
  "verdict_failure",
  "tests_passed",
  "tests_failed",
  "submitted",
  "submitted_without_tests",
  "loop",
  "gave_up",
  "context_ran_out",
  "format_errors",
  "limit",
  "crash",
  "unfinished",
] as const;
export type LabelReason = (typeof LABEL_REASONS)[number];

export type LabelInput = {
  readonly messages: readonly Message[];
  /** Of the messages, those that are no turns of the run: demonstrations, copied history. */
  readonly notTurns: ReadonlySet<number>;
  /** What the source says; null: nothing, or it is hidden from the rule. */
  readonly verdict: "success" | "failure" | null;
  /** The agent's word for how it ended; null: none. */
  readonly exit_status: string | null;
};

/** `reasons` in the order of `LABEL_REASONS`: all that hold, not only the one that decided. */
export function labelRun(input: LabelInput): {
  readonly label: RunLabel;
  readonly reasons: readonly LabelReason[];
} {
  const held = new Set<LabelReason>([
    ...(input.verdict === null ? [] : [`verdict_${input.verdict}` as const]),
    ...endingReasons(input.exit_status),
    ...conversationReasons(input),
  ]);
  if (held.has("submitted") && !held.has("tests_passed") && !held.has("tests_failed"))
    held.add("submitted_without_tests");
  if (!held.has("submitted") && !FAULTS.some((reason) => held.has(reason))) held.add("unfinished");
  return { label: decided(held), reasons: LABEL_REASONS.filter((reason) => held.has(reason)) };
}

// ---------------------------------------------------------------------------------------------

const FAULTS = ["loop", "gave_up", "context_ran_out", "format_errors", "limit", "crash"] as const;

/** The source's own verdict, else a fault of the run, else its last tests; tests count where it came to an end. */
function decided(held: ReadonlySet<LabelReason>): RunLabel {
  if (held.has("verdict_success")) return "SUCCESS";
  if (held.has("verdict_failure")) return "FAILURE";
  if (FAULTS.some((reason) => held.has(reason)) || held.has("tests_failed")) return "FAILURE";
  return held.has("tests_passed") && held.has("submitted") ? "SUCCESS" : "UNKNOWN";
}

/** The words of SWE-agent, mini-swe-agent, OpenHands, Codex and inspect. An unknown word says nothing. */
function endingReasons(status: string | null): readonly LabelReason[] {
  if (status === null) return [];
  const found = ENDINGS.filter(([, words]) => words.test(status)).map(([reason]) => reason);
  return found;
}

const ENDINGS: readonly (readonly [LabelReason, RegExp])[] = [
  ["submitted", /^(submitted|finished|completed?|success)$/i],
  ["context_ran_out", /context/i],
  ["format_errors", /format/i],
  [
    "limit",
    /limit|exit_cost|time_?exceeded|max_?(iterations|steps|turns)|^time_?out$|exit_total_execution_time/i,
  ],
  [
    "crash",
    /^(?!.*(format|limit|context))\w*(error|exception)\b|^crash|exit_command_timeout|exit_environment|exit_api/i,
  ],
];

function conversationReasons({ messages, notTurns }: LabelInput): readonly LabelReason[] {
  const turns = messages.flatMap((message, at) =>
    message.role === "assistant" && !notTurns.has(at) ? [at] : [],
  );
  const reasons: LabelReason[] = [];
  const last = turns.at(-1);
  if (last === undefined) return reasons;
  const tests = lastTests(messages, turns);
  if (tests !== null) reasons.push(`tests_${tests}`);
  if (isLoop(messages, turns)) reasons.push("loop");
  if (complaintsAtEnd(messages) >= COMPLAINTS) reasons.push("format_errors");
  const message = messages[last];
  const type = classifyAction({ content: message?.content, tool_calls: message?.tool_calls });
  if (type === "final_answer") reasons.push("submitted");
  if (type === "BLOCKED" && (message?.content ?? "").trim() !== "") reasons.push("gave_up");
  if (CONTEXT.test(textAfter(messages, last))) reasons.push("context_ran_out");
  return reasons;
}

/** The last run of tests whose outcome can be read; a change of files after it leaves it standing. */
function lastTests(
  messages: readonly Message[],
  turns: readonly number[],
): "passed" | "failed" | null {
  for (const at of turns.toReversed()) {
    // What was answered is read first: most of it is no log of tests, and shell takes longer to read.
    const said = testsIn(textAfter(messages, at));
    if (said !== null && checks(messages[at])) return said;
  }
  return null;
}

function checks(message: Message | undefined): boolean {
  return actsOf(message?.content, message?.tool_calls).some((act) =>
    act.kind === "shell"
      ? shellKind(act.script).kind === "verify"
      : toolKind(act.name, act.args) === "verify",
  );
}

/** What was answered to the turn at `at`: everything up to the next turn. */
function textAfter(messages: readonly Message[], at: number): string {
  const parts: string[] = [];
  for (let next = at + 1; next < messages.length; next++) {
    const message = messages[next];
    if (message === undefined || message.role === "assistant") break;
    parts.push(message.content);
  }
  return parts.join("\n");
}

/** The last turns of the run are one and the same act. */
const SAME_TURNS = 3;

function isLoop(messages: readonly Message[], turns: readonly number[]): boolean {
  if (turns.length < SAME_TURNS) return false;
  const acts = turns.slice(-SAME_TURNS).map((at) => {
    const message = messages[at];
    return JSON.stringify(actsOf(message?.content, message?.tool_calls));
  });
  return acts[0] !== "[]" && acts.every((act) => act === acts[0]);
}

const COMPLAINTS = 2;
const COMPLAINT =
  /^\s*(?:<format_error>|Format error\b|Your (?:output|last (?:output|response)) was not formatted correctly|Please always provide exactly one action|No tool calls? (?:found|was made)|Tool call error:)/i;

/** Messages at the end of the run that complain about the form of an answer. */
function complaintsAtEnd(messages: readonly Message[]): number {
  let count = 0;
  for (const { role, content } of messages.toReversed()) {
    if (role === "assistant") continue;
    if (!COMPLAINT.test(content)) break;
    count++;
  }
  return count;
}

const CONTEXT =
  /context[ _-]?(?:length|window)[^\n]{0,60}(?:exceed|limit|full|too)|maximum context length|prompt is too long/i;
