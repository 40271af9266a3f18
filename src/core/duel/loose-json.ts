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
 * searched inside. Accepted beyond JSON: single quotes, raw line breaks in strings, trailing commas,
 * bare words; `lenient`: also unescaped quotes in strings. Not accepted: comments, a value that is
 * not closed.
 */
export function findJson(
  text: string,
  isWanted: (value: LooseValue) => boolean,
  lenient = false,
): FoundValue[] {
  const reader: Reader = { text, at: 0, fuel: text.length * ALLOWANCE + 1000, lenient };
  const found: FoundValue[] = [];
  for (let start = nextOpening(text, 0); start >= 0 && reader.fuel > 0;) {
    reader.at = start;
    const value = readValue(reader, 0);
    const isTaken = value !== null && isWanted(value);
    if (isTaken) found.push({ value, start, end: reader.at });
    start = nextOpening(text, isTaken ? reader.at : start + 1);
  }
  return found;
}

// ---------------------------------------------------------------------------------------------

type Reader = { readonly text: string; at: number; fuel: number; readonly lenient: boolean };

function nextOpening(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 123 || code === 91) return at;
  }
  return -1;
}

/** null: not a whole value. */
function readValue(reader: Reader, depth: number): LooseValue | null {
  const char = reader.text[reader.at];
  if (char === '"' || char === "'") {
    const text = readString(reader, char);
    return text === null ? null : { kind: "text", text };
  }
  if (char === "{") return depth < MAX_DEPTH ? readObject(reader, depth) : null;
  if (char === "[") return depth < MAX_DEPTH ? readList(reader, depth) : null;
  return readWord(reader);
}

function readObject(reader: Reader, depth: number): LooseValue | null {
  const entries: (readonly [string, LooseValue])[] = [];
  reader.at++;
  for (;;) {
    skipSpace(reader);
    if (take(reader, "}")) return { kind: "object", entries };
    const key = readKey(reader);
    if (key === null) return null;
    skipSpace(reader);
    if (!take(reader, ":")) return null;
    skipSpace(reader);
    const value = readValue(reader, depth + 1);
    if (value === null) return null;
    entries.push([key, value]);
    skipSpace(reader);
    if (take(reader, ",")) continue;
    if (reader.text[reader.at] !== "}") return null;
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
    if (reader.text[reader.at] !== "]") return null;
  }
}

const MAX_KEY = 60;

/** A key ends at its first quote: a longer one is prose that happens to follow a brace. */
function readKey(reader: Reader): string | null {
  const quote = reader.text[reader.at];
  if (quote !== '"' && quote !== "'") return readWord(reader)?.text ?? null;
  const start = reader.at + 1;
  const end = reader.text.slice(start, start + MAX_KEY).indexOf(quote);
  reader.fuel -= end < 0 ? MAX_KEY : end + 2;
  if (end < 0) return null;
  reader.at = start + end + 1;
  return reader.text.slice(start, start + end);
}

/**
 * The text of a string value. Judges forget to escape quotes: a lenient reader ends the string only
 * where a value can end, before a comma or a closing bracket.
 */
function readString(reader: Reader, quote: string): string | null {
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
    } else if (char === quote) {
      reader.at = at + 1;
      if (lenient) skipSpace(reader);
      if (lenient && !CLOSERS.has(text[reader.at] ?? "")) continue;
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

/** A bare word or number: letters, digits and "+-._", at most MAX_WORD of them. */
function readWord(reader: Reader): { readonly kind: "word"; readonly text: string } | null {
  const start = reader.at;
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

function skipSpace(reader: Reader): void {
  for (; reader.at < reader.text.length; reader.at++) {
    const code = reader.text.charCodeAt(reader.at);
    if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return;
    reader.fuel--;
  }
}

function take(reader: Reader, char: string): boolean {
  reader.fuel--;
  if (reader.text[reader.at] !== char) return false;
  reader.at++;
  return true;
}
