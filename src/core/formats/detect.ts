/**
 * Which agent wrote a log, told by what stands in it: the first lines of a file of lines, the keys of a
 * document. Names of files say nothing here.
 */
import { isAtif } from "./atif.ts";
import { isRecord, listOf, recordOf, recordsOf, textOf, type Raw } from "./values.ts";

export type LineFormat =
  "claude-code" | "codex" | "pi" | "gemini-cli" | "qwen-code" | "droid" | "cursor" | "openhands";
export type DocumentFormat =
  | "opencode"
  | "cline"
  | "mini-swe-agent"
  | "swe-agent"
  | "inspect"
  | "atif"
  | "gemini-cli"
  | "openhands";

/** Lines of a file that are looked at: the first of a log can be anything. */
export const DETECT_LINES = 40;

/** null: rows of a data set, or nothing that is known. */
export function lineFormat(first: readonly unknown[]): LineFormat | null {
  const records = first.filter(isRecord);
  const [head] = records;
  if (head === undefined) return null;
  for (const [format, isOurs] of FIRST_LINE) if (isOurs(head)) return format;
  for (const [format, isOurs] of ANY_LINE) if (records.some(isOurs)) return format;
  return null;
}

/** null: rows of a data set, or a document without a run. */
export function documentFormat(value: unknown): DocumentFormat | null {
  if (!isRecord(value)) return null;
  return DOCUMENTS.find(([, isOurs]) => isOurs(value))?.[0] ?? null;
}

/** A document that says something about runs and holds none; null: it says nothing that is known. */
export function sideDocument(value: unknown): "patches" | "verdicts" | "index" | null {
  if (!isRecord(value)) return null;
  const inner = recordsOf(Object.values(value));
  if ("model_patch" in value || inner.some((one) => "model_patch" in one)) return "patches";
  if ("verifier_result" in value || "resolved_ids" in value) return "verdicts";
  if (inner.length === 1 && inner[0] !== undefined && "resolved" in inner[0]) return "verdicts";
  if (("session_id" in value && "pid" in value) || "agentType" in value) return "index";
  return null;
}

// ---------------------------------------------------------------------------------------------

type Is = (record: Raw) => boolean;

const CLAUDE_TYPES = new Set([
  "user",
  "assistant",
  "attachment",
  "queue-operation",
  "mode",
  "system",
  "api-request",
  "api-request-shape",
]);

const FIRST_LINE: readonly (readonly [LineFormat, Is])[] = [
  ["codex", (line) => line["type"] === "session_meta"],
  ["codex", isOldCodex],
  ["pi", (line) => line["type"] === "session" && "version" in line],
  ["gemini-cli", (line) => "sessionId" in line && "projectHash" in line],
  ["droid", (line) => line["type"] === "session_start"],
  ["cursor", (line) => line["type"] === "cursor_session_meta" || "cursor_session_meta" in line],
  ["openhands", (line) => line["kind"] === "SystemPromptEvent" && "source" in line],
];

const ANY_LINE: readonly (readonly [LineFormat, Is])[] = [
  [
    "qwen-code",
    (line) =>
      "uuid" in line && "sessionId" in line && Array.isArray(recordOf(line["message"])["parts"]),
  ],
  ["claude-code", (line) => "sessionId" in line && CLAUDE_TYPES.has(textOf(line["type"]) ?? "")],
  ["codex", (line) => line["type"] === "response_item" && isRecord(line["payload"])],
  [
    "cursor",
    (line) => ["cursor_available_tools", "turn_ended"].includes(textOf(line["type"]) ?? ""),
  ],
];

/** Before there were envelopes the first line was the meta itself. */
function isOldCodex(line: Raw): boolean {
  return (
    line["type"] === undefined && "id" in line && "timestamp" in line && "instructions" in line
  );
}

function isSweAgent(file: Raw): boolean {
  return (
    Array.isArray(file["history"]) &&
    isRecord(file["info"]) &&
    listOf(file["history"]).every((one) => isRecord(one) && "role" in one)
  );
}

const DOCUMENTS: readonly (readonly [DocumentFormat, Is])[] = [
  ["atif", isAtif],
  ["inspect", (file) => isRecord(file["eval"]) && "status" in file && "version" in file],
  [
    "opencode",
    (file) =>
      isRecord(file["info"]) &&
      Array.isArray(file["messages"]) &&
      file["trajectory_format"] === undefined &&
      recordsOf(file["messages"]).every((one) => isRecord(one["info"]) && "parts" in one) &&
      "id" in file["info"],
  ],
  [
    "cline",
    (file) =>
      Array.isArray(file["messages"]) &&
      typeof file["sessionId"] === "string" &&
      typeof file["agent"] === "string",
  ],
  [
    "mini-swe-agent",
    (file) =>
      Array.isArray(file["messages"]) &&
      (textOf(file["trajectory_format"]) ?? "").startsWith("mini-swe-agent"),
  ],
  [
    "swe-agent",
    // One that was stopped between its attempts holds them alone.
    (file) => isSweAgent(file) || recordsOf(file["attempts"]).some(isSweAgent),
  ],
  [
    "gemini-cli",
    (file) => "sessionId" in file && "projectHash" in file && Array.isArray(file["messages"]),
  ],
];
