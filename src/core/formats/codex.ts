/**
 * Codex rollouts: a line an item of the Responses API, with events beside them that say the same again.
 * A fork refers to its parent's file up to an ordinal, so the parent's lines are given to the reader.
 */
import { createRunBuilder, draftOf, type Draft, type RunBuilder } from "./building.ts";
import { contentText, partReason } from "./parts.ts";
import type { Mark, Reading, RunCall } from "./run.ts";
import { argumentsOf, isRecord, listOf, recordOf, recordsOf, textOf, type Raw } from "./values.ts";

export type CodexBase = {
  readonly thread: string;
  /** Lines of the parent whose ordinal is below are what the fork began with. */
  readonly endOrdinal: number;
};

/** What the first line says of the file: its id, and what else has to be read. */
export function codexHead(first: unknown): { id: string | null; base: CodexBase | null } {
  const meta = metaOf(recordOf(first));
  const base = recordOf(meta["history_base"]);
  const thread = textOf(base["thread_id"]);
  const end = base["end_ordinal_exclusive"];
  return {
    id: textOf(meta["id"]) ?? null,
    base: thread !== undefined && typeof end === "number" ? { thread, endOrdinal: end } : null,
  };
}

/**
 * One rollout. `base`: the lines of the parent that a fork begins with, their own base first; null:
 * there is none; "missing": the fork names one that is not at hand, so that nobody can say what the
 * model saw, and nothing of the fork is a turn.
 */
export function readCodex(
  lines: readonly unknown[],
  base: readonly unknown[] | "missing" | null,
): Reading {
  const records = lines.filter(isRecord);
  const meta = metaOf(records.find((record) => isMeta(record)) ?? {});
  const source = recordOf(recordOf(recordOf(meta["source"])["subagent"])["thread_spawn"]);
  const isSubagent =
    meta["thread_source"] === "subagent" || textOf(source["parent_thread_id"]) !== undefined;
  const forkedFrom = textOf(meta["forked_from_id"]) ?? codexHead(records[0]).base?.thread;
  const parent = isSubagent
    ? (textOf(meta["parent_thread_id"]) ?? textOf(source["parent_thread_id"]))
    : forkedFrom;
  const thread: Thread = {
    runs: createRunBuilder({ unanswered: "stopped", parts: true }),
    system: systemOf(meta),
    open: null,
    turns: new Map(),
    isCopied: Array.isArray(base),
    turn: undefined,
  };
  if (thread.system !== "") thread.runs.say("system", { text: thread.system });
  if (Array.isArray(base)) for (const line of base) readLine(thread, recordOf(line));
  thread.isCopied = false;
  thread.open = null;
  for (const record of once(records, thread.runs)) readLine(thread, record);
  if (base === "missing") refuseAll(thread.runs);
  return thread.runs.finish({
    id: textOf(meta["id"]) ?? null,
    format: "codex",
    version: textOf(meta["cli_version"]),
    parent,
    kind: isSubagent ? "subagent" : parent === undefined ? "main" : "fork",
    cwd: textOf(meta["cwd"]),
    repo: repoOf(meta),
  });
}

// ---------------------------------------------------------------------------------------------

type Thread = {
  readonly runs: RunBuilder;
  readonly system: string;
  /** The reply that further items still belong to. */
  open: Draft | null;
  readonly turns: Map<Draft, string | undefined>;
  isCopied: boolean;
  turn: string | undefined;
};

/** A line with the number and the time of one before is that line: files are put together of copies, too. */
function* once(records: readonly Raw[], runs: RunBuilder): Generator<Raw> {
  const seen = new Map<number, unknown>();
  for (const record of records) {
    const { ordinal, timestamp } = record;
    if (typeof ordinal === "number" && typeof timestamp === "string") {
      if (seen.has(ordinal) && seen.get(ordinal) === timestamp) {
        runs.drop("line_twice");
        continue;
      }
      seen.set(ordinal, timestamp);
    }
    yield record;
  }
}

