/**
 * OpenAI's Responses API: the request in its shape, and its reply in the shape of a chat completion, so
 * that one set of rules reads both. Pure.
 */
import type { Call } from "./call.ts";
import { fieldOf, listOf, textIn } from "./json-fields.ts";

/** `input` items of one call; the instructions are the system messages. Nothing is stored there. */
export function responsesBody({
  model,
  messages,
  tools,
  temperature,
  max_tokens,
}: Call): Record<string, unknown> {
  const system = messages.filter(({ role }) => role === "system").map(({ content }) => content);
  return {
    model,
    store: false,
    ...(system.length === 0 ? {} : { instructions: system.join("\n\n") }),
    input: messages.filter(({ role }) => role !== "system").flatMap(itemsOf),
    ...(tools === undefined || tools.length === 0 ? {} : { tools: tools.map(flatTool) }),
    ...(temperature === "default" ? {} : { temperature }),
    max_output_tokens: max_tokens,
  };
}

/** A reply as a chat completion; errors pass as they are. */
export function fromResponses(body: unknown): unknown {
  const output = listOf(fieldOf(body, "output"));
  if (output === null) return body;
  const texts: string[] = [];
  const thoughts: string[] = [];
  const calls: unknown[] = [];
  let refusal: string | null = null;
  for (const item of output) {
    const type = textIn(item, "type");
    if (type === "reasoning") {
      for (const part of listOf(fieldOf(item, "summary")) ?? [])
        thoughts.push(textIn(part, "text") ?? "");
    } else if (type === "function_call") {
      const named = { name: textIn(item, "name"), arguments: textIn(item, "arguments") ?? "{}" };
      calls.push({ id: textIn(item, "call_id"), type: "function", function: named });
    } else {
      for (const part of listOf(fieldOf(item, "content")) ?? []) {
        refusal ??= textIn(part, "refusal");
        if (textIn(part, "type") === "output_text") texts.push(textIn(part, "text") ?? "");
      }
    }
  }
  const error = fieldOf(body, "error") ?? undefined;
  const message = {
    role: "assistant",
    content: texts.join(""),
    ...(thoughts.length === 0 ? {} : { reasoning_content: thoughts.join("\n") }),
    ...(refusal === null ? {} : { refusal }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
  return {
    id: fieldOf(body, "id"),
    model: fieldOf(body, "model"),
    ...(error === undefined ? {} : { error }),
    choices: [{ index: 0, message, finish_reason: endOf(body, calls.length > 0) }],
    usage: fieldOf(body, "usage"),
  };
}

// ---------------------------------------------------------------------------------------------

function endOf(body: unknown, hasCalls: boolean): string | null {
  switch (textIn(body, "status")) {
    case "completed":
      return hasCalls ? "tool_calls" : "stop";
    case "incomplete":
      return textIn(fieldOf(body, "incomplete_details"), "reason") ?? "length";
    case "failed":
    case "cancelled":
      return "error";
    case null:
      return null;
    default:
      return textIn(body, "status");
  }
}

function itemsOf(message: Call["messages"][number]): object[] {
  const { role, content } = message;
  if (role === "tool") {
    return [{ type: "function_call_output", call_id: message.tool_call_id ?? "", output: content }];
  }
  const calls = (message.tool_calls ?? []).map(({ id, name, arguments: args }) => ({
    type: "function_call",
    call_id: id,
    name,
    arguments: typeof args === "string" ? args : JSON.stringify(args),
  }));
  const said = role === "assistant" ? "assistant" : "user";
  return content === "" && calls.length > 0 ? calls : [{ role: said, content }, ...calls];
}

/** The function's fields stand beside its type, not inside one of their own. */
function flatTool(tool: unknown): unknown {
  const own = fieldOf(tool, "function");
  return typeof own === "object" && own !== null ? { type: "function", ...own } : tool;
}
