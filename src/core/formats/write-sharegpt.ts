/**
 * A run as one line of ShareGPT's conversations, with the roles that LLaMA-Factory knows. Its call has no
 * place for ids, words beside a call or reasoning: they stand in keys of their own, which it passes over.
 */
import { sharegptSaid } from "../dataset/sharegpt.ts";
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

function entryOf(run: Run, message: RunMessage, at: number): Readonly<Record<string, unknown>> {
  const isCall = (message.tool_calls ?? []).length > 0;
  return {
    ...sharegptSaid(message),
    ...(isCall && message.content !== "" ? { content: message.content } : {}),
    ...(message.reasoning === undefined ? {} : { reasoning: message.reasoning }),
    ...(message.tool_call_id === undefined ? {} : { tool_call_id: message.tool_call_id }),
    ...(message.role === "assistant" && !isTurn(run, at) ? { weight: 0 } : {}),
  };
}
