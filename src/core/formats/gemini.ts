/**
 * Gemini CLI's session files: a line a message, and again when its tools are done; `$set` replaces all
 * messages: on a resume by the same ones, at a compaction by others with a snapshot of the state.
 */
import { createRunBuilder, draftOf, type Draft, type RunBuilder } from "./building.ts";
import { partReason } from "./parts.ts";
import type { Reading, RunCall } from "./run.ts";
import { argumentsOf, isRecord, listOf, recordOf, recordsOf, textOf, type Raw } from "./values.ts";

/** One file, also the older `.json` with a list of messages. `parent`: the session it lies under. */
export function readGemini(lines: readonly unknown[], parent: string | null): Reading {
  const records = lines.filter(isRecord);
  const head = records.find((record) => "sessionId" in record && "projectHash" in record) ?? {};
  const isSubagent = head["kind"] === "subagent";
  const runs = createRunBuilder({ unanswered: "stopped", parts: true });
  const state: State = {
    runs,
    drop: runs.drop,
    messages: new Map(),
    history: new Set(),
    isSubagent,
  };
  for (const record of records) readLine(state, record);
  closePart(state);
  return state.runs.finish({
    id: textOf(head["sessionId"]) ?? null,
    format: "gemini-cli",
    parent: isSubagent ? (parent ?? undefined) : undefined,
    kind: isSubagent ? "subagent" : "main",
    cwd: textOf(listOf(head["directories"])[0]),
  });
}

// ---------------------------------------------------------------------------------------------

type State = {
  readonly runs: RunBuilder;
  readonly drop: (reason: string) => void;
  /** By id, in order: what the model sees at this line. */
  messages: Map<string, Raw>;
  /** Ids that stand for what was before the part. */
  history: Set<string>;
  readonly isSubagent: boolean;
};

const SCREEN_TYPES = new Set(["info", "error", "warning"]);

function readLine(state: State, record: Raw): void {
  const set = record["$set"];
  if (isRecord(set)) {
    if (Array.isArray(set["messages"])) replaceAll(state, recordsOf(set["messages"]));
    return;
  }
  const rewound = textOf(record["$rewindTo"]);
  if (rewound !== undefined) return rewind(state, rewound);
  if ("projectHash" in record) {
    if (Array.isArray(record["messages"])) replaceAll(state, recordsOf(record["messages"]));
    return;
  }
  const id = textOf(record["id"]);
  if (id === undefined || textOf(record["type"]) === undefined) {
    state.drop(`unknown_line: ${Object.keys(record)[0] ?? ""}`);
    return;
  }
  state.messages.set(id, record);
}

function byId(messages: readonly Raw[]): Map<string, Raw> {
  return new Map(messages.map((message, at) => [textOf(message["id"]) ?? `#${at}`, message]));
}

function replaceAll(state: State, messages: readonly Raw[]): void {
  const next = byId(messages);
  const isNew = ![...state.messages.keys()].some((id) => next.has(id) && isSaid(state, id));
  const wasSaid = [...state.messages.keys()].some((id) => isSaid(state, id));
  if (wasSaid && isNew && next.size > 0) {
    closePart(state);
    state.history = new Set(next.keys());
  }
  state.messages = next;
}

/** True for a message that somebody said; the context that every list begins with is not. */
function isSaid(state: State, id: string): boolean {
  const message = state.messages.get(id);
  return message !== undefined && !contentOf(nobody, message).startsWith("<session_context>");
}

function rewind(state: State, id: string): void {
  const ids = [...state.messages.keys()];
  const at = ids.indexOf(id);
  if (at < 0) return;
  closePart(state);
  state.messages = new Map([...state.messages].slice(0, at));
  state.history = new Set(state.messages.keys());
}

/** What is read twice is counted once. */
const nobody = (): void => {};

/** Turns the messages into drafts: those of the history first, as the part's beginning. */
function closePart(state: State): void {
  const { runs } = state;
  const history = createRunBuilder({ unanswered: "said", parts: true });
  for (const [id, message] of state.messages) {
    if (state.history.has(id)) readMessage({ ...state, drop: nobody }, history, message);
  }
  runs.beginPart(history.drafts);
  for (const [id, message] of state.messages) {
    if (!state.history.has(id)) readMessage(state, runs, message);
  }
}

