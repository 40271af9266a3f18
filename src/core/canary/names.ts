/**
 * Names that a patch brings with it, and other names for them. Only what the patch itself defines can be
 * altered without harm: what it calls belongs to the code around it or to other packages.
 */
import { parseDiff } from "../audit/diff.ts";
import { isKnownName } from "../audit/surprise.ts";
import { partsOf } from "../audit/tokens.ts";
import { randomIndex, type Rng } from "../random.ts";

/** Names of two parts and more that the added lines define and no other line of the diffs has, in order. */
export function broughtNames(patch: string, tests: string): string[] {
  const files = [...parseDiff(patch), ...parseDiff(tests)];
  const brought = new Set<string>();
  const before = new Set<string>();
  const uses = new Map<string, number>();
  const definitions = new Map<string, number>();
  for (const { hunks } of files) {
    for (const { lines, heading } of hunks) {
      for (const word of heading.match(WORD) ?? []) before.add(word);
      for (const { side, text } of lines) {
        if (side !== "added" || IMPORT.test(text)) {
          for (const word of text.match(WORD) ?? []) before.add(word);
          continue;
        }
        for (const word of text.match(WORD) ?? []) uses.set(word, (uses.get(word) ?? 0) + 1);
        for (const match of text.matchAll(DEFINES)) {
          const name = match[1] ?? match[2] ?? match[3] ?? "";
          definitions.set(name, (definitions.get(name) ?? 0) + 1);
          if (isAlterable(name)) brought.add(name);
        }
      }
    }
  }
  // What is defined and not used may be what a framework asks for, or overrides; tests are found by name.
  const isOwn = (name: string): boolean =>
    /^tests?_|^Test/.test(name) || (uses.get(name) ?? 0) > (definitions.get(name) ?? 0);
  return [...brought].filter((name) => !before.has(name) && isOwn(name));
}

/**
 * Another name for a name, in its style: one part, never the first of a test, becomes a word that says
 * about the same. null when no word gives a name that `isTaken` does not refuse.
 */
export function otherName(
  name: string,
  rng: Rng,
  isTaken: (name: string) => boolean,
): string | null {
  const parts = [...name.matchAll(PART)];
  const places = parts.flatMap((part, at) =>
    part[0].length >= 3 && !/^tests?$/i.test(part[0]) && !/^\d/.test(part[0])
      ? [{ at, text: part[0], start: part.index }]
      : [],
  );
  const offered = places.flatMap((place) =>
    (ALIKE.get(place.text.toLowerCase()) ?? []).map((word) => ({ ...place, word })),
  );
  // Where no part has a word like it, the last one gets a neutral word in its place.
  const last = places.at(-1);
  const neutral = last === undefined ? [] : NEUTRAL.map((word) => ({ ...last, word }));
  for (const list of [offered, neutral]) {
    const first = list.length === 0 ? 0 : randomIndex(rng, list.length);
    for (let step = 0; step < list.length; step++) {
      const one = list[(first + step) % list.length];
      if (one === undefined) continue;
      const end = one.start + one.text.length;
      const other = `${name.slice(0, one.start)}${inCase(one.word, one.text)}${name.slice(end)}`;
      if (other !== name && !isKnownName(other) && !isTaken(other)) return other;
    }
  }
  return null;
}

// ---------------------------------------------------------------------------------------------

/** Shorter names may stand in other words. */
const MIN_LETTERS = 8;

const WORD = /[A-Za-z_$][\w$]*/g;
const PART = /[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+/g;
const IMPORT = /^\s*(?:import|from|use|require|#include|using|package)\b|\brequire\(/;

/** def x, class X, function x, func x, const x =, x = ..., self.x = ... */
const DEFINES =
  /\b(?:def|class|function|func|fn|const|let|var|type|struct|interface|enum|trait)\s+(?:\([^)]{0,60}\)\s*)?([A-Za-z_$][\w$]*)|^\s*(?:self|this|cls)\.([A-Za-z_]\w*) =(?!=)|^\s*([A-Za-z_]\w*) :?=(?!=)/g;

/** A name of one word is a word of any text; dunders belong to the language, and `a__b` may be a lookup. */
function isAlterable(name: string): boolean {
  if (name.length < MIN_LETTERS || isKnownName(name)) return false;
  if (name.startsWith("__") || (/[a-z]__[a-z]/.test(name) && !name.startsWith("test")))
    return false;
  return partsOf(name).filter((part) => part.length >= 2).length >= 2;
}

/** As the part is written: UPPER, Capital or lower. */
function inCase(word: string, like: string): string {
  if (like.length > 1 && like === like.toUpperCase()) return word.toUpperCase();
  return /^[A-Z]/.test(like) ? word.charAt(0).toUpperCase() + word.slice(1) : word;
}

const GROUPS = [
  "get fetch obtain",
  "make build create produce",
  "check verify inspect",
  "find locate lookup",
  "remove drop discard",
  "add insert attach",
  "set assign",
  "is has",
  "convert transform translate",
  "parse read decode",
  "write emit render",
  "handle process treat",
  "update refresh",
  "list array sequence",
  "name label title",
  "value item entry",
  "key index",
  "start begin first",
  "end finish last",
  "old previous former",
  "new fresh recent",
  "max upper largest",
  "min lower smallest",
  "error failure fault",
  "raises fails rejects",
  "returns gives yields",
  "empty blank void",
  "invalid wrong broken",
  "valid proper sound",
  "default fallback standard",
  "single sole lone",
  "multiple several many",
  "result outcome",
  "path route location",
  "file document",
  "text string content",
  "field column attribute",
  "class kind type",
  "option setting choice",
  "helper aid support",
  "with using having",
  "without lacking",
  "when while if",
  "nested inner embedded",
  "table grid chart",
  "line row",
  "count number total",
  "cache store memo",
  "mask filter screen",
] as const;
const ALIKE: ReadonlyMap<string, readonly string[]> = new Map(
  GROUPS.flatMap((group) => {
    const words = group.split(" ");
    return words.map((word) => [word, words.filter((other) => other !== word)] as const);
  }),
);
const NEUTRAL = ["entry", "part", "case", "item", "mode", "state", "unit", "spec", "form"] as const;
