/**
 * Which lines of a text may hold one of the forms that stand anywhere in a line (`HOLDS`). A search for
 * all of them at every character was a third of what reading a log took. Here every second character is
 * looked at: whatever has three characters has two neighbours that begin at an even place, and two that
 * begin at an odd one, and of each form the pairs are taken that texts hardly have.
 */
import { HOLDS } from "./forms.ts";

/** Indexes of the lines, rising, by the text's line feeds. Linear. */
export function linesHolding(text: string): readonly number[] {
  const starts = [...pairStarts(text), ...SHORT.flatMap((form) => startsOf(text, form))];
  const held: number[] = [];
  let line = 0;
  let end = text.indexOf("\n");
  for (const start of starts.sort((a, b) => a - b)) {
    while (end >= 0 && end < start) {
      line++;
      end = text.indexOf("\n", end + 1);
    }
    if (held.at(-1) !== line) held.push(line);
  }
  return held;
}

// ---------------------------------------------------------------------------------------------

type Piece = { readonly form: string; readonly offset: number };

const FORMS: readonly string[] = Object.values(HOLDS);
/** Two characters, or none that a table has room for: looked for one by one. */
const SHORT: readonly string[] = FORMS.filter((form) => !isPaired(form));

/** The most frequent first; what is not among them is rarer than all. */
const FREQUENT = " etaoinsrhldcumfpgwybvkxjqz";

const PIECES: readonly (readonly Piece[])[] = pieces();
/** 0, or where in PIECES those of two neighbours stand, and one. */
const PAIRS: Uint8Array = pairTable();

/** Where a form begins, once a line. */
function pairStarts(text: string): number[] {
  const starts: number[] = [];
  for (let at = 0; at + 1 < text.length; at += 2) {
    const number = PAIRS[pairAt(text, at)] ?? 0;
    if (number === 0) continue;
    const start = formStart(text, at, number);
    if (start < 0) continue;
    starts.push(start);
    const end = text.indexOf("\n", at);
    if (end < 0) break;
    // On behind the line, at an even place.
    at = end - 2 + (end % 2);
  }
  return starts;
}

/** Where the first form begins whose pair stands at `at`; -1: none does. */
function formStart(text: string, at: number, number: number): number {
  for (const { form, offset } of PIECES[number - 1] ?? []) {
    if (text.startsWith(form, at - offset)) return at - offset;
  }
  return -1;
}

function pairAt(text: string, at: number): number {
  const one = text.charCodeAt(at);
  const two = text.charCodeAt(at + 1);
  return one < 128 && two < 128 ? (one << 7) | two : 0;
}

function startsOf(text: string, form: string): number[] {
  const starts: number[] = [];
  for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + 1)) starts.push(at);
  return starts;
}

/** Of each form the rarest pair at an even place and the rarest at an odd one. */
function chosen(form: string): Piece[] {
  return [0, 1].map((parity) => {
    let best = parity;
    for (let offset = parity; offset + 1 < form.length; offset += 2) {
      if (commonness(form, offset) < commonness(form, best)) best = offset;
    }
    return { form, offset: best };
  });
}

function commonness(form: string, at: number): number {
  return frequency(form.charAt(at)) * frequency(form.charAt(at + 1));
}

function frequency(char: string): number {
  const rank = FREQUENT.indexOf(char);
  return rank < 0 ? 1 : FREQUENT.length + 1 - rank;
}

function pieces(): Piece[][] {
  const byPair = new Map<number, Piece[]>();
  for (const piece of FORMS.filter(isPaired).flatMap(chosen)) {
    const pair = pairAt(piece.form, piece.offset);
    byPair.set(pair, [...(byPair.get(pair) ?? []), piece]);
  }
  return [...byPair.values()];
}

function pairTable(): Uint8Array {
  if (PIECES.length > 255) throw new Error("more pairs than a byte can number");
  const table = new Uint8Array(1 << 14);
  for (const [at, [first]] of PIECES.entries()) {
    if (first !== undefined) table[pairAt(first.form, first.offset)] = at + 1;
  }
  return table;
}

function isPaired(form: string): boolean {
  return /^[ -~]{3,}$/.test(form);
}
