/**
 * Words and signs of code and prose, the same for a file, a shell command and a string inside one:
 * spaces and backslashes do not count.
 */

export type Token = {
  readonly text: string;
  /** [start, end) in UTF-16 units. */
  readonly start: number;
  readonly end: number;
};

/** 'x' and "x" are one text in two habits. */
const QUOTE = '"';

/** Letters of any script, digits and underscores stand together; any other sign stands alone. */
const TOKEN =
  /[\p{L}_$][\p{L}\p{M}\p{N}_$]*|\p{N}[\p{L}\p{N}_]*(?:\.\p{N}[\p{L}\p{N}_]*)*|[^\s\\\p{L}\p{N}_$]/gu;

/** The same for plain ASCII, where it is several times as fast. */
const ASCII_TOKEN = /[A-Za-z_$][\w$]*|\d\w*(?:\.\d\w*)*|[^\s\\\w$]/g;
const NOT_ASCII = /[\u0080-\uFFFF]/;
const tokenIn = (text: string): RegExp => (NOT_ASCII.test(text) ? TOKEN : ASCII_TOKEN);

export function* tokenize(text: string): Generator<Token> {
  for (const match of text.matchAll(tokenIn(text))) {
    const text = match[0] === "'" ? QUOTE : match[0];
    yield { text, start: match.index, end: match.index + match[0].length };
  }
}

/** The tokens' texts; an escaped newline or tab ("\\n" in a string) is a space, not an n. */
export function tokensOf(text: string): string[] {
  const tokens: string[] = unescaped(text).match(tokenIn(text)) ?? [];
  return text.includes("'") ? tokens.map((token) => (token === "'" ? QUOTE : token)) : tokens;
}

/** Written-out newlines and tabs become spaces of the same length, so that offsets stay. */
export function unescaped(text: string): string {
  return text.includes("\\") ? text.replace(/\\[nrt]/g, "  ") : text;
}

/** True for a token that is a word or a number rather than a sign. */
export function isWord(token: string): boolean {
  return /^[\p{L}\p{N}_$]/u.test(token);
}

/** Parts of a name: "TestFooBar_v2" -> test, foo, bar, v, 2. Lower case. */
export function partsOf(name: string): readonly string[] {
  const known = memory.get(name);
  if (known !== undefined) return known;
  const found = name.match(NOT_ASCII.test(name) ? PART : ASCII_PART) ?? [];
  const parts = found.map((part) => part.toLowerCase());
  if (name.length > MAX_LETTERS) return parts;
  // The same names come again and again; the map is emptied when it is full.
  if (memory.size >= MAX_REMEMBERED) memory.clear();
  memory.set(name, parts);
  return parts;
}

// ---------------------------------------------------------------------------------------------

const PART = /\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+|\p{Lu}+|\p{N}+|[\p{Lo}\p{Lm}\p{M}]+/gu;
const ASCII_PART = /[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+/g;

const memory = new Map<string, readonly string[]>();
const MAX_REMEMBERED = 50_000;
/** A longer text is no name, and is not kept. */
const MAX_LETTERS = 100;
