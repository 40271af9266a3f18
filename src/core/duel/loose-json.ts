/**
 * Finds the JSON values that a chatty model put into its prose. Judges wrap verdicts in fences,
 * traces and comments, so the text is scanned for values that are whole, and the rest is ignored.
 * Linear: every value is at most MAX_DEPTH deep, and all tries together share one allowance.
 */

/** An object keeps its entries in order, so that a key given twice can be seen. */
export type LooseValue =
  | { readonly kind: "text"; readonly text: string }
  /** Numbers, true, false, null and other bare words, as they were written. */
  | { readonly kind: "word"; readonly text: string }
  | { readonly kind: "list"; readonly items: readonly LooseValue[] }
  | { readonly kind: "object"; readonly entries: readonly (readonly [string, LooseValue])[] };

export type FoundValue = {
  readonly value: LooseValue;
  /** [start, end) in UTF-16 units. */
  readonly start: number;
  readonly end: number;
};

const MAX_DEPTH = 5;
/** Characters that may be looked at per character of text. */
const ALLOWANCE = 20;
/** Longest string with unescaped quotes in it. */
const MAX_LENIENT = 2000;

/**
 * The whole objects and lists of a text that `isWanted` takes, in order; what it does not take is
 * searched inside. Accepted beyond JSON: single and typographic quotes, full-width signs, raw line
 * breaks in strings, trailing commas, commas left out at a line's end, bare words, comments;
 * `lenient`: where that gives no whole value, also unescaped quotes in strings and bare values of
 * several words. Not accepted: a value that is not closed.
 */
export function findJson(
  text: string,
  isWanted: (value: LooseValue) => boolean,
  lenient = false,
): FoundValue[] {
  const reader = readerOf(text);
  const found: FoundValue[] = [];
  for (let start = nextOpening(text, 0); start >= 0 && reader.fuel > 0;) {
    const value = readAt(reader, start, false) ?? (lenient ? readAt(reader, start, true) : null);
    const isTaken = value !== null && isWanted(value);
    if (isTaken) found.push({ value, start, end: reader.at });
    start = nextOpening(text, isTaken ? reader.at : start + 1);
  }
  return found;
}

// ---------------------------------------------------------------------------------------------

type Reader = { readonly text: string; at: number; fuel: number; lenient: boolean };

const readerOf = (text: string): Reader => ({
  text,
  at: 0,
  fuel: text.length * ALLOWANCE + 1000,
  lenient: false,
});

function readAt(reader: Reader, start: number, lenient: boolean): LooseValue | null {
  reader.at = start;
  reader.lenient = lenient;
  return readValue(reader, 0);
}

/** Signs that East Asian keyboards give for those of JSON. */
const WIDE: Readonly<Record<string, string>> = {
  "\uFF1A": ":",
  "\uFF0C": ",",
  "\u3001": ",",
  "\uFF1B": ";",
  "\uFF5B": "{",
  "\uFF5D": "}",
  "\uFF3B": "[",
  "\uFF3D": "]",
};

const toAscii = (char: string): string => WIDE[char] ?? char;

function nextOpening(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 123 || code === 91 || code === 0xff5b || code === 0xff3b) return at;
  }
  return -1;
}

/** null: not a whole value. */
function readValue(reader: Reader, depth: number): LooseValue | null {
  const char = toAscii(reader.text[reader.at] ?? "");
  const closers = QUOTES[char];
  if (closers !== undefined) {
    const text = readString(reader, closers);
    return text === null ? null : { kind: "text", text };
  }
  if (char === "{") return depth < MAX_DEPTH ? readObject(reader, depth) : null;
  if (char === "[") return depth < MAX_DEPTH ? readList(reader, depth) : null;
  return readWord(reader, reader.lenient && depth > 0);
}

/** What ends a string that begins with a quote. */
const QUOTES: Readonly<Record<string, string>> = {
  '"': '"',
  "'": "'",
  "\u201C": "\u201D\u201C",
  "\u201D": "\u201D\u201C",
  "\u2018": "\u2019\u2018",
  "\u2019": "\u2019\u2018",
  "\uFF02": "\uFF02",
};

function readObject(reader: Reader, depth: number): LooseValue | null {
  const entries: (readonly [string, LooseValue])[] = [];
  reader.at++;
  for (;;) {
    skipSpace(reader);
    if (take(reader, "}")) return { kind: "object", entries };
    const key = readKey(reader);
    if (key === null) return null;
    skipSpace(reader);
    if (!take(reader, ":") && !take(reader, "=")) return null;
    take(reader, ">");
    skipSpace(reader);
    const value = readValue(reader, depth + 1);
    if (value === null) return null;
    entries.push([key, value]);
    const from = reader.at;
    skipSpace(reader);
    if (take(reader, ",") || take(reader, ";")) continue;
    // A comma may be left out where a line ends.
    if (toAscii(reader.text[reader.at] ?? "") === "}") continue;
    if (!reader.text.slice(from, reader.at).includes("\n")) return null;
  }
}

