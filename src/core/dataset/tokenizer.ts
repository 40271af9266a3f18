/** Tokens of a row, exactly, by a model's own tokenizer.json. */
import { Tokenizer } from "@huggingface/tokenizers";
import { UserError, errorMessage } from "../../errors.ts";
import { searchableText } from "../turn/calls.ts";
import { saidBy } from "./example.ts";
import type { CountTokens } from "./tokens.ts";

/**
 * Counts the tokens of a text with a tokenizer.json, without special tokens.
 * @param name the file, for errors. @throws UserError when it is no tokenizer that is known.
 */
export function textTokens(tokenizerJson: unknown, name: string): (text: string) => number {
  const tokenizer = makeTokenizer(tokenizerJson, name);
  return (text) => tokenizer.encode(text.toWellFormed(), { add_special_tokens: false }).ids.length;
}

/** The same for a row: contents alone, without markup. */
export function exactTokens(tokenizerJson: unknown, name: string): CountTokens {
  const count = textTokens(tokenizerJson, name);
  return (example) =>
    [...example.prompt, ...saidBy(example)]
      .map(searchableText)
      .reduce(
        (sum, text) => sum + count(text),
        example.tools === undefined ? 0 : count(JSON.stringify(example.tools)),
      );
}

// ---------------------------------------------------------------------------------------------

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
