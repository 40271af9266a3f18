/** The events of a streamed chat completion. */
import { fieldOf, listOf, parsedJson, textIn } from "./json-fields.ts";
import type { Listener } from "./listener.ts";
import { runOf, shapeOf, spokenBy, type Shape } from "./stream-repeats.ts";

/** Whole once it said [DONE], why it ended, or what went wrong. */
export function chatEvents(): Listener {
  const texts: Record<Spoken, string | null> = {
    content: null,
    reasoning_content: null,
    reasoning: null,
    refusal: null,
  };
  const more: Record<string, unknown> = {};
  const choice: Record<string, unknown> = {};
  const calls = new Map<number, Called>();
  const blocks: unknown[] = [];
  let shape: Shape<Spoken> | null = null;
  let isDone = false;

  function take(chunk: unknown, data: string): void {
    for (const name of OF_THE_WHOLE) {
      const value = fieldOf(chunk, name);
      // Counts are running totals where they come more than once: the last one holds.
      if (value !== undefined && value !== null) more[name] = value;
    }
    const first = listOf(fieldOf(chunk, "choices"))?.find(
      (one) => (fieldOf(one, "index") ?? 0) === 0,
    );
    for (const name of OF_THE_CHOICE) {
      const value = fieldOf(first, name);
      if (value !== undefined && value !== null) choice[name] = value;
    }
    const delta = fieldOf(first, "delta") ?? fieldOf(first, "message");
    for (const name of SPOKEN) {
      const said = spokenIn(fieldOf(delta, name));
      if (said !== null) texts[name] = (texts[name] ?? "") + said;
    }
    for (const call of listOf(fieldOf(delta, "tool_calls")) ?? []) addCall(calls, call);
    blocks.push(...(listOf(fieldOf(delta, "thinking_blocks")) ?? []));
    shape = spokenShape(data, delta);
  }

  return {
    event(data) {
      if (data === "[DONE]") isDone = true;
      // What stands behind it is of no reply.
      if (isDone) return true;
      const said = shape === null ? null : spokenBy(shape, data);
      if (said !== null && shape !== null) {
        texts[shape.name] = (texts[shape.name] ?? "") + said;
        return true;
      }
      const chunk = parsedJson(data);
      if (chunk !== null) take(chunk, data);
      return chunk !== null;
    },
    run(text, ended, between) {
      if (shape === null || isDone) return ended;
      const run = runOf(shape, text, ended, between);
      texts[shape.name] = (texts[shape.name] ?? "") + run.said;
      return run.ended;
    },
    heard() {
      const { content, ...others } = texts;
      const spoken = Object.entries(others).filter(([, text]) => text !== null);
      const message = {
        role: "assistant",
        content: content ?? "",
        ...Object.fromEntries(spoken),
        ...(calls.size === 0 ? {} : { tool_calls: [...calls.values()] }),
        ...(blocks.length === 0 ? {} : { thinking_blocks: blocks }),
      };
      const body = { ...more, choices: [{ index: 0, finish_reason: null, ...choice, message }] };
      const isEnded = choice["finish_reason"] !== undefined || choice["error"] !== undefined;
      return { body, isWhole: isDone || isEnded || more["error"] !== undefined };
    },
  };
}

// ---------------------------------------------------------------------------------------------

const SPOKEN = ["content", "reasoning_content", "reasoning", "refusal"] as const;
type Spoken = (typeof SPOKEN)[number];
const OF_THE_WHOLE = ["id", "model", "usage", "error", "base_resp"] as const;
const OF_THE_CHOICE = ["finish_reason", "error"] as const;

type Called = { id: string; type: "function"; function: { name: string; arguments: string } };

/** Text, or the text parts of a list; parts of reasoning are no content. */
function spokenIn(value: unknown): string | null {
  if (typeof value === "string") return value;
  const parts = listOf(value)?.filter((part) => !/reason|think/i.test(textIn(part, "type") ?? ""));
  return parts === undefined ? null : parts.map((part) => textIn(part, "text") ?? "").join("");
}

function addCall(calls: Map<number, Called>, part: unknown): void {
  const index = fieldOf(part, "index");
  const id = textIn(part, "id");
  // Servers that give no index begin a call with its id.
  const at = typeof index === "number" ? index : id === null ? calls.size - 1 : calls.size;
  const call = calls.get(at) ?? { id: "", type: "function", function: { name: "", arguments: "" } };
  calls.set(at, call);
  const own = fieldOf(part, "function");
  const args = fieldOf(own, "arguments");
  if (id !== null) call.id = id;
  call.function.name += textIn(own, "name") ?? "";
  call.function.arguments += typeof args === "object" && args !== null ? JSON.stringify(args) : "";
  call.function.arguments += typeof args === "string" ? args : "";
}

/** Of an event that says one text; null: of any other. */
function spokenShape(data: string, delta: unknown): Shape<Spoken> | null {
  const said = SPOKEN.filter((name) => typeof fieldOf(delta, name) === "string");
  const [name] = said;
  const text = name === undefined ? null : textIn(delta, name);
  return said.length !== 1 || name === undefined || text === null
    ? null
    : shapeOf(data, name, text);
}
