/**
 * Qwen Code's chats: a line a message with parts; lines are linear. A compression line holds the whole
 * history that the model sees from there on; a reply without a report of its end was cut off.
 */
import { createRunBuilder, type Draft, type RunBuilder } from "./building.ts";
import { responseText } from "./gemini.ts";
import { partReason } from "./parts.ts";
import type { Mark, Reading } from "./run.ts";
import { argumentsOf, isRecord, recordOf, recordsOf, textOf, type Raw } from "./values.ts";

/** One chat, a main one or a subagent's. */
export function readQwen(lines: readonly unknown[]): Reading {
  const records = lines.filter(isRecord);
  const of = (key: string): string | undefined =>
    records.map((record) => textOf(record[key])).find((value) => value !== undefined);
  const agent = records.some((record) => record["isSidechain"] === true)
    ? of("agentId")
    : undefined;
  const chat: Chat = {
    runs: createRunBuilder({ unanswered: "stopped", parts: true }),
    isSubagent: agent !== undefined,
    // Only a log that reports at all can be missed a report in.
    hasReports: records.some((record) => record["type"] === "system"),
    wasReported: false,
    parent: undefined,
    seen: new Set(),
  };
  for (const record of records) readLine(chat, record);
  const session = of("sessionId");
  const parent = agent === undefined ? chat.parent : session;
  return chat.runs.finish({
    id: agent ?? session ?? null,
    format: "qwen-code",
    version: of("version"),
    parent,
    kind: agent !== undefined ? "subagent" : parent === undefined ? "main" : "fork",
    cwd: of("cwd"),
  });
}

// ---------------------------------------------------------------------------------------------

type Chat = {
  readonly runs: RunBuilder;
  readonly isSubagent: boolean;
  readonly hasReports: boolean;
  /** The model's end of a reply was reported since the last message. */
  wasReported: boolean;
  parent: string | undefined;
  readonly seen: Set<string>;
};

const NO_TURN_SUBTYPES = new Set([
  "ui_telemetry",
  "attribution_snapshot",
  "slash_command",
  "at_command",
  "session_title",
  "file_history_snapshot",
]);

function readLine(chat: Chat, record: Raw): void {
  const uuid = textOf(record["uuid"]);
  if (uuid !== undefined && chat.seen.has(uuid)) {
    chat.runs.drop("line_twice");
    return;
  }
  if (uuid !== undefined) chat.seen.add(uuid);
  const copied = isCopied(chat, record);
  const message = recordOf(record["message"]);
  switch (record["type"]) {
    case "system":
      return readSystem(chat, record, copied);
    case "user": {
      const isPersons = chat.isSubagent || isRealUser(record);
      const text = textParts(chat, message, false);
      if (text !== "")
        chat.runs.say("user", { text, copied, marks: isPersons ? [] : ["injected"] });
      break;
    }
    case "assistant":
      readAssistant(chat, record, message, copied);
      break;
    case "tool_result":
      readResults(chat, record, message, copied);
      break;
    default:
      chat.runs.drop(`unknown_line: ${textOf(record["type"]) ?? ""}`);
  }
  chat.wasReported = false;
}

function isRealUser(record: Raw): boolean {
  return record["provenance"] === undefined || record["provenance"] === "real_user";
}

function isCopied(chat: Chat, record: Raw): boolean {
  const from = textOf(recordOf(record["forkedFrom"])["sessionId"]);
  if (from === undefined) return false;
  chat.parent ??= from;
  return true;
}

function readSystem(chat: Chat, record: Raw, copied: boolean): void {
  const subtype = textOf(record["subtype"]) ?? "";
  const payload = recordOf(record["systemPayload"]);
  if (subtype === "chat_compression") {
    const history = compressed(chat, recordsOf(payload["compressedHistory"]), copied);
    chat.runs.beginPart(history);
  } else if (subtype === "ui_telemetry") {
    const event = textOf(recordOf(payload["uiEvent"])["event.name"]) ?? "";
    if (event.endsWith(".api_response")) chat.wasReported = true;
  } else if (!NO_TURN_SUBTYPES.has(subtype)) {
    chat.runs.drop(`unknown_line: system ${subtype}`);
  }
}

