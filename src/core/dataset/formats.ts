/**
 * The formats of a training row: what is written, and which kinds of examples each can hold. Each trainer
 * that a set is written for reads some of them in a form of its own (`trainer-rows.ts`).
 */
import type { Message } from "../../records/message.ts";
import { alpacaRow } from "./alpaca-row.ts";
import { renderChatml } from "./chatml.ts";
import { answerLabel, type Example } from "./example.ts";
import type { Format, Trainer } from "./format-names.ts";
import type { FormatReason, RenderText, Written } from "./format-reasons.ts";
import { asPlainText, formed, type Formed } from "./history.ts";
import { rowMessage, templateMessage, type RowMessage } from "./row-message.ts";
import { entriesAlternate, sharegptEntries, sharegptTools } from "./sharegpt-row.ts";
import { trainerRow } from "./trainer-rows.ts";

export type WriteOptions = {
  /** For `chatml`: the model's own template. @default ChatML */
  readonly render?: RenderText | undefined;
  /** Whose forms; null: the plain ones. @default null */
  readonly trainer?: Trainer | null;
};

/**
 * True when the format has a place for this kind: only `kto` takes a negative, and no answer of which
 * nobody knows whether it is good.
 */
export function takes(format: Format, kind: Example["kind"], label?: boolean | null): boolean {
  if (format === "preference" || format === "stepwise") return kind === format;
  if (format === "kto" && label === null) return false;
  return kind === "sft" || (format === "kto" && kind === "negative");
}

/** One row of a format. Lone surrogates become U+FFFD: no UTF-8 file can hold them. */
export function writeRow(example: Example, format: Format, options: WriteOptions = {}): Written {
  const bad = example.prompt.find((message) => !ROLES.has(message.role));
  if (bad !== undefined) return drop("unknown_role");
  // A trainer or a template is named: its templates may take no other ids.
  const whole = formed(example, options.trainer != null || options.render !== undefined);
  const own = trainerRow({ example, format, whole, trainer: options.trainer ?? null });
  if (own !== null) return own;
  const { metadata } = example;
  switch (format) {
    case "chatml":
      return chatmlRow(whole, options.render, metadata);
    case "alpaca": {
      const { prompt, said } = asPlainText(whole);
      const row = alpacaRow(prompt, said[0] ?? NOBODY);
      return row === null ? drop("not_alternating") : kept({ ...row, metadata });
    }
    case "sharegpt": {
      const conversations = sharegptEntries([...whole.prompt, whole.said[0] ?? NOBODY]);
      // LLaMA-Factory would drop the row without a word; other readers take it.
      const isTaken = options.trainer !== "llamafactory" || entriesAlternate(conversations);
      if (!isTaken) return drop("not_alternating");
      const tools = whole.tools.length === 0 ? {} : { tools: sharegptTools(whole.tools) };
      return kept({ conversations, ...tools, metadata });
    }
    case "openai": {
      // Fine-tuning APIs refuse columns that they do not know: metadata stays out.
      const tools = whole.tools.length === 0 ? {} : { tools: whole.tools };
      return kept({ messages: weighted(whole, example), ...tools });
    }
    case "prompt-completion":
      return kept({
        ...asked(whole),
        completion: answerAt(whole, 0),
        ...toolsText(whole),
        metadata,
      });
    case "preference":
      return kept({
        ...asked(whole),
        chosen: answerAt(whole, 0),
        rejected: answerAt(whole, 1),
        ...toolsText(whole),
        metadata,
      });
    case "kto":
      return kept({
        ...asked(whole),
        completion: answerAt(whole, 0),
        label: answerLabel(example),
        ...toolsText(whole),
        metadata,
      });
    case "privileged":
      return privilegedRow(example, whole);
    case "stepwise":
      return stepwiseRow(example, whole);
    default:
      return format satisfies never;
  }
}

// ---------------------------------------------------------------------------------------------

const ROLES = new Set(["system", "developer", "user", "assistant", "tool"]);

const NOBODY: Message = { role: "assistant", content: "" };

const kept = (row: Readonly<Record<string, unknown>>): Written => ({ ok: true, row });
const drop = (reason: FormatReason): Written => ({ ok: false, reason });

const asked = ({ prompt }: Formed) => ({ prompt: prompt.map(rowMessage) });
const answerAt = ({ said }: Formed, at: number) => [rowMessage(said[at] ?? NOBODY)];

/** Trainers read the tools of a row from a column of that name; text has one type whatever they take. */
const toolsText = ({ tools }: Formed) =>
  tools.length === 0 ? {} : { tools: JSON.stringify(tools).toWellFormed() };

/** A model's own template gets the calls, plain ChatML their text. */
function chatmlRow(
  whole: Formed,
  render: RenderText | undefined,
  metadata: Example["metadata"],
): Written {
  const { prompt, said, tools } = render === undefined ? asPlainText(whole) : whole;
  const answer = said[0] ?? NOBODY;
  const text = (render ?? renderChatml)([...prompt, answer].map(templateMessage), tools);
  return typeof text === "string"
    ? kept({ text: endedText(text, answer.content), metadata })
    : drop(text.reason);
}

/**
 * The text ends where the template ends: a line feed behind the end token would make trainers add a second
 * one. Where nothing stands behind the answer its own white space stays.
 */
function endedText(text: string, answer: string): string {
  const trimmed = text.trimEnd();
  return answer.trim() !== "" && trimmed.endsWith(answer.trim()) ? text : trimmed;
}

/** 0 on every assistant message that was not judged; axolotl and fine-tuning APIs obey it. */
function weighted({ prompt, said }: Formed, example: Example): readonly RowMessage[] {
  const isWeighted = example.isWeighted === true;
  const answer = said[0] ?? NOBODY;
  return [
    ...prompt.map((message) =>
      message.role === "assistant"
        ? { ...rowMessage(message), weight: isWeighted ? (message.weight ?? 0) : 0 }
        : rowMessage(message),
    ),
    { ...rowMessage(answer), weight: isWeighted ? (answer.weight ?? 0) : 1 },
  ];
}

/** The prompt of a teacher ends in a user's turn: self-distillation refuses results at the end. */
function privilegedRow(example: Example, whole: Formed): Written {
  const { privileged = "", metadata } = example;
  if (privileged.trim() === "") return drop("nothing_privileged");
  const { prompt, said } = asPlainText(whole);
  return kept({
    prompt: prompt.map(rowMessage),
    completion: said.map(rowMessage),
    privileged_context: privileged.toWellFormed(),
    metadata,
  });
}

/** Process-reward trainers read texts alone. */
function stepwiseRow(example: Example, whole: Formed): Written {
  if (example.kind !== "stepwise") throw new Error("a row of steps was made of no steps");
  const { prompt } = asPlainText(whole);
  return kept({
    prompt: prompt.map(({ content }) => content.toWellFormed()).join("\n\n"),
    completions: example.steps.map(({ text }) => text.toWellFormed()),
    labels: example.steps.map(({ label }) => label),
    rewards: example.steps.map(({ reward }) => reward),
    metadata: example.metadata,
  });
}
