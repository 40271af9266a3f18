/**
 * The seven formats of a training row: what is written, which kinds of examples each can hold, and
 * the reading back, which tests and the publisher use to see that nothing was lost on the way.
 */
import type { Message } from "../../records/message.ts";
import type { FormatReason, RenderText } from "./format-reasons.ts";
import { parseChatml, renderChatml } from "./chatml.ts";
import type { Example, Metadata } from "./example.ts";
import type { Format } from "./format-names.ts";

export type Written =
  | { readonly ok: true; readonly row: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly reason: FormatReason };

/** True when the format has a place for this kind: only `kto` takes a negative. */
export function takes(format: Format, kind: Example["kind"]): boolean {
  if (format === "preference") return kind === "preference";
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
  const isText = format === "chatml" || format === "alpaca" || format === "sharegpt";
  if (isText && example.prompt.some(hasToolCalls)) return { ok: false, reason: "tool_calls" };
  const prompt = example.prompt.map(wellFormed);
  const { metadata } = example;
  if (example.kind === "preference") {
    const chosen = [said(example.chosen)];
    return { ok: true, row: { prompt, chosen, rejected: [said(example.rejected)], metadata } };
  }
  const answer = said(example.answer);
  switch (format) {
    case "chatml": {
      const text = render([...prompt, answer]);
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
          conversations: [...prompt, answer].map(({ role, content }) => ({
            from: SHAREGPT_NAMES[role] ?? role,
            value: content,
          })),
          metadata,
        },
      };
    case "openai":
      // Fine-tuning APIs refuse columns that they do not know: metadata stays out.
      return { ok: true, row: { messages: [...prompt, answer] } };
    case "prompt-completion":
      return { ok: true, row: { prompt, completion: [answer], metadata } };
    case "preference":
    case "kto":
      return {
        ok: true,
        row: { prompt, completion: [answer], label: example.kind === "sft", metadata },
      };
    default:
      return format satisfies never;
  }
}

/** The turns of a written row; answers last: [answer], or [chosen, rejected]. */
export type ReadBack = {
  readonly prompt: readonly Message[];
  readonly answers: readonly string[];
};

/** Parses what `writeRow` wrote; null when the row does not have the format's shape. */
export function readRow(row: Readonly<Record<string, unknown>>, format: Format): ReadBack | null {
  switch (format) {
    case "chatml":
      return typeof row["text"] === "string" ? lastIsAnswer(parseChatml(row["text"])) : null;
    case "alpaca":
      return readAlpaca(row);
    case "sharegpt":
      return lastIsAnswer(
        messagesOf(row["conversations"], ({ from, value }) => ({
          role: SHAREGPT_ROLES[String(from)] ?? String(from),
          content: value,
        })),
      );
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
const SHAREGPT_NAMES: Readonly<Record<string, string>> = {
  user: "human",
  assistant: "gpt",
};
const SHAREGPT_ROLES: Readonly<Record<string, string>> = { human: "user", gpt: "assistant" };

const said = (content: string): { role: "assistant"; content: string } => ({
  role: "assistant",
  content: content.toWellFormed(),
});

const hasToolCalls = (message: Message): boolean => (message.tool_calls?.length ?? 0) > 0;

/** Role, content and tool calls alone: other keys of a history are no part of a training row. */
function wellFormed(message: Message): Message {
  const content = message.content.toWellFormed();
  const id = message["tool_call_id"];
  return {
    role: message.role,
    content,
    ...(hasToolCalls(message) ? { tool_calls: message.tool_calls } : {}),
    ...(message.role === "tool" && typeof id === "string" ? { tool_call_id: id } : {}),
  };
}

/** System prompt and earlier turns have their own columns, so that nothing has to be guessed back. */
function alpacaRow(prompt: readonly Message[], output: string, metadata: Metadata): Written {
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
  return { prompt, answers: [output] };
}

function messagesOf(
  value: unknown,
  toMessage: (entry: Readonly<Record<string, unknown>>) => unknown = (entry) => entry,
): Message[] | null {
  if (!Array.isArray(value)) return null;
  const messages: Message[] = [];
  for (const entry of value as unknown[]) {
    if (typeof entry !== "object" || entry === null) return null;
    const message = toMessage(entry as Record<string, unknown>);
    if (!isMessage(message)) return null;
    messages.push(message);
  }
  return messages;
}

function isMessage(value: unknown): value is Message {
  if (typeof value !== "object" || value === null) return false;
  const { role, content } = value as Record<string, unknown>;
  return typeof role === "string" && typeof content === "string";
}

function lastIsAnswer(messages: readonly Message[] | null): ReadBack | null {
  const last = messages?.at(-1);
  if (messages === null || last === undefined || last.role !== "assistant") return null;
  return { prompt: messages.slice(0, -1), answers: [last.content] };
}

function withAnswers(
  row: Readonly<Record<string, unknown>>,
  columns: readonly string[],
): ReadBack | null {
  const prompt = messagesOf(row["prompt"]);
  const answers = columns.flatMap((column) => messagesOf(row[column])?.map((m) => m.content) ?? []);
  return prompt === null || answers.length !== columns.length ? null : { prompt, answers };
}
