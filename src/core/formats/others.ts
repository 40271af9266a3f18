/** Session logs that are only read about: droid, cursor; aider's log of its model's requests. */
import { createRunBuilder, type RunBuilder } from "./building.ts";
import { partsOf } from "./parts.ts";
import type { Reading } from "./run.ts";
import { isRecord, recordOf, textOf, toolsOf, type Raw } from "./values.ts";

/** `session_start`, then `message` lines in Anthropic's blocks. */
export function readDroid(lines: readonly unknown[]): Reading {
  const records = lines.filter(isRecord);
  const head = records.find((record) => record["type"] === "session_start") ?? {};
  const runs = createRunBuilder({ unanswered: "stopped", parts: true });
  for (const record of records) {
    if (record["type"] === "message") {
      const message = recordOf(record["message"]);
      // Some are for the screen alone; those for the model alone are the harness's.
      if ((message["visibility"] ?? record["visibility"]) === "user_only") continue;
      const isInjected = (message["visibility"] ?? record["visibility"]) === "llm_only";
      readBlocks(runs, textOf(message["role"]), message["content"], isInjected);
    } else if (!DROID_NO_TURNS.has(textOf(record["type"]) ?? "")) {
      runs.drop(`unknown_line: ${textOf(record["type"]) ?? ""}`);
    }
  }
  return runs.finish({
    id: textOf(head["id"]) ?? textOf(head["sessionId"]) ?? null,
    format: "droid",
    version: textOf(head["version"]),
    kind: "main",
    cwd: textOf(head["cwd"]),
  });
}

/** Lines `{role, message{content}}` between `cursor_session_meta` and `turn_ended`. */
export function readCursor(lines: readonly unknown[]): Reading {
  const records = lines.filter(isRecord);
  const runs = createRunBuilder({ unanswered: "said", parts: true });
  const head = records.find((record) => cursorType(record) === "cursor_session_meta") ?? {};
  const meta = recordOf(head["cursor_session_meta"] ?? head["payload"] ?? head);
  let tools: unknown;
  for (const record of records) {
    const type = cursorType(record);
    if (type === "cursor_available_tools") {
      tools = record["tools"] ?? record["cursor_available_tools"] ?? record["payload"];
    } else if (textOf(record["role"]) !== undefined) {
      const content = recordOf(record["message"])["content"] ?? record["content"];
      readBlocks(runs, textOf(record["role"]), content, false);
    } else if (type !== "cursor_session_meta" && type !== "turn_ended") {
      runs.drop(`unknown_line: ${type}`);
    }
  }
  return runs.finish(
    {
      id: textOf(meta["id"]) ?? textOf(meta["session_id"]) ?? textOf(meta["sessionId"]) ?? null,
      format: "cursor",
      version: textOf(meta["version"]),
      kind: "main",
      cwd: textOf(meta["cwd"]),
    },
    { tools: toolsOf(tools) },
  );
}

/**
 * aider's `--llm-history-file`: sections "TO LLM" and "LLM RESPONSE", each line a role and text. Every
 * request repeats the history, so that each is a part with one answer.
 */
export function readAiderRequests(text: string): Reading {
  const runs = createRunBuilder({ unanswered: "said", parts: true });
  let isFirst = true;
  for (const { kind, messages } of aiderSections(text)) {
    if (kind === "request") {
      if (!isFirst) runs.beginPart([]);
      isFirst = false;
      for (const message of messages) {
        const role = message.role === "ASSISTANT" ? "assistant" : aiderRole(message.role);
        if (role === null) runs.drop(`unknown_role: ${message.role}`);
        // What the model said before stands in its own part.
        else runs.say(role, { text: message.text, copied: true });
      }
    } else {
      const said = messages.map((message) => message.text).join("\n");
      if (said !== "") runs.say("assistant", { text: said });
    }
  }
  return runs.finish({ id: null, format: "aider", kind: "main" });
}

/** True for the beginning of such a file. */
export function isAiderRequests(beginning: string): boolean {
  return /^\s*(TO LLM|LLM RESPONSE) \d{4}-\d\d-\d\d/.test(beginning);
}

/** True for the beginning of aider's chat history, which cannot be split with certainty. */
export function isAiderChat(beginning: string): boolean {
  return /^\s*# aider chat started at /.test(beginning);
}

// ---------------------------------------------------------------------------------------------

const DROID_NO_TURNS = new Set(["session_start", "todo_state", "session_end", "compaction_state"]);

function cursorType(record: Raw): string {
  return textOf(record["type"]) ?? Object.keys(record)[0] ?? "";
}

function readBlocks(
  runs: RunBuilder,
  role: string | undefined,
  content: unknown,
  isInjected: boolean,
): void {
  const { text, reasoning, calls, results } = partsOf(content, runs.drop);
  if (role === "assistant") {
    if (text !== "" || reasoning !== "" || calls.length > 0) {
      runs.say("assistant", { text, reasoning, calls });
    }
    return;
  }
  if (role !== "user" && role !== "system" && role !== "tool") {
    runs.drop(`unknown_role: ${role ?? ""}`);
    return;
  }
  for (const result of results) runs.result({ ...result, name: undefined });
  if (text !== "") {
    runs.say(role === "system" ? "system" : "user", {
      text,
      marks: isInjected ? ["injected"] : [],
    });
  }
}

type Section = {
  readonly kind: "request" | "response";
  readonly messages: { role: string; text: string }[];
};

function aiderSections(text: string): Section[] {
  const sections: Section[] = [];
  for (const line of text.split("\n")) {
    const head = /^(TO LLM|LLM RESPONSE) \d{4}-\d\d-\d\d/.exec(line)?.[1];
    if (head !== undefined) {
      sections.push({ kind: head === "TO LLM" ? "request" : "response", messages: [] });
      continue;
    }
    addAiderLine(sections.at(-1), line);
  }
  return sections;
}

/** Lines of one message repeat its role; a line without one goes on with it. */
function addAiderLine(section: Section | undefined, line: string): void {
  if (section === undefined || (line === "-------" && section.kind === "request")) return;
  const found = /^(SYSTEM|USER|ASSISTANT|TOOL|FUNCTION)(?: (.*))?$/.exec(line);
  const last = section.messages.at(-1);
  if (found === null) {
    if (line !== "" && last !== undefined) last.text += `\n${line}`;
    return;
  }
  const [, role = "", text = ""] = found;
  if (last?.role === role) last.text += `\n${text}`;
  else section.messages.push({ role, text });
}

function aiderRole(role: string): "system" | "user" | null {
  if (role === "SYSTEM") return "system";
  return role === "USER" ? "user" : null;
}
