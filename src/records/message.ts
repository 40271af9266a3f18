/**
 * One chat message, as every record and every stage holds it. Files of older builds hold calls in the
 * shape of the OpenAI API ({id, type, function: {name, arguments}}); they are read into the one shape.
 */
import { z } from "zod";

/** A call of a tool. `arguments` is an object, or the text as it was where that is no JSON object. */
export const toolCallSchema = z.preprocess(
  callOf,
  z.looseObject({
    /** "" where the source gave none. */
    id: z.string(),
    name: z.string(),
    arguments: z.union([z.record(z.string(), z.unknown()), z.string()]),
  }),
);
export type ToolCall = Readonly<z.infer<typeof toolCallSchema>>;

/** Content is always text here: readers turn null into "" and parts into text. */
export const messageSchema = z.preprocess(
  messageOf,
  z.looseObject({
    role: z.string(),
    content: z.string(),
    /** What the model thought before it spoke, apart from what it said. */
    reasoning: z.string().optional(),
    /** Calls of one message were made in parallel, and stay together. Absent rather than empty. */
    tool_calls: z.array(toolCallSchema).optional(),
    /** Of a result: the call that it answers. */
    tool_call_id: z.string().optional(),
    /** Of a result: the tool's name. */
    name: z.string().optional(),
    /** 0: must not be learned. */
    weight: z.number().optional(),
  }),
);
export type Message = Readonly<z.infer<typeof messageSchema>>;

/** What a call was given: an object where it is one, also as JSON text; else the text as it was. */
export function argumentsOf(given: unknown): Record<string, unknown> | string {
  if (given === undefined || given === null) return {};
  if (typeof given !== "string") return isRecord(given) ? given : JSON.stringify(given);
  try {
    const value: unknown = JSON.parse(given);
    return isRecord(value) ? value : given;
  } catch {
    return given; // Models do write that, and the history has to show what was written.
  }
}

// ---------------------------------------------------------------------------------------------

function callOf(value: unknown): unknown {
  if (!isRecord(value)) return { id: "", name: "", arguments: argumentsOf(value) };
  const { function: inner, type, ...rest } = value;
  if (isRecord(inner)) {
    const { name, arguments: given, ...extra } = inner;
    return {
      ...extra,
      ...rest,
      id: text(value["id"]),
      name: text(name),
      arguments: argumentsOf(given),
    };
  }
  const isPlain =
    typeof value["id"] === "string" &&
    typeof value["name"] === "string" &&
    isRecord(value["arguments"]);
  if (isPlain) return value;
  const { input, ...own } = rest;
  return {
    ...own,
    ...(type === undefined || type === "function" ? {} : { type }),
    id: text(value["id"]),
    name: text(value["name"]),
    arguments: argumentsOf(value["arguments"] ?? input),
  };
}

/** What stood under these keys in older files was not read: null, [] and other types are left out. */
function messageOf(value: unknown): unknown {
  if (!isRecord(value) || !OPTIONAL.some((key) => isOff(key, value[key]))) return value;
  return Object.fromEntries(Object.entries(value).filter(([key, held]) => !isOff(key, held)));
}

const OPTIONAL = ["reasoning", "tool_calls", "tool_call_id", "name", "weight"];

function isOff(key: string, held: unknown): boolean {
  if (held === undefined || !OPTIONAL.includes(key)) return false;
  if (key === "tool_calls") return !Array.isArray(held) || held.length === 0;
  return typeof held !== (key === "weight" ? "number" : "string");
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
