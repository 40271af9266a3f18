/**
 * Calls and results as text, for models whose server carries no calls: shown in a history, asked for in
 * an answer, and read back from it. One form: a fenced block marked tool_call that holds one JSON object.
 */
import { argumentsOf, type ToolCall } from "../../records/message.ts";
import { fencesOf } from "../turn/fences.ts";
import { toolsOf } from "./tools.ts";

/** A call as a block. `id` is shown where results have to be told apart. */
export function callBlock({ id, name, arguments: args }: ToolCall): string {
  const body = JSON.stringify({ ...(id === "" ? {} : { id }), name, arguments: args });
  let fence = "```";
  while (body.includes(fence)) fence += "`";
  return `${fence}${LANGUAGE}\n${body}\n${fence}`;
}

/** An assistant's message with its calls as blocks. */
export function callsAsText({
  content,
  tool_calls: calls = [],
}: {
  readonly content: string;
  readonly tool_calls?: readonly ToolCall[] | undefined;
}): string {
  return [content, ...calls.map(callBlock)].filter((part) => part !== "").join("\n\n");
}

/** A result as the user's words, named after its call. */
export function resultAsText({
  content,
  tool_call_id: id,
  name,
}: {
  readonly content: string;
  readonly tool_call_id?: string | undefined;
  readonly name?: string | undefined;
}): string {
  const of = [id, name].filter((part) => part !== undefined && part !== "").join(", ");
  return `[result${of === "" ? "" : ` of ${of}`}]\n${content}`;
}

/** What the system prompt says of the tools, and of how one is called. */
export function toolsAsText(tools: readonly unknown[]): string {
  const lines = toolsOf(tools).map(({ name, description, parameters }) =>
    JSON.stringify({
      name,
      ...(description === "" ? {} : { description }),
      parameters: parameters ?? { type: "object" },
    }),
  );
  return `You have these tools, one JSON object a line:\n${lines.join("\n")}\n\n${HOW}`;
}

/**
 * An answer's calls, taken out of its text; [] where there are none. Arguments that are no JSON object
 * stay the text that they were, for the form check to name.
 */
export function readTextCalls(text: string): {
  readonly content: string;
  readonly calls: readonly ToolCall[];
} {
  const blocks = fencesOf(text).filter(({ language }) => language === LANGUAGE);
  if (blocks.length === 0) return { content: text, calls: [] };
  let content = "";
  let at = 0;
  for (const block of blocks) {
    content += text.slice(at, block.start);
    at = block.end;
  }
  return {
    content: (content + text.slice(at)).trim(),
    calls: blocks.map(({ body }) => callOf(body)),
  };
}

// ---------------------------------------------------------------------------------------------

const LANGUAGE = "tool_call";

const HOW = `To call a tool, write one fenced block for each call, with one JSON object in it, in exactly this form:

\`\`\`${LANGUAGE}
{"name": "the_tool", "arguments": {"argument": "value"}}
\`\`\`

What the calls gave comes back in the next message.`;

function callOf(body: string): ToolCall {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return { id: "", name: nameIn(body), arguments: body };
  }
  const call =
    typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  const { id, name, arguments: given } = call;
  return {
    id: typeof id === "string" ? id : "",
    name: typeof name === "string" ? name : "",
    arguments: argumentsOf(given ?? call["parameters"] ?? call["input"]),
  };
}

/** Broken JSON still tells which tool it was. */
const nameIn = (body: string): string =>
  /"name"\s{0,4}:\s{0,4}"([^"]{1,100})"/.exec(body)?.[1] ?? "";
