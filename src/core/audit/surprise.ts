/**
 * How surprising it is that somebody who has seen just the history writes a name: the sum of what
 * its parts cost, in bits. Parts that the history shows are cheap, what any programmer writes is
 * dearer, all else is dear. A name that can be put together from the history costs next to nothing.
 */
import commonWords from "./common-words.json" with { type: "json" };
import knownNames from "./known-names.json" with { type: "json" };
import libraryNames from "./library-names.json" with { type: "json" };
import { partsOf } from "./tokens.ts";
import type { Visible } from "./visible.ts";

const COMMON: ReadonlySet<string> = new Set(commonWords.words.split(" "));
const KNOWN: ReadonlySet<string> = new Set(
  `${knownNames.names} ${knownNames.libraries}`.split(" "),
);

const BOILERPLATE: ReadonlySet<string> = new Set(knownNames.boilerplate.split(" "));
const MODULES: ReadonlySet<string> = new Set(knownNames.modules.split(" "));
const ATTRIBUTES: ReadonlySet<string> = new Set(knownNames.attributes.split(" "));

/** Bits of one part of a name. Chosen by hand, checked by `npm run measure:audit`. */
const SHOWN_PART = 1.5;
const COMMON_PART = 3;
const RARE_PART = 6.5;
const DIGITS_PART = 2;
/** Words that names are held together with, whatever they are about. */
const LITTLE: ReadonlySet<string> = new Set(
  "for with of in to from and or as by on at is has get set".split(" "),
);
const LITTLE_PART = 0.5;
/** Letters of a run of shown words: shorter ones stand in any text. */
const MIN_RUN = 8;

/** True for what Python, the shell or a well-known library calls so. */
export function isKnownName(name: string): boolean {
  return KNOWN.has(name);
}

/** Name -> the libraries that have it; made when a name is first asked for. */
let libraries: ReadonlyMap<string, readonly string[]> | undefined;

/** True for a public name of a well-known library, but for the library of that repository (`""`: for none). */
export function isLibraryName(name: string, repo: string): boolean {
  libraries ??= readLibraries();
  return (libraries.get(name) ?? []).some((library) => repo === "" || !repo.includes(library));
}

function readLibraries(): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  const { about: _about, ...names } = libraryNames;
  for (const [library, text] of Object.entries(names)) {
    for (const name of text.split(" ")) found.set(name, [...(found.get(name) ?? []), library]);
  }
  return found;
}

/** True for a keyword, a builtin, or what every test file has. */
export function isBoilerplate(word: string): boolean {
  return BOILERPLATE.has(word);
}

/** True for a module of Python's standard library, or the usual short name of a well-known one. */
export function isStandardModule(name: string): boolean {
  return MODULES.has(name);
}

/** True for an attribute that strings, lists, files and their like have. */
export function isStandardAttribute(name: string): boolean {
  return ATTRIBUTES.has(name);
}

export function isCommonWord(word: string): boolean {
  return COMMON.has(word);
}

/** 0 for a name that the history shows; 1 when it shows another spelling ("fooBar" for foo_bar). */
export function surpriseOf(name: string, visible: Visible): number {
  if (visible.lower.includes(name.toLowerCase())) return 0;
  const parts = partsOf(name);
  const joined = parts.join("");
  if (joined.length >= 4 && visible.joined().includes(joined)) return 1;
  let bits = 0;
  for (let at = 0; at < parts.length; at++) {
    const part = parts[at] ?? "";
    const length = shownLength(parts, at, visible);
    if (length > 1) {
      // Words that the history has in this order are one word.
      bits += SHOWN_PART;
      at += length - 1;
    } else if (LITTLE.has(part)) bits += LITTLE_PART;
    else if (/^\p{N}/u.test(part)) bits += DIGITS_PART;
    else if (isShownPart(part, visible)) bits += SHOWN_PART;
    else bits += isCommonWord(part) ? COMMON_PART : RARE_PART;
  }
  return bits;
}

/** How many parts from there on the history has in a row; names of two letters are chance. */
function shownLength(parts: readonly string[], at: number, visible: Visible): number {
  if (parts.length < 3) return 1;
  for (let length = parts.length - 1; length > 1; length--) {
    const run = parts.slice(at, at + length);
    if (run.length < length) continue;
    const joined = run.join("");
    if (joined.length >= MIN_RUN && visible.joined().includes(joined)) return length;
  }
  return 1;
}

/** A word or its stem stands in the history: "models" is shown by "model". */
function isShownPart(part: string, visible: Visible): boolean {
  if (part.length <= 2) return true;
  const stem = part.length > 4 && part.endsWith("s") ? part.slice(0, -1) : part;
  return visible.lower.includes(stem);
}
