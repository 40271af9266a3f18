/**
 * The seven formats of a training row: what is written, which kinds of examples each can hold, and
 * the reading back, which tests and the publisher use to see that nothing was lost on the way.
 */
import { messageSchema, type Message, type ToolCall } from "../../records/message.ts";
import { hasCalls } from "../turn/calls.ts";
import type { FormatReason, RenderText } from "./format-reasons.ts";
import { parseChatml, renderChatml } from "./chatml.ts";
import { sharegptEntry, sharegptMessage, sharegptTools } from "./sharegpt.ts";
import { answerLabel, saidBy, type Example, type Metadata } from "./example.ts";
import type { Format } from "./format-names.ts";

export type Written =
  | { readonly ok: true; readonly row: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly reason: FormatReason };

/**
 * True when the format has a place for this kind: only `kto` takes a negative, and no answer of which
 * nobody knows whether it is good.
 */
export function takes(format: Format, kind: Example["kind"], label?: boolean | null): boolean {
  if (format === "preference") return kind === "preference";
  if (format === "kto" && label === null) return false;
  return kind === "sft" || (format === "kto" && kind === "negative");
}

/**
 * One row of a format. Lone surrogates become U+FFFD: no UTF-8 file can hold them.
 * @param render for `chatml`: the model's own template; ChatML by default.
 */
export function writeRow(
  example: Example,
  format: Format,
  render: RenderText = renderChatml,
): Written {
  const bad = example.prompt.find((message) => !ROLES.has(message.role));
  if (bad !== undefined) return { ok: false, reason: "unknown_role" };
  const said = saidBy(example);
  const isOfCalls = hasCalls([...example.prompt, ...said]);
  const hasPlace = format !== "alpaca" && (format !== "chatml" || render !== renderChatml);
  if (isOfCalls && !hasPlace) return { ok: false, reason: "tool_calls" };
  // Trainers and templates want objects, fine-tuning APIs the text that is sent to them.
  const write = format === "openai" ? forApi : forTrainer;
  const prompt = example.prompt.map(write);
  const [answer = write(NOBODY), other] = said.map(write);
  const { metadata } = example;
  const tools =
    isOfCalls && example.tools !== undefined && example.tools.length > 0
      ? { tools: example.tools }
      : {};
  if (example.kind === "preference") {
    const rejected = [other ?? write(NOBODY)];
    return { ok: true, row: { prompt, chosen: [answer], rejected, ...tools, metadata } };
  }
  switch (format) {
    case "chatml": {
      const text = render([...prompt, answer], example.tools);
      return typeof text === "string"
        ? { ok: true, row: { text, metadata } }
        : { ok: false, reason: text.reason };
    }
    case "alpaca":
      return alpacaRow(prompt, answer.content, metadata);
    case "sharegpt":
      return {
        ok: true,
        row: {
          conversations: [...example.prompt, said[0] ?? NOBODY].map(sharegptEntry),
          ...(tools.tools === undefined ? {} : { tools: sharegptTools(tools.tools) }),
          metadata,
        },
      };
    case "openai":
      // Fine-tuning APIs refuse columns that they do not know: metadata stays out.
      return { ok: true, row: { messages: weighted([...prompt, answer], example), ...tools } };
    case "prompt-completion":
      return { ok: true, row: { prompt, completion: [answer], ...tools, metadata } };
    case "preference":
    case "kto":
      return {
        ok: true,
        row: { prompt, completion: [answer], label: answerLabel(example), ...tools, metadata },
      };
    default:
      return format satisfies never;
  }
}

/** The turns of a written row; answers last: [answer], or [chosen, rejected]. */
export type ReadBack = {
  readonly prompt: readonly Message[];
  readonly answers: readonly string[];
  /** The answers with their calls. */
  readonly said: readonly Message[];
};

/** Parses what `writeRow` wrote; null when the row does not have the format's shape. */
export function readRow(row: Readonly<Record<string, unknown>>, format: Format): ReadBack | null {
  switch (format) {
    case "chatml":
      return typeof row["text"] === "string" ? lastIsAnswer(parseChatml(row["text"])) : null;
    case "alpaca":
      return readAlpaca(row);
    case "sharegpt":
      return lastIsAnswer(messagesOf(row["conversations"], sharegptMessage));
    case "openai":
      return lastIsAnswer(messagesOf(row["messages"]));
    case "prompt-completion":
    case "kto":
      return withAnswers(row, ["completion"]);
    case "preference":
      return withAnswers(row, ["chosen", "rejected"]);
    default:
      return format satisfies never;
  }
}

// ---------------------------------------------------------------------------------------------

const ROLES = new Set(["system", "developer", "user", "assistant", "tool"]);

const NOBODY: Message = { role: "assistant", content: "" };

