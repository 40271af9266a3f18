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
  if (calls.length > 0) return calls.map((call) => toolCallSchema.parse(call));
  const legacy = message["function_call"];
  return isRecord(legacy) ? [toolCallSchema.parse({ function: legacy })] : [];
}

// ---------------------------------------------------------------------------------------------

/** A column of Parquet may hold the list as JSON text. */
function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value as unknown[];
  if (typeof value !== "string") return [];
  try {
    const list: unknown = JSON.parse(value);
    return Array.isArray(list) ? (list as unknown[]) : [];
  } catch {
    return [];
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
