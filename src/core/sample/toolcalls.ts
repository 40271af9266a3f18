/**
 * Tool calls as text: a trajectory that calls its shell as a function says the same as one that
 * writes a bash block, and the rest of the pipeline speaks the latter.
 */

/** How tool calls reach the record: rendered into the content, or kept beside it. */
export type ToolCallStyle = "text" | "keep";

/**
 * One call as a fenced block: shell calls as ```bash with the command alone, others as ```json with
 * name and arguments. Arguments that are not JSON stay as they were written.
 */
export function renderToolCall(call: unknown): string {
  const { name, args } = partsOf(call);
  const command = shellCommand(name, args);
  if (command !== null) return fenced("bash", command);
  return fenced("json", JSON.stringify({ name, arguments: args }, null, 1));
}

/** Both the list of calls and the legacy single `function_call`; [] when there is neither. */
export function toolCallsOf(message: Readonly<Record<string, unknown>>): readonly unknown[] {
  const calls = message["tool_calls"];
  if (Array.isArray(calls) && calls.length > 0) return calls as unknown[];
  const legacy = message["function_call"];
  return isRecord(legacy) ? [{ type: "function", function: legacy }] : [];
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
]);
const COMMAND_KEYS = ["command", "cmd", "script", "code"] as const;

function partsOf(call: unknown): { name: string; args: unknown } {
  const outer = isRecord(call) ? call : {};
  const inner = isRecord(outer["function"]) ? outer["function"] : outer;
  const name = typeof inner["name"] === "string" ? inner["name"] : "";
  return { name, args: parsedArguments(inner["arguments"] ?? inner["input"]) };
}

function parsedArguments(value: unknown): unknown {
  if (typeof value !== "string") return value ?? {};
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value; // Not JSON: models do write that, and the history has to show what was written.
  }
}

function shellCommand(name: string, args: unknown): string | null {
  if (!SHELL_NAMES.has(name.toLowerCase()) || !isRecord(args)) return null;
  for (const key of COMMAND_KEYS) {
    const command = args[key];
    if (typeof command === "string") return command;
    if (Array.isArray(command) && command.every((part) => typeof part === "string"))
      return command.join(" ");
  }
  return null;
}

function fenced(language: string, text: string): string {
  let fence = "```";
  while (text.includes(fence)) fence += "`";
  return `${fence}${language}\n${text}\n${fence}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
