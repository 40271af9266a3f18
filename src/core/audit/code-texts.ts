/** What code says in words: comments, and strings that are messages. */
import { isWord, tokensOf } from "./tokens.ts";

/** A comment to its line's end, or a string with a space in it. */
const TEXT = /(?:#|\/\/)[ ]?([^\n\\]{8,200})|["'`]([^"'`\n]{3,80}[ ][^"'`\n]{3,120})["'`]/g;
/** Words that make a text of it. */
const MIN_WORDS = 3;

export function textsIn(code: string): string[] {
  return [...code.matchAll(TEXT)]
    .map(([, comment, message]) => comment ?? message ?? "")
    .filter((text) => tokensOf(text).filter(isWord).length >= MIN_WORDS);
}
