/**
 * A log as a person sees it, in lines, and one pass over it that notes where each known line form
 * stands. The work is bounded by the log's length: a line is looked at up to MAX_LINE characters, a form
 * noted MAX_PER_MARK times.
 */
import { BEGINS, HOLDS, type Mark } from "./forms.ts";
import { linesHolding } from "./holding.ts";
import { withoutPrefixes } from "./prefix.ts";
import type { Log } from "./types.ts";

/** Characters of a line that are looked at; the rest is neither matched nor shown. */
export const MAX_LINE = 2000;
const MAX_PER_MARK = 500;
/** A log beyond this is read in its head and its tail: what fails stands at one of them. */
const MAX_CHARS = 6_000_000;

/** Reads a log's text; linear. */
export function openLog(text: string): Log {
  const { lines, holding } = linesOf(bounded(text));
  const places = new Map<Mark, number[]>();
  const note = (mark: Mark, index: number): void => {
    const known = places.get(mark);
    if (known === undefined) places.set(mark, [index]);
    else if (known.length < MAX_PER_MARK && known.at(-1) !== index) known.push(index);
  };
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? "";
    if (line === "") continue;
    noteBeginning(line, index, note);
  }
  for (const index of holding ?? lines.keys()) noteWithin(lines[index] ?? "", index, note);
  return { lines, at: (mark) => places.get(mark) ?? NONE };
}

/** The first index of a filled line from `from` on, at most `reach` lines further; -1 when none. */
export function nextFilled(log: Log, from: number, reach = 12): number {
  const end = Math.min(log.lines.length, from + reach);
  for (let at = from; at < end; at++) if (lineAt(log, at).trim() !== "") return at;
  return -1;
}

export const lineAt = (log: Log, index: number): string => log.lines[index] ?? "";

/** The first index in [from, from + reach) whose line passes; -1 when none does. */
export function seek(
  log: Log,
  from: number,
  reach: number,
  isIt: (line: string, index: number) => boolean,
): number {
  const end = Math.min(log.lines.length, from + reach);
  for (let at = Math.max(0, from); at < end; at++) if (isIt(lineAt(log, at), at)) return at;
  return -1;
}

/** The last index in (from - reach, from] whose line passes; -1 when none does. */
export function seekBack(
  log: Log,
  from: number,
  reach: number,
  isIt: (line: string, index: number) => boolean,
): number {
  const end = Math.max(0, from - reach + 1);
  for (let at = from; at >= end; at--) if (isIt(lineAt(log, at), at)) return at;
  return -1;
}

// ---------------------------------------------------------------------------------------------

const NONE: readonly number[] = [];

function bounded(text: string): string {
  if (text.length <= MAX_CHARS) return text;
  return `${text.slice(0, MAX_CHARS / 2)}\n${text.slice(-MAX_CHARS / 2)}`;
}

type Lines = {
  readonly lines: readonly string[];
  /** Those that may hold a form; null: any. */
  readonly holding: readonly number[] | null;
};

function linesOf(text: string): Lines {
  const seen = text.includes("\u001b") ? text.replace(ESCAPES, escapeAsSeen) : text;
  const lines = withoutPrefixes(seen.split("\n"));
  const hasReturns = seen.includes("\r");
  const isJson = seen.includes('"Action":"output"');
  let broken = 0;
  for (let at = 0; at < lines.length; at++) {
    let line = lines[at] ?? "";
    if (hasReturns && line.includes("\r")) line = lastWritten(line);
    if (line.length > MAX_LINE) line = line.slice(0, MAX_LINE).toWellFormed();
    if (isJson && broken < MAX_BROKEN && line.startsWith('{"')) {
      const output = goOutput(line);
      if (output === null) broken++;
      line = output ?? line;
    }
    const last = line.charCodeAt(line.length - 1);
    lines[at] = last <= 32 || last > 126 ? line.trimEnd() : line;
  }
  // What is left of a line is a piece of it, unless it was an event.
  return { lines, holding: isJson ? null : linesHolding(seen) };
}

