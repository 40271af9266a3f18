/**
 * The order of file names, numbers by value: "a_2.json" before "a_10.json". As a collator of the language "en"
 * has it, whose making takes longer than sorting a thousand names: those that consist of small letters,
 * digits and `_-.` alone, as ours do, are compared without it.
 */

/** Names that only differ by leading zeros are in the order of their characters. */
export function sortedByNumber(names: Iterable<string>): string[] {
  const all = [...names];
  const compare = all.every(isPlain) ? comparePlain : compareAny;
  return all.sort((a, b) => compare(a, b) || (a < b ? -1 : 1));
}

// ---------------------------------------------------------------------------------------------

const isPlain = (name: string): boolean => PLAIN.test(name);
const PLAIN = /^[a-z0-9_.-]*$/;

let collator: Intl.Collator | undefined;
function compareAny(a: string, b: string): number {
  collator ??= new Intl.Collator("en", { numeric: true });
  return collator.compare(a, b);
}

function comparePlain(a: string, b: string): number {
  // Names of one draw have most of their characters alike.
  let i = 0;
  while (i < a.length && a.charCodeAt(i) === b.charCodeAt(i)) i++;
  while (i > 0 && isDigit(a.charCodeAt(i - 1))) i--;
  let j = i;
  while (i < a.length && j < b.length) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(j)];
    if (isDigit(x) && isDigit(y)) {
      const [own, other] = [numberAt(a, i), numberAt(b, j)];
      const order = compareDigits(own.digits, other.digits);
      if (order !== 0) return order;
      i = own.end;
      j = other.end;
      continue;
    }
    if (x !== y) return rankOf(x) - rankOf(y);
    i++;
    j++;
  }
  return a.length - i - (b.length - j);
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57;

/** The digits from there on without leading zeros: a number of any length. */
function numberAt(text: string, from: number): { readonly digits: string; readonly end: number } {
  let end = from;
  while (isDigit(text.charCodeAt(end))) end++;
  let start = from;
  while (start < end && text.charCodeAt(start) === 48) start++;
  return { digits: text.slice(start, end), end };
}

function compareDigits(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  return a === b ? 0 : a < b ? -1 : 1;
}

/** The collator's order: `_` `-` `.` before digits before letters. */
function rankOf(code: number): number {
  const mark = MARKS.indexOf(code);
  return mark >= 0 ? mark : code;
}
const MARKS = [95, 45, 46];
