/**
 * Other readings of a text that hides words from a search and not from a model: escapes, encodings, marks
 * and blanks inside words. Each is linear; most texts have none.
 */
import { decodeBase64 } from "./base64.ts";
import { base64Runs, mayHoldHex } from "./encoded-runs.ts";

/** One way to read the text, and where in the original it begins and ends. */
export type Reading = {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** True for an encoding; false where words are merely taken apart. */
  readonly isEncoded: boolean;
};

/** All other readings; encodings inside encodings are opened twice. */
export function otherReadings(original: string): Reading[] {
  return [
    ...wholeReadings(original),
    ...encodedReadings(original).flatMap((one) => [
      one,
      ...encodedReadings(one.text).map((inner) => ({ ...one, text: inner.text })),
      ...wholeReadings(one.text).map((inner) => ({ ...one, text: inner.text })),
    ]),
  ];
}

// ---------------------------------------------------------------------------------------------

/** The whole text with its escapes read, and with what stands inside words taken out. */
function wholeReadings(original: string): Reading[] {
  const whole = (text: string, isEncoded: boolean): Reading[] =>
    text === original ? [] : [{ text, start: 0, end: original.length, isEncoded }];
  const unescaped = withoutEscapes(original);
  return [
    ...whole(unescaped, true),
    ...whole(withoutMarks(original), false),
    ...spacedReadings(original),
  ];
}

const ENTITY = /&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(lt|gt|amp|quot|apos|nbsp));/gi;
const NAMED: Readonly<Record<string, string>> = {
  lt: "<",
  gt: ">",
  amp: "&",
  quot: '"',
  apos: "'",
  nbsp: " ",
};
const BACKSLASH = /\\(?:u\{([0-9a-f]{1,6})\}|u([0-9a-f]{4})|x([0-9a-f]{2})|([0-7]{3}))/gi;

/** Percent signs, HTML entities, \u, \x and octal escapes. A few are code; a text of them is read. */
function withoutEscapes(text: string): string {
  let read = text;
  if (read.includes("%") && /%[0-9a-f]{2}/i.test(read)) {
    read = read.replace(/(?:%[0-9a-f]{2})+/gi, (run) => utf8Of(run.slice(1).split("%")) ?? run);
  }
  if (read.includes("&")) {
    read = read.replace(ENTITY, (whole, hex?: string, decimal?: string, name?: string) =>
      name === undefined
        ? charOf(Number.parseInt(hex ?? decimal ?? "", hex === undefined ? 10 : 16), whole)
        : (NAMED[name.toLowerCase()] ?? whole),
    );
  }
  if (read.includes("\\")) {
    read = read.replace(BACKSLASH, (whole, a?: string, b?: string, c?: string, octal?: string) =>
      charOf(Number.parseInt(a ?? b ?? c ?? octal ?? "", octal === undefined ? 16 : 8), whole),
    );
  }
  return read;
}

const charOf = (code: number, whole: string): string =>
  code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;

/** Tags, emphasis, hyphens, dots and underscores between letters: "ig<b>no</b>re", "ju-dge", "s_c_o_r_e". */
function withoutMarks(text: string): string {
  const bare = text.includes("<") ? text.replace(TAG_IN_WORD, "") : text;
  return bare.replace(MARK_BEFORE_LETTER, (mark, at: number) =>
    isLetter(bare.charCodeAt(at - 1)) ? "" : mark,
  );
}

const TAG_IN_WORD = /(?<=[a-z])<\/?[a-z][^<>\n]{0,60}>|<\/?[a-z][^<>\n]{0,60}>(?=[a-z])/gi;
/** What stands before it is looked at when a mark is found: looking first would be done at every character. */
const MARK_BEFORE_LETTER =
  /(?:\*{1,3}|_{1,3}|`{1,3}|~{2}|-|\u00AD|\u2010|\u2011|\u00B7|\\)(?=[a-z])/gi;

const isLetter = (code: number): boolean =>
  (code >= 65 && code <= 90) || (code >= 97 && code <= 122);

/**
 * "i g n o r e   a l l", also one short word of a sentence: letters, and the signs that JSON and orders are
 * written with, with one sign between them, words with more.
 */
const ATOM = "[a-z0-9{}\\[\\]()<>\"':;,!?=]";
const GAP = "[ .\\-_\u00B7*|/]{1,4}";
const SPACED = new RegExp(`(?<![a-z0-9])${ATOM}(?:${GAP}${ATOM}(?![a-z0-9])){2,}`, "gi");
const GAPS = /[ .\-_\u00B7*|/]+/g;

/** The text with all that is spaced out joined; its span reaches from the first such run to the last. */
function spacedReadings(text: string): Reading[] {
  let [start, end] = [-1, 0];
  const joined = text.replace(SPACED, (run: string, at: number) => {
    if (!/[a-z][^a-z]+[a-z][^a-z]+[a-z]/i.test(run)) return run;
    if (start < 0) start = at;
    end = at + run.length;
    const isWide = /[ .\-_\u00B7*|/]{2,}/.test(run);
    return run.replace(GAPS, (gap) => (isWide && gap.length > 1 ? " " : ""));
  });
  return start < 0 ? [] : [{ text: joined, start, end, isEncoded: false }];
}

/** Hexadecimal, with or without blanks, colons and 0x; some 12 characters and more. */
const HEX = /(?<![0-9a-f])(?:(?:0x|\\x)?[0-9a-f]{2}[ ,:]?){12,}(?![0-9a-f])/gi;

function encodedReadings(text: string): Reading[] {
  const found: Reading[] = [];
  for (const match of mayHoldHex(text) ? text.matchAll(HEX) : []) {
    const pairs = match[0].replace(/0x|\\x|[ ,:]/gi, "").match(/../g) ?? [];
    const read = utf8Of(pairs);
    if (read !== null) found.push(encodedIn(match.index, match.index + match[0].length, read));
  }
  for (const [start, end] of base64Runs(text)) {
    const read = decodeBase64(text.slice(start, end).replace(/\s+/g, ""));
    if (read !== null) found.push(encodedIn(start, end, read));
  }
  return found;
}

const encodedIn = (start: number, end: number, text: string): Reading => ({
  text,
  start,
  end,
  isEncoded: true,
});

/** Bytes in hexadecimal as text; null when they are no printable UTF-8. */
function utf8Of(pairs: readonly string[]): string | null {
  let escaped = "";
  for (const pair of pairs) escaped += `%${pair}`;
  try {
    const text = decodeURIComponent(escaped);
    return /[\0-\x08\x0E-\x1F\x7F]/.test(text) ? null : text;
  } catch {
    return null; // No UTF-8.
  }
}
