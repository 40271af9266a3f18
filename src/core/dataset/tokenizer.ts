/** Tokens of a row, exactly, by a model's own tokenizer.json. */
import { Tokenizer } from "@huggingface/tokenizers";
import { UserError, errorMessage } from "../../errors.ts";
import { searchableText } from "../turn/calls.ts";
import type { Message } from "../../records/message.ts";
import { saidBy, type Example } from "./example.ts";
import type { RenderText } from "./format-reasons.ts";
import { writeRow } from "./formats.ts";
import type { CountTokens } from "./tokens.ts";

/**
 * Counts the tokens of a text with a tokenizer.json, without special tokens.
 * @param name the file, for errors. @throws UserError when it is no tokenizer that is known.
 */
export function textTokens(tokenizerJson: unknown, name: string): (text: string) => number {
  const tokenizer = makeTokenizer(tokenizerJson, name);
  return (text) => tokenizer.encode(text.toWellFormed(), { add_special_tokens: false }).ids.length;
}

/**
 * The same for a row: contents alone, and as one sequence with markup: as the template renders it, else as
 * ChatML has it.
 * @param render of the model's chat template; null: none is given.
 */
export function exactTokens(
  tokenizerJson: unknown,
  name: string,
  render: RenderText | null = null,
): CountTokens {
  const count = textTokens(tokenizerJson, name);
  const markup = count("<|im_start|>assistant\n<|im_end|>\n");
  return (example) => {
    const of = (message: Message): number => count(searchableText(message));
    const tools = example.tools === undefined ? 0 : count(JSON.stringify(example.tools));
    const prompt = example.prompt.reduce((sum, message) => sum + of(message), tools);
    const said = saidBy(example);
    const answers = said.map(of);
    const longest = said[answers.indexOf(Math.max(...answers))];
    const plain = prompt + Math.max(...answers) + markup * (example.prompt.length + 1);
    const text =
      render === null || longest === undefined ? null : renderedRow(example, longest, render);
    return {
      total: prompt + answers.reduce((sum, n) => sum + n, 0),
      length: text === null ? plain : count(text),
    };
  };
}

/**
 * What is odd about a tokenizer and a template together: marks that the template writes (`<|im_start|>`) are
 * one token each for the tokenizer that it was made for. null: nothing.
 */
export function tokenizerNote(tokenizerJson: unknown, name: string, render: RenderText) {
  const count = textTokens(tokenizerJson, name);
  const text = render([
    { role: "user", content: "a" },
    { role: "assistant", content: "b" },
  ]);
  const marks = typeof text === "string" ? new Set(text.match(/<\|[\w.:-]{1,40}\|>/g)) : [];
  const strange = [...marks].filter((mark) => count(mark) > 1);
  return strange.length === 0
    ? null
    : `WARNING: ${name} does not fit the template: ${strange.join(", ")} are several tokens each there, so lengths are another model's`;
}

// ---------------------------------------------------------------------------------------------

/** null: the template refuses it. */
function renderedRow(example: Example, answer: Message, render: RenderText): string | null {
  const { prompt, group, metadata, tools } = example;
  const written = writeRow(
    {
      kind: "sft",
      prompt,
      group,
      metadata,
      answer: answer.content,
      said: { answer },
      ...(tools === undefined ? {} : { tools }),
    },
    "chatml",
    { render },
  );
  const text = written.ok ? written.row["text"] : null;
  return typeof text === "string" ? text : null;
}

function makeTokenizer(json: unknown, name: string): Tokenizer {
  const hint = "name a tokenizer.json as the model's repository has it, with --tokenizer FILE";
  if (typeof json !== "object" || json === null || !("model" in json)) {
    throw new UserError(`${name} is not a tokenizer.json: it has no "model"`, hint);
  }
  try {
    return new Tokenizer(json, {});
  } catch (error) {
    throw new UserError(`${name} is not a tokenizer.json: ${errorMessage(error)}`, hint, {
      cause: error,
    });
  }
}
