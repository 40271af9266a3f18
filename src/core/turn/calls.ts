/**
 * Calls of tools as text that a person can read: what answers, exports and the audit hold beside the
 * structure. A shell call is a bash block, so that it reads like a turn of an agent that writes one.
 */
import type { Message, ToolCall } from "../../records/message.ts";

/** A call as a fenced block: ```bash with the command alone, or ```json with name and arguments. */
export function renderCall(call: ToolCall): string {
  const command = shellCommandOf(call);
  if (command !== null) return fenced("bash", command);
  return fenced("json", JSON.stringify({ name: call.name, arguments: call.arguments }, null, 1));
}

/** The command of a call of a shell; null for any other tool. */
export function shellCommandOf({ name, arguments: args }: ToolCall): string | null {
  if (!SHELL_NAMES.has(name.toLowerCase()) || typeof args === "string") return null;
  for (const key of COMMAND_KEYS) {
    const command = args[key];
    if (typeof command === "string") return command;
    if (Array.isArray(command) && command.every((part) => typeof part === "string"))
      return command.join(" ");
  }
  return null;
}

/** Content and calls as one text; the calls are left out where the content shows them already. */
export function readableText(message: Pick<Message, "content" | "tool_calls">): string {
  const { content, tool_calls: calls = [] } = message;
  if (calls.length === 0) return content;
  const blocks = calls.map(renderCall);
  if (blocks.every((block) => content.includes(block))) return content;
  return [content, ...blocks].filter((part) => part.trim() !== "").join("\n\n");
}

/**
 * All that a message tells, for searches: content, reasoning, and of calls the names and every value as
 * it was meant, without the escapes of JSON.
 */
export function searchableText(message: Message): string {
  const { content, reasoning, tool_calls: calls = [], name, tool_call_id } = message;
  if (calls.length === 0 && reasoning === undefined && name === undefined) return content;
  const parts = [
    ...(reasoning === undefined ? [] : [reasoning]),
    content,
    ...calls.flatMap((call) => [call.id, call.name, ...leavesOf(call.arguments)]),
    ...[tool_call_id, name].flatMap((one) => one ?? []),
  ];
  return parts.filter((part) => part !== "").join("\n");
}

/** True when any message has calls or results of them. */
export function hasCalls(messages: readonly Message[]): boolean {
  return messages.some(
    (message) => message.role === "tool" || (message.tool_calls ?? []).length > 0,
  );
}

/** Characters of what a message says and calls. Structure is looked for in few messages of few sets: most cost no more than their length. */
export function messageChars({ content, tool_calls, reasoning }: Message): number {
  if (tool_calls === undefined && reasoning === undefined) return content.length;
  const calls = tool_calls === undefined ? 0 : JSON.stringify(tool_calls).length;
  return content.length + calls + (reasoning?.length ?? 0);
}

// ---------------------------------------------------------------------------------------------

const SHELL_NAMES = new Set([
  "bash",
  "execute_bash",
  "run_bash",
  "shell",
  "sh",
  "terminal",
  "run_command",
  "execute_command",
  "exec",
  "exec_command",
  "run_shell_command",
  "run_shell",
  "local_shell",
]);
const COMMAND_KEYS = ["command", "cmd", "script", "code"] as const;

function fenced(language: string, text: string): string {
  let fence = "```";
  while (text.includes(fence)) fence += "`";
  return `${fence}${language}\n${text}\n${fence}`;
}

/** Keys and values in order, as words. */
function leavesOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(leavesOf);
  if (typeof value !== "object" || value === null) return [String(value)];
  return Object.entries(value).flatMap(([key, inner]) => [key, ...leavesOf(inner)]);
}
