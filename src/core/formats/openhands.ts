/**
 * OpenHands V1: a folder of events, one a file, in the order of their numbers. Actions of one response
 * are one reply, and the thought stands on the first of them. The evaluation's lines and V0 are in
 * openhands-output.ts.
 */
import { createRunBuilder, draftOf, type Draft, type RunBuilder } from "./building.ts";
import { contentText, partsOf } from "./parts.ts";
import type { Reading } from "./run.ts";
import {
  argumentsOf,
  isRecord,
  listOf,
  recordOf,
  recordsOf,
  textOf,
  toolsOf,
  type Raw,
} from "./values.ts";

/** True for the events of V1, wherever they lie. */
export function isOpenhandsEvent(value: unknown): boolean {
  return KINDS.has(textOf(recordOf(value)["kind"]) ?? "");
}

/** `state`: base_state.json, or what else says the id; `events` in order. */
export function readOpenhands(state: unknown, events: readonly unknown[]): Reading {
  const base = recordOf(state);
  const talk: Talk = {
    runs: createRunBuilder({ unanswered: "stopped", parts: true }),
    replies: new Map(),
    byEvent: new Map(),
    parents: new Map(),
    last: null,
    tools: undefined,
  };
  for (const event of events.filter(isRecord)) readEvent(talk, event);
  return talk.runs.finish(
    {
      id: textOf(base["id"]) ?? null,
      format: "openhands",
      kind: "main",
      cwd: textOf(recordOf(base["workspace"])["working_dir"]),
    },
    { tools: toolsOf(talk.tools) },
  );
}

// ---------------------------------------------------------------------------------------------

type Talk = {
  readonly runs: RunBuilder;
  readonly replies: Map<string, Draft>;
  /** Drafts by event, for those that a condensation forgets. */
  readonly byEvent: Map<string, Draft>;
  readonly parents: Map<string, string | undefined>;
  /** Id of the event read last. */
  last: string | null;
  tools: unknown;
};

const KINDS = new Set([
  "SystemPromptEvent",
  "MessageEvent",
  "ActionEvent",
  "ObservationEvent",
  "AgentErrorEvent",
  "UserRejectObservation",
  "Condensation",
  "ConversationErrorEvent",
  "ConversationStateUpdateEvent",
  "CondensationRequest",
  "CondensationSummaryEvent",
  "PauseEvent",
  "TokenEvent",
  "LLMCompletionLogEvent",
]);
const NO_TURN_KINDS = new Set([
  "ConversationErrorEvent",
  "ConversationStateUpdateEvent",
  "CondensationRequest",
  "PauseEvent",
  "TokenEvent",
  "LLMCompletionLogEvent",
  "InterruptEvent",
]);

function readEvent(talk: Talk, event: Raw): void {
  const kind = textOf(event["kind"]) ?? "";
  const parent = textOf(event["parent_id"]);
  followBranch(talk, parent);
  const draft = draftOfEvent(talk, event, kind);
  const id = textOf(event["id"]);
  if (id === undefined) return;
  talk.parents.set(id, parent);
  talk.last = id;
  if (draft !== null) talk.byEvent.set(id, draft);
}

/** An event that hangs on an earlier one than the last: the talk went on from there. */
function followBranch(talk: Talk, parent: string | undefined): void {
  if (parent === undefined || parent === talk.last || !talk.parents.has(parent)) return;
  const above = new Set<Draft>();
  for (let at: string | undefined = parent; at !== undefined; at = talk.parents.get(at)) {
    const draft = talk.byEvent.get(at);
    if (draft !== undefined) above.add(draft);
  }
  // What a condensation put in the place of others belongs to every way.
  begin(
    talk,
    talk.runs.drafts.filter((draft) => above.has(draft) || draft.marks.has("summary")),
  );
}

/** Begins a part and lets the events stand for their copies in it. */
function begin(talk: Talk, history: readonly Draft[]): void {
  const { runs } = talk;
  runs.beginPart(history);
  const copies = new Map(history.map((draft, index) => [draft, runs.drafts[index] ?? draft]));
  for (const [id, draft] of talk.byEvent) {
    const copy = copies.get(draft);
    if (copy !== undefined) talk.byEvent.set(id, copy);
  }
  talk.replies.clear();
}