/** A snapshot, the harness's own "understood", and what of the history goes on. */
function compressed(chat: Chat, messages: readonly Raw[], copied: boolean): Draft[] {
  const runs = createRunBuilder({ unanswered: "said", parts: true });
  for (const message of messages) {
    const answers = recordsOf(message["parts"]).filter((part) =>
      isRecord(part["functionResponse"]),
    );
    const text = textParts(chat, message, false);
    if (message["role"] === "model") {
      const marks: Mark[] = runs.last?.marks.has("summary") === true ? ["synthetic"] : [];
      const reply = runs.say("assistant", { text, copied, marks });
      addCalls(reply, message);
      const reasoning = textParts(chat, message, true);
      if (reasoning !== "") reply.reasoning.push(reasoning);
      continue;
    }
    for (const part of answers) addResult(runs, part, false, copied);
    if (text === "") continue;
    const isSnapshot = /^\s*<state_snapshot>/.test(text);
    runs.say("user", { text, copied, marks: isSnapshot ? ["summary"] : [] });
  }
  return [...runs.drafts];
}

function readAssistant(chat: Chat, record: Raw, message: Raw, copied: boolean): void {
  const text = textParts(chat, message, false);
  const reasoning = textParts(chat, message, true);
  const last = chat.runs.last;
  // A subagent's reply can come in two lines: its words, then its calls.
  const goesOn = chat.isSubagent && last?.role === "assistant";
  const reply = goesOn ? last : chat.runs.say("assistant", { copied });
  if (text !== "") reply.texts.push(text);
  if (reasoning !== "") reply.reasoning.push(reasoning);
  addCalls(reply, message);
  const hasEnd = isRecord(record["usageMetadata"]) || chat.wasReported || !chat.hasReports;
  if (!chat.isSubagent && !hasEnd) reply.marks.add("aborted");
}

function addCalls(reply: Draft, message: Raw): void {
  for (const part of recordsOf(message["parts"])) {
    const call = part["functionCall"];
    if (!isRecord(call)) continue;
    reply.calls.push({
      id: textOf(call["id"]) ?? "",
      name: textOf(call["name"]) ?? "",
      arguments: argumentsOf(call["args"]),
    });
  }
}

function readResults(chat: Chat, record: Raw, message: Raw, copied: boolean): void {
  const outcome = recordOf(record["toolCallResult"]);
  const status = textOf(outcome["status"]);
  for (const part of recordsOf(message["parts"])) {
    if (isRecord(part["functionResponse"])) {
      addResult(chat.runs, part, status === "error" || status === "cancelled", copied);
    } else if (typeof part["text"] !== "string") {
      chat.runs.drop(partReason(Object.keys(part)[0] ?? ""));
    }
  }
  if (status !== "cancelled" && outcome["executionStatus"] !== "cancelled") return;
  const id = textOf(outcome["callId"]);
  chat.runs.drafts
    .findLast((draft) => draft.calls.some((call) => call.id === id))
    ?.marks.add("aborted");
}

function addResult(runs: RunBuilder, part: Raw, failed: boolean, copied: boolean): void {
  const response = recordOf(part["functionResponse"]);
  const isError = failed || typeof recordOf(response["response"])["error"] === "string";
  const text = responseText(response["response"]);
  runs.result({ id: textOf(response["id"]) ?? "", text, isError, copied });
}

function textParts(chat: Chat, message: Raw, thoughts: boolean): string {
  const texts: string[] = [];
  for (const part of recordsOf(message["parts"])) {
    const text = part["text"];
    if (typeof text === "string") {
      if ((part["thought"] === true) === thoughts && text !== "") texts.push(text);
    } else if (
      !thoughts &&
      !isRecord(part["functionCall"]) &&
      !isRecord(part["functionResponse"])
    ) {
      chat.runs.drop(partReason(Object.keys(part)[0] ?? ""));
    }
  }
  return texts.join("\n");
}
