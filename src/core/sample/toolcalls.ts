/** The calls of a message of any data set, in the one shape of a record. */
import { toolCallSchema, type ToolCall } from "../../records/message.ts";

/**
 * How tool calls reach the record: "keep" beside the content, as they were made; "text" as blocks in the
 * content, for the protocol that has one command in a block.
 */
export type ToolCallStyle = "text" | "keep";

/** Both the list of calls and the legacy single `function_call`; [] when there is neither. */
export function toolCallsOf(message: Readonly<Record<string, unknown>>): readonly ToolCall[] {
  const calls = listOf(message["tool_calls"]);
  if (calls.length > 0) return calls.map((call) => toolCallSchema.parse(parsed(call)));
  const legacy = message["function_call"];
  return isRecord(legacy) ? [toolCallSchema.parse({ function: legacy })] : [];
}

/** What `tool_calls` that say something and are no list are counted as. */
export const ODD_CALLS = "unknown_call: tool_calls are no list";

/** True for `tool_calls` that are neither a list nor empty (null, "", {}). */
export function hasOddCalls(message: Readonly<Record<string, unknown>>): boolean {
  const calls = parsed(message["tool_calls"]);
  if (calls === null || calls === undefined || calls === "" || Array.isArray(calls)) return false;
  return !isRecord(calls) || Object.keys(calls).length > 0;
}

// ---------------------------------------------------------------------------------------------

/** A column of Parquet may hold the list as JSON text, or each call. */
function listOf(value: unknown): readonly unknown[] {
  const list = parsed(value);
  return Array.isArray(list) ? (list as unknown[]) : [];
}

/** What a text says as JSON; anything else, and a text that is none, as it is. */
function parsed(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
