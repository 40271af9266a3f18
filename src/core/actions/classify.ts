/**
 * The action type of an assistant turn. What is done decides: the shell command's syntax tree, the
 * tool's name and arguments. The observation before it tells a repair from a first try. Words count
 * last, and alone only where nothing is done. docs/actions.md has the rules and the figures.
 */
import { actsOf, plainText } from "./acts.ts";
import type { Act } from "./acts.ts";
import { failureOf, namesArgument } from "./failure.ts";
import type { Failure } from "./failure.ts";
import { shellKind } from "./shell-kind.ts";
import type { Kind } from "./act-kind.ts";
import { toolKind } from "./tool-kind.ts";
import type { ActionTurn, ActionType } from "./types.ts";
import { meansToCheck, mendsOwnWork, spokenType } from "./words.ts";

/** The type of one turn. Never throws, whatever the fields hold; an empty turn is BLOCKED. */
export function classifyAction(turn: ActionTurn): ActionType {
  const text = plainText(turn.content);
  const acts = actsOf(turn.content, turn.tool_calls);
  if (acts.length === 0) return spokenType(text);
  const failure = failureOf(turn.prev_role, plainText(turn.prev));
  const before = turn.before ? actsOf(turn.before.content, turn.before.tool_calls) : [];
  const types = acts.map((act) =>
    act.kind === "shell"
      ? scriptType(act.script, failure, text)
      : toolType(act, failure, text, before),
  );
  // Several calls in one turn: the one that changes most says what the turn is for.
  return STRENGTH.find((type) => types.includes(type)) ?? "tool_call";
}

// ---------------------------------------------------------------------------------------------

const STRENGTH: readonly ActionType[] = [
  "final_answer",
  "BLOCKED",
  "ask_clarification",
  "repair",
  "verifier",
  "file_write",
  "tool_call",
  "file_read",
  "retrieval",
];

const TYPES: Readonly<Record<Kind | "ask", ActionType>> = {
  final: "final_answer",
  blocked: "BLOCKED",
  ask: "ask_clarification",
  verify: "verifier",
  run: "tool_call",
  write: "file_write",
  read: "file_read",
  search: "retrieval",
  call: "tool_call",
  none: "tool_call",
};

function scriptType(script: string, failure: Failure, text: string): ActionType {
  const { kind, writes } = shellKind(script);
  const prose = proseOf(text);
  const mends = mendsOwnWork(prose);
  if (kind === "run") return meansToCheck(prose) ? "verifier" : "tool_call";
  if (kind === "write" && (failure.failed || mends)) return "repair";
  if (kind === "call" && failure.failed) return "repair";
  // A script written anew and run: a repair when the old one could not even run.
  if (kind === "verify" && writes && ((failure.failed && failure.ownFault) || mends))
    return "repair";
  return TYPES[kind];
}

function toolType(
  act: Extract<Act, { kind: "tool" }>,
  failure: Failure,
  text: string,
  before: readonly Act[],
): ActionType {
  const kind = toolKind(act.name, act.args);
  if (kind === "write" && (failure.failed || mendsOwnWork(text))) return "repair";
  if (act.name === "think") return "tool_call";
  const retried = before.some((old) => old.kind === "tool" && old.name === act.name);
  if (failure.failed && (kind === "call" || kind === "search")) {
    if (retried || namesArgument(failure, act.args)) return "repair";
    if (before.length === 0 && kind === "call" && /^\s*error\b/.test(failure.text)) return "repair";
  }
  return TYPES[kind];
}

/** The prose before the command: words inside the command are data. */
function proseOf(text: string): string {
  const fence = text.lastIndexOf("```", text.length - 4);
  return fence < 0 ? text : text.slice(0, fence);
}
