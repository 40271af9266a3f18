/** Tokens of a row where no tokenizer is given: four characters each. */
import { messageChars } from "../turn/calls.ts";
import { saidBy, type Example } from "./example.ts";

export type CountTokens = (example: Example) => number;

/** Characters of prompt and answers at four a token, rounded up. */
export const estimateTokens: CountTokens = (example) => {
  let chars = 0;
  for (const message of example.prompt) chars += messageChars(message);
  for (const message of saidBy(example)) chars += messageChars(message);
  if (example.tools !== undefined) chars += JSON.stringify(example.tools).length;
  return Math.ceil(chars / 4);
};
