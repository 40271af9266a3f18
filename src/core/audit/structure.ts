/**
 * The patch's code under other names: a stretch of the answer's code that is the same as a stretch of the
 * added lines once every name stands for its place of first use (a clone of type 2: Roy and Cordy 2007).
 * Shapes that the history has are nothing hidden, and where the lines around were read honest work ends in
 * the same shape too.
 */
import type { Segment } from "./answer.ts";
import type { Evidence } from "./evidence.ts";
import type { Hidden, HiddenHunk } from "./hidden.ts";
import { shownShare } from "./lines.ts";
import { rememberRecent, KEPT_RECORDS } from "./recent.ts";
import { isKnownName } from "./surprise.ts";
import { isWord, tokenize, tokensOf, type Token } from "./tokens.ts";
import type { Visible } from "./visible.ts";

/** Tokens by which a stretch is looked for, and that one has at least to say something. */
const GRAM = 10;
const MIN_TOKENS = 22;
/** Names of its own that a stretch has at least: signs and keywords alone are any code's. */
const MIN_NAMES = 3;
/** Weight of the shortest stretch, of each further token, and at most: a suspicion, and no leak by itself. */
const WEIGHT = { base: 0.6, each: 0.03, most: 1.34 } as const;
/** What is left of it where the changed lines were read. */
const AFTER_READING = 0.4;
const MAX_PLACES = 8;
const MAX_TOKENS = 6000;

export function sameStructure(
  answer: string,
  segments: readonly Segment[],
  hidden: Hidden,
  visible: Visible,
): Evidence[] {
  if (hidden.isFuture) return [];
  const tokens = codeOf(answer, segments);
  if (tokens.length < MIN_TOKENS) return [];
  const places = gramsOf(hidden);
  if (places.size === 0) return [];
  const kinds = tokens.map(({ text }) => kindOf(text));
  const found: Evidence[] = [];
  for (let at = 0; at + GRAM <= tokens.length;) {
    const best = longestAt(tokens, kinds, at, places);
    if (best === null) {
      at++;
      continue;
    }
    const { length, names, stretch } = best;
    const [start, end] = [tokens[at]?.start ?? 0, tokens[at + length - 1]?.end ?? 0];
    if (length >= MIN_TOKENS && names >= MIN_NAMES && !isShown(kinds, at, length, visible)) {
      const isRead = shownShare(stretch.hunk, visible.observed()) > 0;
      const weight = Math.min(WEIGHT.most, WEIGHT.base + WEIGHT.each * (length - MIN_TOKENS));
      found.push({
        kind: stretch.hunk.part === "test_patch" ? "test" : "code",
        start,
        end,
        weight: weight * (isRead ? AFTER_READING : 1),
        evidence: `${length} tokens of the same structure as ${stretch.hunk.path} line ${stretch.hunk.newStart}, names aside`,
      });
    }
    at += length;
  }
  return found;
}

// ---------------------------------------------------------------------------------------------

type Stretch = {
  readonly hunk: HiddenHunk;
  readonly tokens: readonly string[];
  readonly kinds: readonly string[];
};
type Place = { readonly stretch: Stretch; readonly at: number };

/** Keywords, builtins and signs stand for themselves; any other name for a name, a number for a number. */
function kindOf(token: string): string {
  if (!isWord(token)) return token;
  if (/^\p{N}/u.test(token)) return "0";
  return KEYWORDS.has(token) || isKnownName(token) ? token : "n";
}

const KEYWORDS: ReadonlySet<string> = new Set(
  "if else elif for while in not and or is return yield def class import from as with try except finally raise lambda del pass break continue assert None True False self function const let var new null undefined true false".split(
    " ",
  ),
);

/** Grams of the added lines' kinds -> where they stand; lines that are added together are one stretch. */
const gramsOf: (hidden: Hidden) => ReadonlyMap<number, readonly Place[]> = rememberRecent(
  KEPT_RECORDS,
  (hidden) => {
    const places = new Map<number, Place[]>();
    let count = 0;
    for (const stretch of hidden.hunks.flatMap(stretchesOf)) {
      count += stretch.tokens.length;
      if (count > MAX_TOKENS) break;
      for (let at = 0; at + GRAM <= stretch.kinds.length; at++) {
        const key = gramAt(stretch.kinds, at);
        const own = places.get(key);
        if (own === undefined) places.set(key, [{ stretch, at }]);
        else if (own.length < MAX_PLACES) own.push({ stretch, at });
      }
    }
    return places;
  },
);

