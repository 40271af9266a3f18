/** Words for statistics: names taken apart, endings cut, so that "outermost", "fields" and `field_names` meet. */
import { partsOf } from "./tokens.ts";

const ASCII_WORD = /[A-Za-z_$][\w$]*|\d+/g;
const WORD = /[\p{L}_$][\p{L}\p{M}\p{N}_$]*|\p{N}+/gu;

/** Words of a text in their order, lower case, stemmed. */
export function readUnits(text: string): string[] {
  const units: string[] = [];
  for (const word of text.match(NOT_ASCII.test(text) ? WORD : ASCII_WORD) ?? []) {
    const known = memory.get(word);
    const own = known ?? partsOf(word).map(stemOf);
    if (known === undefined) remember(word, own);
    for (const unit of own) units.push(unit);
  }
  return units;
}

// ---------------------------------------------------------------------------------------------

/** The same words come again and again; the map is emptied when it is full. */
const NOT_ASCII = /[\u0080-\uFFFF]/;

const memory = new Map<string, readonly string[]>();
const MAX_REMEMBERED = 50_000;

function remember(word: string, units: readonly string[]): void {
  if (memory.size >= MAX_REMEMBERED) memory.clear();
  memory.set(word, units);
}

export const stemOf = (word: string): string =>
  word.length > 4 ? word.replace(/(?:ing|ed|es|s|e)$/, "") : word;
