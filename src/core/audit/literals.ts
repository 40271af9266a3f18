/**
 * Values that an answer shares with the added lines and not with the history: one short number is chance, several
 * in one turn are not. What is long has detectors of its own (`constant`, `string`); here is the rest together.
 */
import { placeAt, type Segment } from "./answer.ts";
import { addedTexts } from "./diff.ts";
import type { Evidence } from "./evidence.ts";
import type { Hidden } from "./hidden.ts";
import { KEPT_RECORDS, rememberRecent } from "./recent.ts";
import { isCommonWord, isKnownName } from "./surprise.ts";
import { showsNumber, type Visible } from "./visible.ts";

/** Numbers of two digits and more or with a point, strings of one to four words; a hex or octal mode is none. */
const LITERAL = /(?<![\w.])-?(\d{1,6}\.\d{1,8}|\d{2,6})(?![\w.])|(["'])([^"'\\\n]{0,40})\2/g;
/** Bits that it takes to hit on one by chance. */
const BITS = { short: 1, point: 2, word: 1.5, text: 3 } as const;
/** Bits of which nothing is said, and bits that make a weight of 1; and the most. */
const FREE_BITS = 1;
const BITS_PER_WEIGHT = 4;
const MAX_WEIGHT = 1.2;
const MAX_LITERALS = 2000;

export function sharedLiterals(
  answer: string,
  segments: readonly Segment[],
  hidden: Hidden,
  visible: Visible,
): Evidence[] {
  if (hidden.isFuture) return [];
  const matches = [...answer.matchAll(LITERAL)];
  if (matches.length < 2) return [];
  const known = literalsOf(hidden);
  if (known.size === 0) return [];
  const shared = new Map<string, number>();
  let start = 0;
  let bits = 0;
  for (const match of matches) {
    const value = match[1] ?? match[3] ?? "";
    if (shared.has(value) || !known.has(value)) continue;
    const place = placeAt(segments, match.index);
    const own = place === "search" || place === "edit" ? 0 : bitsOf(value);
    if (own === 0 || isShown(value, visible)) continue;
    if (shared.size === 0) start = match.index;
    shared.set(value, own);
    bits += own;
  }
  if (bits <= FREE_BITS || shared.size < 2) return [];
  const weight = Math.min(MAX_WEIGHT, (bits - FREE_BITS) / BITS_PER_WEIGHT);
  const [first = ""] = shared.keys();
  const evidence = `values of the added lines that were not shown: ${[...shared.keys()].join(", ")}`;
  return [{ kind: "constant", start, end: start + first.length, weight, evidence }];
}

// ---------------------------------------------------------------------------------------------

/** Values of the lines that patch and tests add. */
const literalsOf: (hidden: Hidden) => ReadonlySet<string> = rememberRecent(
  KEPT_RECORDS,
  ({ hunks }) => {
    const values = new Set<string>();
    for (const text of addedTexts(hunks)) {
      for (const match of text.matchAll(LITERAL)) {
        if (values.size < MAX_LITERALS) values.add(match[1] ?? match[3] ?? "");
      }
    }
    return values;
  },
);

/** 0 for what anybody writes (nothing, round numbers, years, one common word), and for what has a detector of its own. */
function bitsOf(value: string): number {
  if (/^\d/.test(value)) {
    if (/^(?:19|20)\d\d$|^[1-9]0+$|^0?\.?[05]+$|^\d\.0+$|^[1-9]00+1?$/.test(value)) return 0;
    if (value.replace(/\D|^0+|0+$/g, "").length > 2) return 0;
    return value.includes(".") ? BITS.point : BITS.short;
  }
  if (value.length < 2) return 0;
  const words = value.match(/[A-Za-z]+/g) ?? [];
  const rare = words.filter((word) => !isCommonWord(word.toLowerCase()) && !isKnownName(word));
  if (rare.length === 0) return 0;
  return words.length > 1 ? BITS.text : BITS.word;
}

const isShown = (value: string, visible: Visible): boolean =>
  /^\d/.test(value) ? showsNumber(visible, value) : visible.lower.includes(value.toLowerCase());