function readList(reader: Reader, depth: number): LooseValue | null {
  const items: LooseValue[] = [];
  reader.at++;
  for (;;) {
    skipSpace(reader);
    if (take(reader, "]")) return { kind: "list", items };
    const value = readValue(reader, depth + 1);
    if (value === null) return null;
    items.push(value);
    skipSpace(reader);
    if (take(reader, ",")) continue;
    if (toAscii(reader.text[reader.at] ?? "") !== "]") return null;
  }
}

const MAX_KEY = 60;

/** A key ends at its first quote: a longer one is prose that happens to follow a brace. */
function readKey(reader: Reader): string | null {
  const closers = QUOTES[reader.text[reader.at] ?? ""];
  if (closers === undefined) return readWord(reader, false)?.text ?? null;
  const start = reader.at + 1;
  const piece = reader.text.slice(start, start + MAX_KEY);
  const ends = closers
    .split("")
    .map((closer) => piece.indexOf(closer))
    .filter((at) => at >= 0);
  const end = ends.length === 0 ? -1 : Math.min(...ends);
  reader.fuel -= end < 0 ? MAX_KEY : end + 2;
  if (end < 0) return null;
  reader.at = start + end + 1;
  return reader.text.slice(start, start + end);
}

/**
 * The text of a string value. Judges forget to escape quotes: a lenient reader ends the string only
 * where a value can end, before a comma or a closing bracket.
 */
function readString(reader: Reader, closers: string): string | null {
  const { text, lenient } = reader;
  const start = reader.at + 1;
  const last = lenient ? Math.min(text.length, start + MAX_LENIENT) : text.length;
  let escaped = false;
  for (let at = start; at < last; at++) {
    if (reader.fuel-- <= 0) return null;
    const char = text[at];
    if (char === "\\") {
      escaped = true;
      at++;
    } else if (char !== undefined && closers.includes(char)) {
      reader.at = at + 1;
      if (lenient) skipSpace(reader);
      if (lenient && !CLOSERS.has(toAscii(text[reader.at] ?? ""))) continue;
      const raw = text.slice(start, at);
      return escaped ? unescape(raw) : raw;
    }
  }
  return null;
}

const CLOSERS: ReadonlySet<string> = new Set([",", "}", "]"]);

function unescape(raw: string): string {
  return raw.replace(/\\(u[0-9a-fA-F]{4}|[^])/g, (_all, code: string) =>
    code.length === 5
      ? String.fromCharCode(Number.parseInt(code.slice(1), 16))
      : (ESCAPES[code] ?? code),
  );
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f" };

const MAX_WORD = 40;
const MAX_RUN = 120;
const BARE_RUN = /^[\w*+.-](?:(?!\/\/|\/\*| #)[^,;{}[\]\n\uFF0C"])*/;

/**
 * A bare word or number: letters, digits and "+-._", at most MAX_WORD of them; with `several` also a
 * bare value of several words, up to what ends a value: `1 (MODEL 1)`, `MODEL 1 is better`.
 */
function readWord(
  reader: Reader,
  several: boolean,
): { readonly kind: "word"; readonly text: string } | null {
  const start = reader.at;
  if (several) {
    const run = BARE_RUN.exec(reader.text.slice(start, start + MAX_RUN))?.[0].trimEnd() ?? "";
    reader.fuel -= run.length + 1;
    if (run === "" || run.length >= MAX_RUN || reader.fuel <= 0) return null;
    reader.at = start + run.length;
    return { kind: "word", text: run };
  }
  let at = start;
  while (
    at < reader.text.length &&
    at - start <= MAX_WORD &&
    isWordCode(reader.text.charCodeAt(at))
  ) {
    at++;
  }
  reader.fuel -= at - start + 1;
  if (at === start || at - start > MAX_WORD || reader.fuel <= 0) return null;
  reader.at = at;
  return { kind: "word", text: reader.text.slice(start, at) };
}

function isWordCode(code: number): boolean {
  return (
    (code >= 48 && code <= 57) ||
    (code >= 65 && code <= 90) ||
    (code >= 97 && code <= 122) ||
    code === 95 ||
    code === 43 ||
    code === 45 ||
    code === 46
  );
}

/** Blanks of all kinds and comments. */
function skipSpace(reader: Reader): void {
  const { text } = reader;
  while (reader.at < text.length) {
    const code = text.charCodeAt(reader.at);
    if (isBlank(code)) reader.at++;
    else if (code === 35 || (code === 47 && text[reader.at + 1] === "/")) skipTo(reader, "\n", 0);
    else if (code === 47 && text[reader.at + 1] === "*") skipTo(reader, "*/", 2);
    else return;
    reader.fuel--;
  }
}

function skipTo(reader: Reader, ending: string, length: number): void {
  const found = reader.text.indexOf(ending, reader.at);
  const next = found < 0 ? reader.text.length : found + length;
  reader.fuel -= next - reader.at;
  reader.at = next;
}

const isBlank = (code: number): boolean =>
  code === 32 ||
  (code >= 9 && code <= 13) ||
  code === 0xa0 ||
  (code >= 0x2000 && code <= 0x200f) ||
  code === 0x202f ||
  code === 0x2060 ||
  code === 0x3000 ||
  code === 0xfeff;

function take(reader: Reader, char: string): boolean {
  reader.fuel--;
  if (toAscii(reader.text[reader.at] ?? "") !== char) return false;
  reader.at++;
  return true;
}
