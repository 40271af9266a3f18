/**
 * Where a text may hold base64 or hexadecimal, found in one pass: an expression that looks for long runs tries
 * each word of a text anew from each of its letters.
 */

/** [start, end) in UTF-16 units. */
export type Run = readonly [start: number, end: number];

export type EncodedRuns = {
  /** Base64 in one piece, LEAST characters and more, with the signs that fill it up. */
  readonly whole: readonly Run[];
  /** The same over lines, or with blanks between its parts. */
  readonly parted: readonly Run[];
  /** Whether as many hexadecimal digits stand together as a word of 12 bytes has. */
  readonly mayBeHex: boolean;
};

const LEAST = 16;
const LEAST_HEX = 24;
/** Shortest part, and the widest gap between two of them. */
const LEAST_PART = 2;
const WIDEST_GAP = 2;

/** Runs that mix cases inside a word, or have a letter behind a digit: prose is letters and blanks as well. */
export function encodedRuns(text: string): EncodedRuns {
  const whole: Run[] = [];
  const parted: Run[] = [];
  let parts = { start: 0, end: -1, isMixed: false };
  let hexes = 0;
  let mayBeHex = false;
  let [start, before, isMixed] = [-1, 0, false];
  for (let at = 0; at <= text.length; at++) {
    const code = text.charCodeAt(at);
    const kind = code < 128 ? (KINDS[code] ?? 0) : 0;
    if ((kind & HEX) !== 0) mayBeHex ||= ++hexes >= LEAST_HEX;
    else if ((kind & BETWEEN_HEX) === 0) hexes = 0;
    if ((kind & WORD) !== 0) {
      if (start < 0) [start, isMixed] = [at, false];
      else if (
        ((before & LOWER) !== 0 && (kind & UPPER) !== 0) ||
        ((before & DIGIT) !== 0 && (kind & (LOWER | UPPER)) !== 0)
      )
        isMixed = true;
      before = kind;
    } else if (start >= 0) {
      if (isMixed && at - start >= LEAST) whole.push([start, filledUp(text, at)]);
      if (at - start >= LEAST_PART) {
        if (isGap(text, parts.end, start)) {
          parts.end = at;
          parts.isMixed ||= isMixed;
        } else {
          close();
          parts = { start, end: at, isMixed };
        }
      }
      start = -1;
    }
  }
  close();
  return { whole, parted, mayBeHex };

  function close(): void {
    if (!parts.isMixed) return;
    const end = filledUp(text, parts.end);
    if (end - parts.start >= LEAST) parted.push([parts.start, end]);
  }
}

// ---------------------------------------------------------------------------------------------

const [WORD, LOWER, UPPER, DIGIT, HEX, BETWEEN_HEX] = [1, 2, 4, 8, 16, 32] as const;

/** What each sign of ASCII can be. */
const KINDS = Uint8Array.from({ length: 128 }, (_, code) => {
  const sign = String.fromCharCode(code);
  return (
    (/[A-Za-z0-9+/_-]/.test(sign) ? WORD : 0) |
    (/[a-z]/.test(sign) ? LOWER : 0) |
    (/[A-Z]/.test(sign) ? UPPER : 0) |
    (/\d/.test(sign) ? DIGIT : 0) |
    (/[0-9a-f]/i.test(sign) ? HEX : 0) |
    (/[xX\\ ,:]/.test(sign) ? BETWEEN_HEX : 0)
  );
});

/** At most two equals signs fill base64 up. */
function filledUp(text: string, end: number): number {
  if (text[end] !== "=") return end;
  return text[end + 1] === "=" ? end + 2 : end + 1;
}

/** Whether one or two blanks part two words. */
function isGap(text: string, from: number, to: number): boolean {
  if (from < 0 || to - from > WIDEST_GAP) return false;
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at);
    if (code !== 32 && code !== 9 && code !== 10 && code !== 13) return false;
  }
  return true;
}
