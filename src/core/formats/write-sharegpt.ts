/**
 * A run as one line of ShareGPT's conversations, with the roles that LLaMA-Factory knows. Its call has no
 * place for ids, words beside a call or reasoning: they stand in keys of their own, which it passes over.
 */
import { toolsOf } from "./values.ts";
import { isTurn, type Run, type RunMessage } from "./run.ts";

export function sharegptLine(run: Run): Readonly<Record<string, unknown>> {
  const [first] = run.messages;
  const hasSystem = first?.role === "system";
  const conversations = run.messages
    .map((message, at) => entryOf(run, message, at))
    .slice(hasSystem ? 1 : 0);
  const { id, format, part, parent, verdict, tools } = run;
  return {
    id,
    format,
    ...(part === undefined ? {} : { part }),
    ...(parent === undefined ? {} : { parent }),
    ...(verdict === undefined ? {} : { verdict }),
    conversations,
    ...(hasSystem ? { system: first.content } : {}),
    ...(tools === undefined
      ? {}
      : { tools: JSON.stringify(toolsOf(tools).map((tool) => tool.function)) }),
  };
}

// ---------------------------------------------------------------------------------------------

const FROM: Readonly<Record<string, string>> = {
  user: "human",
  assistant: "gpt",
  tool: "observation",
};

function entryOf(run: Run, message: RunMessage, at: number): Readonly<Record<string, unknown>> {
  const calls = message.tool_calls ?? [];
  const isCall = calls.length > 0;
  return {
    from: isCall ? "function_call" : (FROM[message.role] ?? message.role),
    value: isCall ? JSON.stringify(calls.length === 1 ? calls[0] : calls) : message.content,
    ...(isCall && message.content !== "" ? { content: message.content } : {}),
    ...(message.reasoning === undefined ? {} : { reasoning: message.reasoning }),
    ...(message.tool_call_id === undefined ? {} : { tool_call_id: message.tool_call_id }),
    ...(message.role === "assistant" && !isTurn(run, at) ? { weight: 0 } : {}),
  };
}
