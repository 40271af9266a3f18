/**
 * Text as a reader of tricks has to see it: lower case, look-alike letters as the ones they imitate,
 * invisible characters gone, white space and markup as single blanks. Every folded character knows
 * where it came from.
 */

import TABLE from "./confusables.json" with { type: "json" };

export type Folded = {
  readonly text: string;
  /** Index into the original text of every folded character, and its length at the end. */
  readonly origins: Int32Array;
};

/** Linear; never longer than three times the text. */
export function foldText(original: string): Folded {
  const pieces: string[] = [];
  const origins = new Int32Array(original.length * 3 + 1);
  let length = 0;
  let afterBlank = true;
  for (let at = 0; at < original.length; at++) {
    const code = original.charCodeAt(at);
    const folded = code < 128 ? (ASCII[code] ?? "") : foldBeyond(original, at);
    if (folded === " ") {
      if (afterBlank) continue;
      afterBlank = true;
    } else if (folded === "") {
      continue;
    } else {
      afterBlank = false;
    }
    pieces.push(folded);
    for (let char = 0; char < folded.length; char++) origins[length++] = at;
  }
  origins[length] = original.length;
  return { text: pieces.join(""), origins: origins.subarray(0, length + 1) };
}

/** The folded text alone, several times faster; blanks at its ends may differ. */
export function foldQuick(original: string): string {
  const ascii = /[^\0-\x7f]/.test(original)
    ? original.replace(/[^\0-\x7f]/gu, (char) => foldBeyond(char, 0))
    : original;
  return ascii
    .toLowerCase()
    .replace(/[\0-\x08\x0e-\x1f\x7f]/g, "")
    .replace(/[\s*`#>|~]+/g, " ");
}

/** [start, end) of the original for a piece of the folded text. */
export function originalSpan(folded: Folded, start: number, end: number): [number, number] {
  const last = folded.origins[Math.max(start, end - 1)] ?? 0;
  return [folded.origins[start] ?? 0, last + 1];
}

/** Characters that are not seen: zero-width, soft hyphen, direction marks, tags. */
export function isInvisible(code: number): boolean {
  return (
    code === 0xad ||
    code === 0x34f ||
    code === 0x61c ||
    code === 0x180e ||
    (code >= 0x200b && code <= 0x200f) ||
    (code >= 0x202a && code <= 0x202e) ||
    (code >= 0x2060 && code <= 0x206f) ||
    (code >= 0xfe00 && code <= 0xfe0f) ||
    code === 0xfeff ||
    code === 0xdb40 // The high half of U+E0000..E03FF: tags and variation selectors.
  );
}

// ---------------------------------------------------------------------------------------------

/** Markup that can stand inside or around words without changing them for a reader. */
const MARKUP = new Set(["*", "`", "#", ">", "|", "~", "\t", "\n", "\r", " ", "\f", "\v"]);

const ASCII: readonly string[] = Array.from({ length: 128 }, (_, code) => {
  const char = String.fromCharCode(code);
  if (MARKUP.has(char)) return " ";
  return code < 32 || code === 127 ? "" : char.toLowerCase();
});

/** Cyrillic and Greek letters that are taken for Latin ones; some are missing in Unicode's table. */
const LOOK_ALIKES = new Map<string, string>(
  Object.entries({
    а: "a",
    е: "e",
    о: "o",
    р: "p",
    с: "c",
    х: "x",
    у: "y",
    і: "i",
    ј: "j",
    ѕ: "s",
    ԁ: "d",
    ӏ: "l",
    м: "m",
    т: "t",
    н: "h",
    к: "k",
    в: "b",
    α: "a",
    ε: "e",
    ο: "o",
    ρ: "p",
    ι: "i",
    ν: "v",
    τ: "t",
    ɡ: "g",
    ı: "i",
  }),
);

/** One character to the Latin letter or digit that it looks like, in lower case (UTS 39). */
const CONFUSABLES: ReadonlyMap<string, string> = new Map(
  Object.entries(TABLE.looks_like).flatMap(([latin, chars]) =>
    Array.from(chars, (char): [string, string] => [char, latin]),
  ),
);

function foldBeyond(text: string, at: number): string {
  const code = text.charCodeAt(at);
  if (isInvisible(code)) return "";
  if (code >= 0xdc00 && code <= 0xdfff) return ""; // The low half belongs to the high one before it.
  const char = code >= 0xd800 && code <= 0xdbff ? text.slice(at, at + 2) : (text[at] ?? "");
  const plain = char.normalize("NFKD").toLowerCase();
  const base = plain.replace(/\p{M}/gu, "");
  if (base.trim() === "") return base === "" ? "" : " ";
  const same = CONFUSABLES.get(char);
  return (LOOK_ALIKES.get(base) ?? same ?? CONFUSABLES.get(base) ?? base).slice(0, 3);
}
