/** What code says in words: comments, and strings that are messages. */
import { isWord, tokensOf } from "./tokens.ts";

/** A comment to its line's end, or a string with a space in it. */
const TEXT = /(?:#|\/\/)[ ]?([^\n\\]{8,200})|(["'`])((?:(?!\2)[^\n]){0,200})\2/g;
/** A space amid it, which sets a message apart from a key. */
const SPACED = /^.{3,}[ ].{3,}$/;
/** Words that make a text of it. */
const MIN_WORDS = 3;

export function textsIn(code: string): string[] {
  return [...code.matchAll(TEXT)]
    .map(
      ([, comment, _quote, string = ""]) =>
        comment ?? (SPACED.test(string) ? string.replace(/\{[^{}]*\}/g, " ") : ""),
    )
    .filter((text) => tokensOf(text).filter(isWord).length >= MIN_WORDS);
}