function readMessage(state: State, into: RunBuilder, message: Raw): void {
  const type = textOf(message["type"]) ?? "";
  if (SCREEN_TYPES.has(type)) return;
  if (type === "user") return readUser(state, into, message);
  if (type !== "gemini") {
    state.drop(`unknown_line: ${type}`);
    return;
  }
  const text = contentOf(state.drop, message);
  const tools = recordsOf(message["toolCalls"]);
  const isReply = into.last?.marks.has("summary") === true && tools.length === 0;
  const reply = draftOf("assistant", { text });
  for (const thought of recordsOf(message["thoughts"])) {
    reply.reasoning.push(thoughtOf(thought));
  }
  if (text === "" && tools.length === 0 && reply.reasoning.length === 0) return;
  const said = into.say("assistant", { text, calls: tools.map(callOf) });
  said.reasoning.push(...reply.reasoning);
  if (isReply) said.marks.add("synthetic");
  for (const tool of tools) readResult(state, into, tool, said);
}

function readUser(state: State, into: RunBuilder, message: Raw): void {
  const text = contentOf(state.drop, message);
  if (text === "") return;
  const isSnapshot = /^\s*<state_snapshot>/.test(text);
  const isInjected =
    text.startsWith("<session_context>") ||
    (state.isSubagent && into.drafts.some((draft) => draft.role === "assistant"));
  into.say("user", {
    text,
    marks: isSnapshot ? ["summary"] : isInjected ? ["injected"] : [],
  });
}

function contentOf(drop: (reason: string) => void, message: Raw): string {
  const content = message["content"];
  if (typeof content === "string") return content;
  const texts: string[] = [];
  for (const part of isRecord(content) ? [content] : recordsOf(content)) {
    const text = part["text"];
    if (typeof text === "string") {
      if (part["thought"] !== true && text !== "") texts.push(text);
    } else if (!("functionResponse" in part) && !("functionCall" in part)) {
      // Results stand in the reply that called for them; here they are said again.
      drop(partReason(Object.keys(part)[0] ?? ""));
    }
  }
  return texts.join("\n");
}

function thoughtOf(thought: Raw): string {
  const subject = textOf(thought["subject"]);
  const description = textOf(thought["description"]) ?? "";
  if (subject === undefined) return description;
  return `**${subject}** ${description}`.trimEnd();
}

function callOf(tool: Raw): RunCall {
  return {
    id: textOf(tool["id"]) ?? "",
    name: textOf(tool["name"]) ?? "",
    arguments: argumentsOf(tool["args"]),
  };
}

function readResult(state: State, into: RunBuilder, tool: Raw, reply: Draft): void {
  if (tool["status"] === "cancelled") reply.marks.add("aborted");
  const result = tool["result"];
  if (result === undefined || result === null) return;
  const texts: string[] = [];
  const id = textOf(tool["id"]) ?? "";
  const all = isRecord(result) || typeof result === "string" ? [result] : listOf(result);
  // Calls made together may each hold the answers to all of them.
  const own = all.filter((part) => recordOf(recordOf(part)["functionResponse"])["id"] === id);
  for (const part of own.length === 0 ? all : own) {
    if (typeof part === "string") texts.push(part);
    else if (isRecord(part)) texts.push(...resultTexts(state, part));
  }
  const isError = tool["status"] === "error" || tool["status"] === "cancelled";
  into.result({ id, text: texts.join("\n"), isError });
}

function resultTexts(state: State, part: Raw): string[] {
  if (isRecord(part["functionResponse"])) {
    const response = part["functionResponse"];
    for (const inner of recordsOf(response["parts"])) {
      state.drop(partReason(Object.keys(inner)[0] ?? ""));
    }
    return [responseText(response["response"])];
  }
  if (typeof part["text"] === "string") return [part["text"]];
  state.drop(partReason(Object.keys(part)[0] ?? ""));
  return [];
}

/** What a function answered: its output, or its error; anything else as JSON. */
export function responseText(response: unknown): string {
  const { output, error } = recordOf(response);
  if (typeof output === "string") return output;
  if (typeof error === "string") return error;
  return typeof response === "string" ? response : JSON.stringify(response ?? "");
}