const ITEMS = new Set([
  "message",
  "reasoning",
  "function_call",
  "function_call_output",
  "custom_tool_call",
  "custom_tool_call_output",
  "local_shell_call",
  "web_search_call",
]);
const NO_TURN_TYPES = new Set([
  "session_meta",
  "turn_context",
  "world_state",
  "ghost_snapshot",
  "ghost_commit",
  "session_state",
]);
const HARNESS =
  /^\s*(<(environment_context|user_instructions|turn_aborted|subagent_notification|permissions instructions|skills_instructions|INSTRUCTIONS|user_shell_command|model_switch|collaboration_mode|personality_spec)\b|# AGENTS\.md instructions)/;

function isMeta(record: Raw): boolean {
  return record["type"] === "session_meta" || (record["type"] === undefined && "id" in record);
}

/** Old files have no envelope: their first line is the meta itself. */
function metaOf(record: Raw): Raw {
  return isRecord(record["payload"]) ? record["payload"] : record;
}

function systemOf(meta: Raw): string {
  const base = meta["base_instructions"];
  return textOf(recordOf(base)["text"]) ?? textOf(base) ?? textOf(meta["instructions"]) ?? "";
}

function repoOf(meta: Raw): string | undefined {
  const url = textOf(recordOf(meta["git"])["repository_url"]);
  return url === undefined ? undefined : /([^/:]+\/[^/]+?)(?:\.git)?$/.exec(url)?.[1];
}

function readLine(thread: Thread, record: Raw): void {
  const type = textOf(record["type"]) ?? "";
  const payload = recordOf(record["payload"]);
  if (ITEMS.has(type)) return readItem(thread, record);
  switch (type) {
    case "response_item":
      return readItem(thread, payload);
    case "compacted":
      return compact(thread, payload);
    case "event_msg":
      if (payload["type"] === "turn_aborted") markAborted(thread, textOf(payload["turn_id"]));
      return;
    case "token_usage_record":
      thread.open = null; // It closes a response, and the next item begins another.
      return;
    default:
      if (NO_TURN_TYPES.has(type) || record["record_type"] === "state" || isMeta(record)) return;
      thread.runs.drop(`unknown_line: ${type}`);
  }
}

function readItem(thread: Thread, item: Raw): void {
  const turn = textOf(recordOf(item["internal_chat_message_metadata_passthrough"])["turn_id"]);
  if (turn !== thread.turn) thread.open = null;
  thread.turn = turn;
  switch (item["type"]) {
    case "message":
      return readMessage(thread, item);
    case "reasoning": {
      const texts = recordsOf(item["summary"]).concat(recordsOf(item["content"]));
      const reply = replyOf(thread);
      for (const part of texts) {
        const text = textOf(part["text"]);
        if (text !== undefined) reply.reasoning.push(text);
      }
      return;
    }
    case "function_call":
      return call(thread, item, argumentsOf(item["arguments"]));
    case "custom_tool_call":
      return call(thread, item, { input: textOf(item["input"]) ?? "" });
    case "local_shell_call": {
      const { type: _type, ...action } = recordOf(item["action"]);
      return call(thread, { ...item, name: "local_shell" }, action);
    }
    case "function_call_output":
    case "custom_tool_call_output":
      return result(thread, item);
    default:
      thread.runs.drop(`unknown_part: ${textOf(item["type"]) ?? ""}`);
  }
}

/** The reply that the next item of the model belongs to. */
function replyOf(thread: Thread): Draft {
  if (thread.open !== null) return thread.open;
  const reply = thread.runs.say("assistant", { copied: thread.isCopied });
  thread.turns.set(reply, thread.turn);
  thread.open = reply;
  return reply;
}

function call(thread: Thread, item: Raw, args: RunCall["arguments"]): void {
  const id = textOf(item["call_id"]) ?? textOf(item["id"]) ?? "";
  replyOf(thread).calls.push({ id, name: textOf(item["name"]) ?? "", arguments: args });
}

function result(thread: Thread, item: Raw): void {
  thread.open = null;
  const output = item["output"];
  const content = isRecord(output) ? (output["content"] ?? output["output"]) : output;
  const text = contentText(content, thread.runs.drop);
  const isError = isRecord(output) && output["success"] === false;
  const id = textOf(item["call_id"]) ?? "";
  thread.runs.result({ id, text, isError, copied: thread.isCopied });
}

function readMessage(thread: Thread, item: Raw): void {
  const role = textOf(item["role"]) ?? "";
  const text = contentText(item["content"], thread.runs.drop);
  if (role === "assistant") {
    if (thread.open !== null && (thread.open.texts.length > 0 || thread.open.calls.length > 0)) {
      thread.open = null; // Another message of the same turn is another reply.
    }
    const reply = replyOf(thread);
    if (text !== "") reply.texts.push(text);
    if (item["status"] === "incomplete") reply.marks.add("aborted");
    return;
  }
  thread.open = null;
  if (text === "") return;
  if (role !== "user" && role !== "developer" && role !== "system") {
    thread.runs.drop(`unknown_role: ${role}`);
    return;
  }
  thread.runs.say(role === "user" ? "user" : "system", {
    text,
    marks: marksOf(item, role, text),
    copied: thread.isCopied,
  });
}

function marksOf(item: Raw, role: string, text: string): Mark[] {
  const passed = recordOf(item["internal_chat_message_metadata_passthrough"]);
  const kinds = listOf(passed["content_item_kinds"]);
  if (kinds.includes("compaction.summary")) return ["summary"];
  const isHarness =
    kinds.length > 0 && !kinds.includes("unknown")
      ? !kinds.some((kind) => typeof kind === "string" && kind.startsWith("user."))
      : HARNESS.test(text);
  return role !== "user" || isHarness ? ["injected"] : [];
}

/** The reply whose tool was running when the turn was stopped. */
function markAborted(thread: Thread, turn: string | undefined): void {
  const { drafts } = thread.runs;
  const at = drafts.findLastIndex((draft) => draft.role === "assistant");
  const reply = drafts[at];
  if (reply === undefined || (turn !== undefined && thread.turns.get(reply) !== turn)) return;
  const answers = drafts.slice(at).filter((draft) => draft.role === "tool");
  const wasRunning = answers.some((draft) => /^aborted\b/im.test(draft.texts[0] ?? ""));
  if (wasRunning) reply.marks.add("aborted");
}

function compact(thread: Thread, payload: Raw): void {
  const { runs } = thread;
  const summary = textOf(payload["message"]) ?? "";
  // The model's answer to the request for a summary: it is there as the summary.
  const reply = runs.last;
  if (reply?.role === "assistant" && reply.calls.length === 0 && isIn(reply, summary)) {
    runs.remove(reply);
  }
  const first = thread.system === "" ? [] : [draftOf("system", { text: thread.system })];
  const replacement = payload["replacement_history"];
  const history = Array.isArray(replacement)
    ? replaced(thread, recordsOf(replacement))
    : [...runs.drafts.filter(isPersons), draftOf("user", { text: summary, marks: ["summary"] })];
  const copied = thread.isCopied;
  runs.beginPart([...first, ...history].map((draft) => ({ ...draft, copied })));
  thread.open = null;
}

/** The summary is a note of the harness and then the answer, word for word. */
function isIn(reply: Draft, summary: string): boolean {
  const text = reply.texts.join("\n");
  return text !== "" && (summary === text || summary.endsWith(`\n${text}`));
}

const isPersons = (draft: Draft): boolean => draft.role === "user" && draft.marks.size === 0;

/** The items that stand for the history from now on, read as any others. */
function replaced(thread: Thread, items: readonly Raw[]): Draft[] {
  const runs = createRunBuilder({ unanswered: "said", parts: true });
  const inner: Thread = { ...thread, runs, open: null, turn: undefined };
  for (const item of items) {
    if (ITEMS.has(textOf(item["type"]) ?? "")) readItem(inner, item);
    else thread.runs.drop(partReason(textOf(item["type"]) ?? ""));
  }
  return [...runs.drafts];
}

function refuseAll(runs: RunBuilder): void {
  const replies = runs.drafts.filter((draft) => draft.role === "assistant");
  for (const reply of replies) reply.notTurn = true;
  runs.drop("fork_without_parent", replies.length);
}