/** A message of a row: calls in the shape of the OpenAI API. */
type RowMessage = {
  readonly role: string;
  readonly content: string;
  readonly reasoning_content?: string;
  readonly tool_calls?: readonly unknown[];
  readonly tool_call_id?: string;
  readonly name?: string;
};

const forApi = (message: Message): RowMessage => wellFormed(message, true);
const forTrainer = (message: Message): RowMessage => wellFormed(message, false);

/** The weights of a run's assistant messages. */
function weighted(messages: readonly RowMessage[], example: Example): readonly unknown[] {
  if (example.isWeighted !== true) return messages;
  const held = [...example.prompt, ...saidBy(example)];
  return messages.map((message, at) =>
    message.role === "assistant" ? { ...message, weight: held[at]?.weight ?? 0 } : message,
  );
}

/** What is said and called alone: other keys of a history are no part of a training row. */
function wellFormed(message: Message, asText: boolean): RowMessage {
  const { role, reasoning, tool_calls: calls = [], tool_call_id: id, name } = message;
  const isResult = role === "tool";
  return {
    role,
    content: message.content.toWellFormed(),
    ...(reasoning === undefined ? {} : { reasoning_content: reasoning.toWellFormed() }),
    ...(calls.length === 0 ? {} : { tool_calls: calls.map((call) => rowCall(call, asText)) }),
    ...(isResult && id !== undefined ? { tool_call_id: id } : {}),
    ...(isResult && name !== undefined ? { name } : {}),
  };
}

function rowCall({ id, name, arguments: given }: ToolCall, asText: boolean): object {
  const text = typeof given === "string" ? given : JSON.stringify(given);
  // What is no JSON cannot be an object: it stays the text that the model wrote.
  return {
    id,
    type: "function",
    function: { name, arguments: asText ? text : given },
  };
}

/** System prompt and earlier turns have their own columns, so that nothing has to be guessed back. */
function alpacaRow(prompt: readonly RowMessage[], output: string, metadata: Metadata): Written {
  const [first] = prompt;
  const hasSystem = first?.role === "system";
  const turns = hasSystem ? prompt.slice(1) : prompt;
  const last = turns.at(-1);
  const alternate = turns.every(({ role }, at) => role === (at % 2 === 0 ? "user" : "assistant"));
  if (last === undefined || last.role !== "user" || !alternate) {
    return { ok: false, reason: "not_alternating" };
  }
  const history: [string, string][] = [];
  for (let at = 0; at + 2 < turns.length; at += 2) {
    history.push([turns[at]?.content ?? "", turns[at + 1]?.content ?? ""]);
  }
  return {
    ok: true,
    row: {
      instruction: last.content,
      input: "",
      output,
      system: hasSystem ? (first?.content ?? "") : "",
      history,
      metadata,
    },
  };
}

function readAlpaca(row: Readonly<Record<string, unknown>>): ReadBack | null {
  const { instruction, input, output, system, history } = row;
  if (typeof instruction !== "string" || typeof output !== "string" || !Array.isArray(history)) {
    return null;
  }
  const prompt: Message[] = [];
  if (typeof system === "string" && system !== "") prompt.push({ role: "system", content: system });
  for (const pair of history as unknown[]) {
    if (!Array.isArray(pair)) return null;
    prompt.push({ role: "user", content: String(pair[0]) });
    prompt.push({ role: "assistant", content: String(pair[1]) });
  }
  const more = typeof input === "string" && input !== "" ? `\n${input}` : "";
  prompt.push({ role: "user", content: instruction + more });
  const said = [{ role: "assistant", content: output }];
  return { prompt, answers: [output], said };
}

function messagesOf(
  value: unknown,
  toMessage: (entry: Readonly<Record<string, unknown>>) => unknown = (entry) => entry,
): Message[] | null {
  if (!Array.isArray(value)) return null;
  const messages: Message[] = [];
  for (const entry of value as unknown[]) {
    if (typeof entry !== "object" || entry === null) return null;
    const message = messageSchema.safeParse(toMessage(entry as Record<string, unknown>));
    if (!message.success) return null;
    messages.push(message.data);
  }
  return messages;
}

function lastIsAnswer(messages: readonly Message[] | null): ReadBack | null {
  const last = messages?.at(-1);
  if (messages === null || last === undefined || last.role !== "assistant") return null;
  return { prompt: messages.slice(0, -1), answers: [last.content], said: [last] };
}

function withAnswers(
  row: Readonly<Record<string, unknown>>,
  columns: readonly string[],
): ReadBack | null {
  const prompt = messagesOf(row["prompt"]);
  const said = columns.flatMap((column) => messagesOf(row[column]) ?? []);
  return prompt === null || said.length !== columns.length
    ? null
    : { prompt, answers: said.map(({ content }) => content), said };
}
