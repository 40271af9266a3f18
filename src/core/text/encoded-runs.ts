/**
 * Where a text may hold base64 or hexadecimal. An expression that looks for long runs tries each word of a
 * text anew from each of its letters; here only what can be one is looked at, to both of its ends.
 */

/** [start, end) in UTF-16 units. */
export type Run = readonly [start: number, end: number];

/**
 * Base64 of LEAST characters and more, with the signs that fill it up: in one piece, then over lines or with
 * blanks between its parts. Prose is letters and blanks as well: an encoding mixes cases inside its words.
 */
export function base64Runs(text: string): readonly Run[] {
  const whole: Run[] = [];
  const parted: Run[] = [];
  let wordsSeen = 0;
  let partsSeen = 0;
  for (const { index } of text.matchAll(MIXED)) {
    if (index < wordsSeen) continue;
    const start = startOf(text, index, WORD);
    const end = endOf(text, index, WORD);
    wordsSeen = end;
    if (end - start >= LEAST) whole.push([start, filledUp(text, end)]);
    if (index < partsSeen) continue;
    const first = firstPart(text, start);
    const last = lastPart(text, end);
    partsSeen = last;
    if (filledUp(text, last) - first >= LEAST) parted.push([first, filledUp(text, last)]);
  }
  return [...whole, ...parted];
}

/** Whether as many hexadecimal digits stand together as 12 bytes have. */
export function mayHoldHex(text: string): boolean {
  // What is so long covers one of these places.
  for (let at = 0; at < text.length; at += LEAST_HEX) {
    if (!isOf(text, at, AMONG_HEX)) continue;
    const end = endOf(text, at, AMONG_HEX);
    let digits = 0;
    for (let sign = startOf(text, at, AMONG_HEX); sign < end; sign++) {
      if (isOf(text, sign, HEX)) digits++;
    }
    if (digits >= LEAST_HEX) return true;
    at += Math.floor((end - at) / LEAST_HEX) * LEAST_HEX;
  }
  return false;
}

// ---------------------------------------------------------------------------------------------

const LEAST = 16;
const LEAST_PART = 2;
const WIDEST_GAP = 2;
const LEAST_HEX = 24;

/** A capital in the midst of a word, or a letter behind a digit. */
const MIXED = /[a-z][A-Z]|\d[A-Za-z]/g;

const WORD = 1;
const BLANK = 2;
const HEX = 4;
/** Digits, and what may stand between them. */
const AMONG_HEX = 8;

/** What each sign of ASCII can be. */
const KINDS = Uint8Array.from({ length: 128 }, (_, code) => {
  const sign = String.fromCharCode(code);
  return (
    (/[A-Za-z0-9+/_-]/.test(sign) ? WORD : 0) |
    (/[ \t\r\n]/.test(sign) ? BLANK : 0) |
    (/[0-9a-f]/i.test(sign) ? HEX : 0) |
    (/[0-9a-fx\\ ,:]/i.test(sign) ? AMONG_HEX : 0)
  );
});

function isOf(text: string, at: number, kind: number): boolean {
  if (at < 0 || at >= text.length) return false;
  const code = text.charCodeAt(at);
  return code < 128 && ((KINDS[code] ?? 0) & kind) !== 0;
}

/** Where the run around a place begins. */
function startOf(text: string, at: number, kind: number): number {
  let start = at;
  while (isOf(text, start - 1, kind)) start--;
  return start;
}

/** Where the run around a place ends. */
function endOf(text: string, at: number, kind: number): number {
  let end = at;
  while (isOf(text, end, kind)) end++;
  return end;
}

/** Where the first of the words begins that stand before a word with one or two blanks between them. */
function firstPart(text: string, word: number): number {
  for (let start = word; ;) {
    let gap = start;
    while (start - gap < WIDEST_GAP && isOf(text, gap - 1, BLANK)) gap--;
    const before = startOf(text, gap, WORD);
    if (gap === start || gap - before < LEAST_PART) return start;
    start = before;
  }
}

/** Where the last of those behind it ends. */
function lastPart(text: string, wordEnd: number): number {
  for (let end = wordEnd; ;) {
    let gap = end;
    while (gap - end < WIDEST_GAP && isOf(text, gap, BLANK)) gap++;
    const after = endOf(text, gap, WORD);
    if (gap === end || after - gap < LEAST_PART) return end;
    end = after;
  }
}

/** At most two equals signs fill base64 up. */
function filledUp(text: string, end: number): number {
  if (text[end] !== "=") return end;
  return text[end + 1] === "=" ? end + 2 : end + 1;
}
