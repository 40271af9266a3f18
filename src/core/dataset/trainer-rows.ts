/** Forms of one trainer alone, where it does not read the plain ones whole. What each does was seen: docs/datasets.md. */
import type { Message } from "../../records/message.ts";
import { answerLabel, type Example } from "./example.ts";
import type { Format, Trainer } from "./format-names.ts";
import type { Written } from "./format-reasons.ts";
import { asOneQuestion, asPlainText, type Formed } from "./history.ts";
import { rowMessage } from "./row-message.ts";
import { entriesAlternate, sharegptEntries, sharegptTools } from "./sharegpt-row.ts";

export type TrainerRow = {
  readonly example: Example;
  readonly format: Format;
  readonly whole: Formed;
  readonly trainer: Trainer | null;
};

/** The trainer's own form of a row; null: it reads the plain one. */
export function trainerRow(row: TrainerRow): Written | null {
  switch (row.trainer) {
    case "llamafactory":
      return llamafactoryRow(row);
    case "axolotl":
      return row.format === "preference" ? axolotlPair(row) : null;
    case "verl":
    case "prime-rl":
      return row.format === "prompt-completion" ? onlyAnswerRow(row) : null;
    case "verifiers":
      return row.format === "prompt-completion" ? verifiersRow(row) : null;
    case "trl":
    case null:
      return null;
    default:
      return row.trainer satisfies never;
  }
}

// ---------------------------------------------------------------------------------------------

const NOBODY: Message = { role: "assistant", content: "" };

/** Pairs: one entry each; kto: the answer stands inside the conversation. */
function llamafactoryRow({ example, format, whole }: TrainerRow): Written | null {
  if (format !== "preference" && format !== "kto") return null;
  const { prompt, said } = whole;
  const [first = NOBODY, second = NOBODY] = said;
  const conversations = sharegptEntries(prompt);
  const [chosen] = sharegptEntries([first]);
  const [rejected] = sharegptEntries([second]);
  if (
    chosen === undefined ||
    rejected === undefined ||
    !entriesAlternate([...conversations, chosen])
  )
    return { ok: false, reason: "not_alternating" };
  const tools = whole.tools.length === 0 ? {} : { tools: sharegptTools(whole.tools) };
  const { metadata } = example;
  const row =
    format === "preference"
      ? { conversations, chosen, rejected, ...tools, metadata }
      : {
          conversations: [...conversations, chosen],
          label: answerLabel(example),
          ...tools,
          metadata,
        };
  return { ok: true, row };
}

/** One message each, not a list of one; calls as text, since its reader of pairs takes role and content alone. */
function axolotlPair({ example, whole }: TrainerRow): Written {
  const { prompt, said } = asPlainText(whole);
  const [chosen = NOBODY, rejected = NOBODY] = said;
  const row = {
    prompt: prompt.map(rowMessage),
    chosen: rowMessage(chosen),
    rejected: rowMessage(rejected),
    metadata: example.metadata,
  };
  return { ok: true, row };
}

/** These learn every assistant message: the history is one question, and the answer the only one. */
function onlyAnswerRow({ example, whole, trainer }: TrainerRow): Written {
  const { prompt, said } = asOneQuestion(whole);
  const question = prompt.map(rowMessage);
  const answer = said.slice(0, 1).map(rowMessage);
  const { metadata } = example;
  const row =
    trainer === "verl"
      ? { messages: [...question, ...answer], metadata }
      : { prompt: question, completion: answer, metadata };
  return { ok: true, row };
}

/** A data set of an environment: what is asked, the answer as text, and what a rubric may look at. */
function verifiersRow({ example, whole }: TrainerRow): Written {
  const { prompt, said } = asOneQuestion(whole);
  const row = {
    prompt: prompt.map(rowMessage),
    answer: (said[0]?.content ?? "").toWellFormed(),
    task: "kingmaker",
    info: JSON.stringify(example.metadata).toWellFormed(),
    metadata: example.metadata,
  };
  return { ok: true, row };
}