function draftOfEvent(talk: Talk, event: Raw, kind: string): Draft | null {
  const { runs } = talk;
  switch (kind) {
    case "SystemPromptEvent": {
      talk.tools ??= shownTools(event["tools"]);
      const text = contentText([event["system_prompt"]], runs.drop);
      return text === "" ? null : runs.say("system", { text });
    }
    case "MessageEvent":
      return readMessage(talk, event);
    case "ActionEvent":
      return readAction(talk, event);
    case "ObservationEvent": {
      const observation = recordOf(event["observation"]);
      const text = contentText(observation["content"], runs.drop);
      return result(talk, event, text, observation["is_error"] === true);
    }
    case "AgentErrorEvent":
      return result(talk, event, textOf(event["error"]) ?? "", true);
    case "UserRejectObservation":
      return result(talk, event, textOf(event["rejection_reason"]) ?? "", true);
    case "Condensation":
      condense(talk, event);
      return null;
    default:
      if (!NO_TURN_KINDS.has(kind)) runs.drop(`unknown_line: ${kind}`);
      return null;
  }
}

/** OpenHands stores its own descriptions; those that name no tool schema are none. */
function shownTools(tools: unknown): unknown {
  return listOf(tools).filter((tool) => textOf(recordOf(tool)["name"]) !== undefined);
}

function result(talk: Talk, event: Raw, text: string, isError: boolean): Draft | null {
  return talk.runs.result({ id: textOf(event["tool_call_id"]) ?? "", text, isError });
}

function readMessage(talk: Talk, event: Raw): Draft | null {
  const { runs } = talk;
  const message = recordOf(event["llm_message"]);
  const parts = partsOf(message["content"], runs.drop);
  const text = [parts.text, ...extended(talk, event)].filter((one) => one !== "").join("\n");
  const role = message["role"] ?? event["source"];
  if (role === "assistant" || role === "agent") {
    const reasoning = thoughts(message) || textOf(event["reasoning_content"]);
    if (text === "" && !reasoning) return null;
    return runs.say("assistant", { text, reasoning: reasoning || undefined });
  }
  if (role !== "user" && role !== "system") {
    runs.drop(`unknown_role: ${textOf(role) ?? ""}`);
    return null;
  }
  const isInjected = event["source"] === "environment";
  return text === "" ? null : runs.say(role, { text, marks: isInjected ? ["injected"] : [] });
}

function extended(talk: Talk, event: Raw): string[] {
  return listOf(event["extended_content"]).length === 0
    ? []
    : [contentText(event["extended_content"], talk.runs.drop)];
}

function thoughts(of: Raw): string {
  const said = textOf(of["reasoning_content"]);
  if (said !== undefined) return said;
  return recordsOf(of["thinking_blocks"])
    .map((block) => textOf(block["thinking"]) ?? "")
    .filter((text) => text !== "")
    .join("\n");
}

function readAction(talk: Talk, event: Raw): Draft {
  const { runs } = talk;
  const call = recordOf(event["tool_call"]);
  const response = textOf(event["llm_response_id"]);
  const known = response === undefined ? undefined : talk.replies.get(response);
  const reply = known ?? runs.say("assistant", {});
  if (response !== undefined) talk.replies.set(response, reply);
  const text = contentText(event["thought"], runs.drop);
  const reasoning = thoughts(event);
  if (text !== "") reply.texts.push(text);
  if (reasoning !== "") reply.reasoning.push(reasoning);
  const args = argumentsOf(call["arguments"]);
  // What the model wrote was no JSON, and is lost.
  if (typeof args === "object" && args["_openhands_malformed_tool_call"] === true) {
    reply.notTurn = true;
    runs.drop("arguments_lost");
  }
  reply.calls.push({
    id: textOf(call["id"]) ?? textOf(event["tool_call_id"]) ?? "",
    name: textOf(call["name"]) ?? textOf(event["tool_name"]) ?? "",
    arguments: args,
  });
  return reply;
}

/** Forgotten events leave the view; their summary stands at its offset. */
function condense(talk: Talk, event: Raw): void {
  const { runs } = talk;
  const forgotten = new Set(
    listOf(event["forgotten_event_ids"]).flatMap((id) =>
      typeof id === "string" ? (talk.byEvent.get(id) ?? []) : [],
    ),
  );
  const history = runs.drafts.filter((draft) => !forgotten.has(draft));
  const summary = textOf(event["summary"]);
  if (summary !== undefined) {
    const at = event["summary_offset"];
    const offset = typeof at === "number" ? Math.min(at, history.length) : history.length;
    history.splice(offset, 0, draftOf("user", { text: summary, marks: ["summary"] }));
  }
  begin(talk, history);
}
