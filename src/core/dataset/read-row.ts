/** Rows read back, by which tests see that nothing was lost on the way. */
import { messageSchema, type Message } from "../../records/message.ts";
import { readAlpaca } from "./alpaca-row.ts";
import { parseChatml } from "./chatml.ts";
import type { Format } from "./format-names.ts";
import { sharegptMessage } from "./sharegpt-row.ts";

/** The turns of a written row; answers last: [answer], or [chosen, rejected], or the steps. */
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
    case "alpaca": {
      const read = readAlpaca(row);
      if (read === null) return null;
      const said = [{ role: "assistant", content: read.output }];
      return { prompt: read.prompt, answers: [read.output], said };
    }
    case "sharegpt":
      return lastIsAnswer(messagesOf(row["conversations"], sharegptMessage));
    case "openai":
      return lastIsAnswer(messagesOf(row["messages"]));
    case "prompt-completion":
    case "privileged":
    case "kto":
      return withAnswers(row, ["completion"]);
    case "preference":
      return withAnswers(row, ["chosen", "rejected"]);
    case "stepwise": {
      const { prompt, completions } = row;
      if (typeof prompt !== "string" || !Array.isArray(completions)) return null;
      const answers = (completions as unknown[]).map(String);
      const said = answers.map((content) => ({ role: "assistant", content }));
      return { prompt: [{ role: "user", content: prompt }], answers, said };
    }
    default:
      return format satisfies never;
  }
}

// ---------------------------------------------------------------------------------------------

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