function stretchesOf(hunk: HiddenHunk): Stretch[] {
  const texts: string[] = [];
  let open = false;
  for (const { side, text } of hunk.lines) {
    if (side === "removed") continue;
    if (side === "context") {
      open = false;
      continue;
    }
    if (open) texts[texts.length - 1] += `\n${text}`;
    else texts.push(text);
    open = true;
  }
  return texts.flatMap((text) => {
    const tokens = tokensOf(text);
    return tokens.length < MIN_TOKENS ? [] : [{ hunk, tokens, kinds: tokens.map(kindOf) }];
  });
}

/** A gram's hash: equal grams have equal ones, and where it matters the kinds themselves are compared. */
function gramAt(kinds: readonly string[], at: number): number {
  let hash = 0;
  for (let step = at; step < at + GRAM; step++) {
    const kind = kinds[step] ?? "";
    hash = (Math.imul(hash, 31_337) + kind.charCodeAt(0) + 131 * kind.length) | 0;
    hash = (hash + 17 * kind.charCodeAt(kind.length - 1)) | 0;
  }
  return hash;
}

/** The code that the answer writes, edits in place or runs, the tokens in their order. */
function codeOf(answer: string, segments: readonly Segment[]): Token[] {
  return segments
    .filter(({ place }) => place === "written" || place === "edit" || place === "command")
    .flatMap(({ start, end }) =>
      [...tokenize(answer.slice(start, end).replace(/\\[nrt]/g, "  "))].map((token) => ({
        text: token.text,
        start: token.start + start,
        end: token.end + start,
      })),
    )
    .slice(0, MAX_TOKENS);
}

function longestAt(
  tokens: readonly Token[],
  kinds: readonly string[],
  at: number,
  places: ReadonlyMap<number, readonly Place[]>,
): { readonly length: number; readonly names: number; readonly stretch: Stretch } | null {
  let best: { length: number; names: number; stretch: Stretch } | null = null;
  for (const { stretch, at: from } of places.get(gramAt(kinds, at)) ?? []) {
    const one = sameFrom(tokens, kinds, at, stretch, from);
    if (one.length > (best?.length ?? GRAM - 1)) best = { ...one, stretch };
  }
  return best;
}

/** Tokens in a row of the same kinds whose names stand for each other one by one; and how many names. */
function sameFrom(
  tokens: readonly Token[],
  kinds: readonly string[],
  at: number,
  stretch: Stretch,
  from: number,
): { length: number; names: number } {
  const there = new Map<string, string>();
  const back = new Map<string, string>();
  let length = 0;
  while (at + length < kinds.length && from + length < stretch.kinds.length) {
    const kind = kinds[at + length];
    if (kind !== stretch.kinds[from + length]) break;
    const [own, other] = [tokens[at + length]?.text ?? "", stretch.tokens[from + length] ?? ""];
    if (kind === "n") {
      if ((there.get(own) ?? other) !== other || (back.get(other) ?? own) !== own) break;
      there.set(own, other);
      back.set(other, own);
    }
    length++;
  }
  return { length, names: there.size };
}

/** True when most of the stretch's grams are in the history's code: then anybody has the shape. */
function isShown(kinds: readonly string[], at: number, length: number, visible: Visible): boolean {
  const shown = shownGrams(visible);
  let known = 0;
  for (let step = 0; step + GRAM <= length; step++) {
    if (shown.has(gramAt(kinds, at + step))) known++;
  }
  return known > SHOWN_SHARE * (length - GRAM + 1);
}

const SHOWN_SHARE = 0.5;
const MAX_SHOWN = 60_000;

/** Made only for an answer that has such a stretch. */
const shownGrams: (visible: Visible) => ReadonlySet<number> = rememberRecent(2, ({ text }) => {
  const kinds = tokensOf(text).slice(-MAX_SHOWN).map(kindOf);
  return new Set(
    kinds.flatMap((_kind, at) => (at + GRAM <= kinds.length ? [gramAt(kinds, at)] : [])),
  );
});