/** CSI, OSC and the two-character sequences (`ESC(B`, `ESC=`) as terminals know them. */
const ESCAPES =
  /\u001b(?:\[([0-9;:<=>?]{0,40})[ -/]{0,4}([@-~])|\][^\u0007\u001b\n]{0,400}(?:\u0007|\u001b\\)?|[()*+][0-9A-Za-z]|[0-9=>A-Zc])/g;

/** A jump to a column writes over the line (1) or leaves a gap; anything else is not seen. */
function escapeAsSeen(_all: string, values: string | undefined, kind: string | undefined): string {
  if (kind !== "G") return "";
  return values === "1" || values === "" ? "\r" : "  ";
}

/** What is left of a line when everything behind a carriage return was written over it. */
function lastWritten(line: string): string {
  const parts = line.split("\r", 200);
  return parts.findLast((part) => part.trim() !== "") ?? "";
}

/** Events cut in their middle are tried no more than this often: a failed parse is dear. */
const MAX_BROKEN = 200;

/** `go test -json`: the output in an event, "" for an event without any; null where none parses. */
function goOutput(line: string): string | null {
  if (!line.includes('"Action":"')) return null;
  try {
    const event: unknown = JSON.parse(line);
    if (typeof event !== "object" || event === null || !("Output" in event)) return "";
    return typeof event.Output === "string" ? event.Output.replace(/\n$/, "") : "";
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

type Begin = { readonly prefix: string; readonly mark: Mark };

/** By the first visible character: most lines are compared with two or three forms. */
const BY_FIRST: readonly (readonly Begin[])[] = firstTable();
const WIDE: readonly Begin[] = begins().filter(({ prefix }) => prefix.charCodeAt(0) > 127);

function begins(): Begin[] {
  return Object.entries(BEGINS).flatMap(([mark, prefixes]) =>
    prefixes.map((prefix: string) => ({ prefix, mark: mark as Mark })),
  );
}

function firstTable(): Begin[][] {
  const table: Begin[][] = Array.from({ length: 128 }, () => []);
  for (const begin of begins()) table[begin.prefix.charCodeAt(0)]?.push(begin);
  return table;
}

function noteBeginning(line: string, index: number, note: (mark: Mark, at: number) => void): void {
  let start = 0;
  let code = line.charCodeAt(0);
  while (code === 32 || code === 9) code = line.charCodeAt(++start);
  const forms = code < 128 ? (BY_FIRST[code] ?? []) : WIDE;
  for (const { prefix, mark } of forms) if (line.startsWith(prefix, start)) note(mark, index);
  if (start === 0 && hasPlace(line)) note("place", index);
}

/** "path:12" or "path: line 12" near the start of a line: what compilers and shells write. */
function hasPlace(line: string): boolean {
  const colon = line.indexOf(":", 1);
  if (colon < 0 || colon > 300) return false;
  const next = line.charCodeAt(colon + 1);
  if (next >= 48 && next <= 57) return true;
  return next === 32 && PLACE_WORD.test(line.slice(colon + 2, colon + 10));
}

const PLACE_WORD = /^(?:line )?\d/;

const WITHIN = new RegExp(
  Object.values(HOLDS)
    .map((words) => words.replace(/[*+(){}[\].?^$|\\]/g, "\\$&"))
    .join("|"),
  "g",
);
const MARK_OF = new Map(
  Object.entries(HOLDS).map(([mark, words]) => [words as string, mark as Mark]),
);

function noteWithin(line: string, index: number, note: (mark: Mark, at: number) => void): void {
  if (line.length < 6) return;
  WITHIN.lastIndex = 0;
  for (let found = WITHIN.exec(line); found !== null; found = WITHIN.exec(line)) {
    const mark = MARK_OF.get(found[0]);
    if (mark !== undefined) note(mark, index);
  }
}
