/** Tokens of a row where no tokenizer is given: four characters each. */
import { messageChars } from "../turn/calls.ts";
import { saidBy, type Example } from "./example.ts";

export type RowTokens = {
  /** Of prompt, answers and tools, contents alone. */
  readonly total: number;
  /** Of the longest sequence that a trainer makes of it: prompt, one answer, tools and markup. */
  readonly length: number;
};

export type CountTokens = (example: Example) => RowTokens;

/** Markup of a message in ChatML, where its tokens are one each. */
const MARKUP = 5;

/** Characters of prompt and answers at four a token, rounded up. */
export const estimateTokens: CountTokens = (example) => {
  let prompt = 0;
  for (const message of example.prompt) prompt += messageChars(message);
  if (example.tools !== undefined) prompt += JSON.stringify(example.tools).length;
  let all = 0;
  let longest = 0;
  for (const message of saidBy(example)) {
    const chars = messageChars(message);
    all += chars;
    if (chars > longest) longest = chars;
  }
  return {
    total: Math.ceil((prompt + all) / 4),
    length: Math.ceil((prompt + longest) / 4) + MARKUP * (example.prompt.length + 1),
  };
};
