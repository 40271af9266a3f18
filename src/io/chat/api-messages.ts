/**
 * Anthropic's Messages API: the request in its shape, and its reply in the shape of a chat completion.
 * The end of the prefix that calls share is marked for the provider's cache. Thinking blocks of a reply
 * that is handed back go as they came: each carries a signature over its very bytes. Pure.
 */
import type { Call } from "./call.ts";
import { fieldOf, listOf, textIn } from "./json-fields.ts";

/**
 * The system text apart, roles alternating (neighbours of one role become one message), tool results as
 * blocks of a user message. The last message but one and the system text carry cache marks: judges of
 * one turn share all but the end.
 */
export function messagesBody({
  model,
  messages,
  tools,
  temperature,
  max_tokens,
}: Call): Record<string, unknown> {
  const system = messages.filter(({ role }) => role === "system").map(({ content }) => content);
  const turns: Turn[] = [];
  for (const message of messages.filter(({ role }) => role !== "system")) {
    const role = message.role === "assistant" ? "assistant" : "user";
    const last = turns.at(-1);
    if (last?.role === role) last.content.push(...blocksOf(message));
    else turns.push({ role, content: blocksOf(message) });
  }
  markCached(turns);
  return {
    model,
    max_tokens,
    ...(system.length === 0
      ? {}
      : { system: [{ type: "text", text: system.join("\n\n"), cache_control: CACHED }] }),
    messages: turns,
    ...(tools === undefined || tools.length === 0 ? {} : { tools: tools.map(inputTool) }),
    ...(temperature === "default" ? {} : { temperature: Math.min(1, temperature) }),
  };
}

/** A reply as a chat completion; errors pass as they are. */
export function fromMessages(body: unknown): unknown {
  const blocks = listOf(fieldOf(body, "content"));
  if (blocks === null) return body;
  const texts: string[] = [];
  const thoughts: string[] = [];
  const calls: unknown[] = [];
  const thinking = blocks.filter((block) => THINKING.includes(textIn(block, "type") ?? ""));
  for (const block of blocks) {
    const type = textIn(block, "type");
    if (type === "text") texts.push(textIn(block, "text") ?? "");
    if (type === "thinking") thoughts.push(textIn(block, "thinking") ?? "");
    if (type === "tool_use") {
      const args = JSON.stringify(fieldOf(block, "input") ?? {});
      calls.push({
        id: textIn(block, "id"),
        type: "function",
        function: { name: textIn(block, "name"), arguments: args },
      });
    }
  }
  const message = {
    role: "assistant",
    content: texts.join(""),
    ...(thoughts.length === 0 ? {} : { reasoning_content: thoughts.join("\n") }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
    ...(thinking.length === 0 ? {} : { thinking_blocks: thinking }),
  };
  const reason = textIn(body, "stop_reason");
  return {
    id: fieldOf(body, "id"),
    model: fieldOf(body, "model"),
    choices: [{ index: 0, message, finish_reason: reason === "tool_use" ? "tool_calls" : reason }],
    usage: fieldOf(body, "usage"),
  };
}

// ---------------------------------------------------------------------------------------------

type Block = Record<string, unknown>;
type Turn = { readonly role: "user" | "assistant"; readonly content: Block[] };

const THINKING: readonly string[] = ["thinking", "redacted_thinking"];

const CACHED = { type: "ephemeral" } as const;

/** A long first block is what the calls of a turn have in common. */
const LONG_CHARS = 4000;

function blocksOf(message: Call["messages"][number]): Block[] {
  const { role, content } = message;
  if (role === "tool") {
    return [{ type: "tool_result", tool_use_id: message.tool_call_id ?? "", content }];
  }
  const calls = (message.tool_calls ?? []).map(({ id, name, arguments: args }) => ({
    type: "tool_use",
    id,
    name,
    input: typeof args === "string" ? { input: args } : args,
  }));
  // Blocks of text must not be empty.
  const text = content.trim() === "" ? [] : [{ type: "text", text: content }];
  const said = [...text, ...calls];
  return [
    ...(message.thinking_blocks ?? []).map((block) => ({ ...block })),
    ...(said.length === 0 ? [{ type: "text", text: "(nothing)" }] : said),
  ];
}

/** The last block of the message before the last, and a long block before the end of the last. */
function markCached(turns: readonly Turn[]): void {
  const before = turns.at(-2)?.content.at(-1);
  if (before !== undefined) before["cache_control"] = CACHED;
  const last = turns.at(-1)?.content ?? [];
  const long = last
    .slice(0, -1)
    .findLast(({ text }) => typeof text === "string" && text.length > LONG_CHARS);
  if (long !== undefined) long["cache_control"] = CACHED;
}

function inputTool(tool: unknown): unknown {
  const own = fieldOf(tool, "function");
  if (own === undefined) return tool;
  return {
    name: fieldOf(own, "name"),
    description: fieldOf(own, "description") ?? "",
    input_schema: fieldOf(own, "parameters") ?? { type: "object", properties: {} },
  };
}
