/** Tokens of a row where no tokenizer is given: four characters each. */
import { answersOf, type Example } from "./example.ts";

export type CountTokens = (example: Example) => number;

/** Characters of prompt and answers at four a token, rounded up. */
export const estimateTokens: CountTokens = (example) => {
  let chars = 0;
  for (const message of example.prompt) chars += message.content.length;
  for (const answer of answersOf(example)) chars += answer.length;
  return Math.ceil(chars / 4);
};
