/**
 * The form of an answer that calls tools: at least one call of a tool that there is, each with arguments
 * that are JSON and fit its schema; or a final answer in words.
 */
import { Ajv } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { Message, ToolCall } from "../../records/message.ts";
import { toolsOf } from "../wire/tools.ts";
import { readTextCalls } from "../wire/text-form.ts";
import { readableText, shellCommandOf } from "./calls.ts";
import { toolCallToken, type Form } from "./form.ts";
import { cutTraces } from "../ending/traces.ts";

/** What a model said: text, and calls where its server gives them apart. */
export type SaidReply = {
  readonly content: string;
  readonly tool_calls?: readonly ToolCall[] | undefined;
};

/** Checks a reply against the tools of its run. Total over any reply and any schema. */
export function checkToolForm(reply: SaidReply, tools: readonly unknown[]): Form {
  const message = messageOf(reply);
  const { content, tool_calls: calls = [] } = message;
  const text = readableText(message);
  const bad = (reason: (Form & { ok: false })["reason"], detail: string): Form => ({
    ok: false,
    reason,
    detail,
    text,
    ...(calls.length === 0 ? {} : { message }),
  });
  const token = toolCallToken(content);
  if (token !== null) return bad("tool_call_tokens", `tool-call tokens (${token}) in the text`);
  if (calls.length === 0) {
    if (content === "") return bad("empty", "there was neither a call nor an answer");
    return { ok: true, text, thought: content, command: "" };
  }
  const known = new Map(toolsOf(tools).map((tool) => [tool.name, tool]));
  for (const call of calls) {
    const tool = known.get(call.name);
    if (tool === undefined) return bad("unknown_tool", unknownTool(call, [...known.keys()]));
    if (typeof call.arguments === "string") {
      return bad("arguments_no_json", `the arguments of ${call.name} are not a JSON object`);
    }
    const fault = schemaFault(tool.parameters, call.arguments);
    if (fault !== null)
      return bad("arguments_misfit", `the arguments of ${call.name} do not fit: ${fault}`);
  }
  return { ok: true, text, thought: content, command: calls.map(shellOf).join("\n"), message };
}

/** A reply as a message: its think trace cut, its calls read out of the text where they stand there. */
export function messageOf({ content, tool_calls }: SaidReply): Message {
  const { text } = cutTraces(content);
  const given = tool_calls ?? [];
  const read = given.length > 0 ? { content: text, calls: given } : readTextCalls(text);
  const calls = withIds(read.calls);
  return {
    role: "assistant",
    content: read.content,
    ...(calls.length === 0 ? {} : { tool_calls: [...calls] }),
  };
}

/** What of the arguments does not fit the schema, in words; null: all does, or there is no schema. */
export function schemaFault(
  schema: unknown,
  args: Readonly<Record<string, unknown>>,
): string | null {
  const check = compiled(schema);
  if (check === null || check(args)) return null;
  const [first] = check.errors ?? [];
  const where = first?.instancePath.replaceAll("/", ".").replace(/^\./, "") ?? "";
  const what = first?.message ?? "they are not as the schema asks";
  const extra: unknown = first?.params["additionalProperty"];
  const named = typeof extra === "string" ? ` ("${extra}")` : "";
  return `${where === "" ? "" : `${where} `}${what}${named}`;
}

// ---------------------------------------------------------------------------------------------

function unknownTool({ name }: ToolCall, known: readonly string[]): string {
  const list = known.slice(0, MOST_NAMES).join(", ");
  return `there is no tool "${name}"; there are ${list}${known.length > MOST_NAMES ? " and others" : ""}`;
}

const MOST_NAMES = 30;

/** Every call gets an id that no other of the message has. */
function withIds(calls: readonly ToolCall[]): readonly ToolCall[] {
  const taken = new Set<string>();
  return calls.map((call, at) => {
    const id = call.id === "" || taken.has(call.id) ? `call_${at + 1}` : call.id;
    taken.add(id);
    return id === call.id ? call : { ...call, id };
  });
}

const shellOf = (call: ToolCall): string =>
  shellCommandOf(call) ?? `${call.name} ${JSON.stringify(call.arguments)}`;

type Check = ReturnType<Ajv["compile"]>;

// Schemas come from anywhere: what an engine does not know in them is passed over, never an error.
const LENIENT = {
  strict: false,
  validateFormats: false,
  validateSchema: false,
  logger: false,
} as const;
const engines = [new Ajv2020(LENIENT), new Ajv(LENIENT)];
/** By the schema's text: the turns of a run share their tools. */
const known = new Map<string, Check | null>();
const MOST_KNOWN = 500;

/** null: no schema, or one that cannot be used. */
function compiled(schema: unknown): Check | null {
  if (typeof schema !== "object" || schema === null || Array.isArray(schema)) return null;
  const text = JSON.stringify(schema);
  const before = known.get(text);
  if (before !== undefined) return before;
  if (known.size >= MOST_KNOWN) known.clear();
  // Names of a schema would be remembered by the engine, and a second one of that name be refused.
  const { $schema: _version, $id: _id, id: _old, ...own } = schema as Record<string, unknown>;
  const check = firstThatCompiles(own);
  known.set(text, check);
  return check;
}

function firstThatCompiles(schema: object): Check | null {
  for (const engine of engines) {
    try {
      return engine.compile(schema);
    } catch {
      continue; // Written for another version of the standard, or wrong: any object fits then.
    }
  }
  return null;
}
