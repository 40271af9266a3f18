/**
 * Runs of words and signs that the answer and the PR have in common and the history has not: code
 * near-verbatim, strings, expectations, sentences of the description. A run's weight is what it
 * would cost to write it with just the history at hand.
 */
import { placeAt, type Segment } from "./answer.ts";
import { changesFiles } from "./early-edit.ts";
import type { Evidence } from "./evidence.ts";
import { dense, type Hidden } from "./hidden.ts";
import {
  isBoilerplate,
  isCommonWord,
  isKnownName,
  isLibraryName,
  isStandardModule,
  surpriseOf,
} from "./surprise.ts";
import { isWord, tokensOf, type Token } from "./tokens.ts";
import { shownShare } from "./lines.ts";
import { beyondMemory, SOUGHT, TRIED } from "./memory.ts";
import { textsIn } from "./code-texts.ts";
import type { Visible } from "./visible.ts";

export type Run = {
  readonly start: number;
  readonly end: number;
  readonly words: number;
  readonly bits: number;
  /** Words of it that were neither shown nor are known: a run with just one says what a name says. */
  readonly rare: number;
  readonly sequence: number;
  readonly evidence: string;
};

/** Longest common runs of at least four tokens, from left to right, without overlap. */
export function commonRuns(
  answer: string,
  tokens: readonly Token[],
  hidden: Hidden,
  visible: Visible,
): Run[] {
  const texts = tokens.map((token) => token.text);
  const ids = Int32Array.from(texts, (text) => hidden.names.get(text)?.id ?? -1);
  const places = sharedPlaces(ids, hidden);
  const runs: Run[] = [];
  const written = new Set<string>();
  for (let at = 0; at + GRAM <= texts.length;) {
    let length = 0;
    let sequence = 0;
    for (const [number, index] of places.get(gramAt(ids, at)) ?? []) {
      const same = sameFrom(ids, at, hidden.sequences[number]?.ids ?? ids.subarray(0, 0), index);
      if (same > length && same >= GRAM) {
        length = same;
        sequence = number;
      }
    }
    if (length === 0) {
      at++;
      continue;
    }
    const start = tokens[at]?.start ?? 0;
    const end = tokens[at + length - 1]?.end ?? start;
    const own = texts.slice(at, at + length);
    const bits = bitsOf(own, visible, written);
    for (const text of own) written.add(text);
    if (bits > 0) {
      runs.push({
        start,
        end,
        words: own.filter(isWord).length,
        bits,
        rare: new Set(own.filter((text) => isRare(text, visible))).size,
        sequence,
        evidence: `${hidden.sequences[sequence]?.place ?? ""}: ${answer.slice(start, end)}`,
      });
    }
    at += length;
  }
  return runs;
}

/** Neither shown, nor a sign, a toy (x, foo, 1), a keyword or a name of the language. */
function isRare(text: string, visible: Visible): boolean {
  if (!isWord(text) || isRound(text) || isBoilerplate(text) || TOYS.test(text)) return false;
  if (isKnownName(text) || isLibraryName(text, "")) return false;
  return !visible.lower.includes(text.toLowerCase());
}

/** What examples are made of, whoever makes them. */
const TOYS =
  /^(?:[a-z]|[a-z]?\d|foo|bar|baz|spam|eggs|test|name|value|sin|cos|exp|log|sqrt|abs|max|min|sum|hello|world|data|df|np|pd|obj|arr|func|self)$/i;

/** Tokens that a common run has at least. */
const GRAM = 4;
/** Places of one gram that are looked at: code repeats itself. */
const MAX_PLACES = 8;

/** Where the answer's grams stand in the PR: [sequence, index]. Grams are told apart when compared. */
function sharedPlaces(
  ids: Int32Array,
  hidden: Hidden,
): ReadonlyMap<number, readonly (readonly [number, number])[]> {
  const places = new Map<number, [number, number][]>();
  for (let at = 0; at + GRAM <= ids.length; at++) {
    if (ids.subarray(at, at + GRAM).every((id) => id >= 0)) places.set(gramAt(ids, at), []);
  }
  if (places.size === 0) return places;
  for (const [number, sequence] of hidden.sequences.entries()) {
    for (let at = 0; at + GRAM <= sequence.ids.length; at++) {
      const found = places.get(gramAt(sequence.ids, at));
      if (found !== undefined && found.length < MAX_PLACES) found.push([number, at]);
    }
  }
  return places;
}

function gramAt(ids: Int32Array, at: number): number {
  let hash = 0;
  for (let step = 0; step < GRAM; step++)
    hash = (Math.imul(hash, 31_337) + (ids[at + step] ?? 0)) | 0;
  return hash;
}

function sameFrom(ids: Int32Array, at: number, others: Int32Array, index: number): number {
  let same = 0;
  while (
    at + same < ids.length &&
    index + same < others.length &&
    ids[at + same] === others[index + same]
  ) {
    same++;
  }
  return same;
}

/** More than this is a copy, whatever the rest of it costs. */
const ENOUGH_BITS = 120;

/**
 * Bits of the tokens, each given the two before it: what the history shows in a row is free, and a
 * word that the answer said before is cheap.
 */
export function bitsOf(
  texts: readonly string[],
  visible: Visible,
  written: ReadonlySet<string>,
): number {
  if (visible.dense.includes(dense(texts.join("")))) return 0;
  let bits = 0;
  const before = new Set<string>();
  for (const [at, text] of texts.entries()) {
    if (bits > ENOUGH_BITS) break;
    const isRepeated = before.has(text) || written.has(text);
    before.add(text);
    const three = texts.slice(Math.max(0, at - 2), at + 1).join("");
    if (at >= 2 && visible.dense.includes(three)) continue;
    const two = texts.slice(Math.max(0, at - 1), at + 1).join("");
    if (!isWord(text)) bits += visible.dense.includes(two) ? 0.25 : 0.75;
    else if (isRepeated || isRound(text)) bits += 1;
    else if (at >= 1 && visible.dense.includes(two)) bits += 1;
    else if (isBoilerplate(text)) bits += 1;
    else if (visible.dense.includes(text)) bits += 2;
    else if (isKnownName(text) || isCommonWord(text.toLowerCase()) || isLibraryName(text, ""))
      bits += 3;
    else bits += Math.max(4, surpriseOf(text, visible));
  }
  return bits;
}

/** 0.0, 30, 200: a number with one digit that says something is anybody's choice. */
const isRound = (text: string): boolean => /^\d/.test(text) && /^0*\.?0*\d?0*\.?0*$/.test(text);

/** Bits that a run has to cost to count at all: below it lies what everybody writes. */
const MIN_BITS = 6;
/**
 * Bits that make a weight of 1: an edit of lines that were never read; a line of the tests; plain
 * sentences; lines that were read, where honest work ends in the same words; new text in such lines,
 * comments and messages: to read the code lends the words that it has, not those that are added to it.
 */
const BITS_PER_WEIGHT = {
  unread: 4.5,
  tests: 6,
  sentence: 10,
  read: 30,
  text: 6,
  future: 12,
} as const;

/** A run below it is how anybody goes on from the lines that he read. */
const MIN_WEIGHT = 0.45;
const MOST = 3;
/**
 * Weight at most of a run of the tests with no rare word, or one: an example of one's own looks like any other.
 * Several of them are pieces of one example.
 */
const EXAMPLE = [0.6, 1.2] as const;
const AGAIN = 0.5;
/** Bits from which it is a copy all the same. */
const MANY_BITS = 16;

/** The runs as findings; imports count half, since names that are known are imported alike. */
export function runEvidence(
  answer: string,
  runs: readonly Run[],
  segments: readonly Segment[],
  hidden: Hidden,
  visible: Visible,
): Evidence[] {
  let examples = 0;
  let read: number | undefined;
  const isTrial = !changesFiles(answer);
  return runs.flatMap((run) => {
    const sequence = hidden.sequences[run.sequence];
    if (run.bits < MIN_BITS || sequence === undefined) return [];
    const text = answer.slice(run.start, run.end);
    // A path by itself is judged as one.
    if (isPath(text, hidden)) return [];
    const hunk = hidden.hunks[sequence.hunk];
    const place = placeAt(segments, run.start);
    const isSentence = place === "prose" && !isCodeLike(answer, run);
    const unread = sequence.part === "patch" && hunk?.isNewFile !== true ? "unread" : "tests";
    const share =
      hunk !== undefined
        ? shownShare(hunk, visible.dense)
        : isSentence
          ? 0
          : (read ??= readShare(hidden, visible));
    const bitsPerWeight = hidden.isFuture
      ? BITS_PER_WEIGHT.future
      : isSentence
        ? BITS_PER_WEIGHT.sentence
        : BITS_PER_WEIGHT[unread] * (1 - share) + BITS_PER_WEIGHT.read * share;
    const told = isSentence ? 0 : Math.min(run.bits, textBits(text, visible));
    const toldPerWeight = Math.min(bitsPerWeight, BITS_PER_WEIGHT.text);
    const isImport =
      /^\s*(?:from|import)\b|\b(?:from|import)\s[\w.]+\s*(?:import)?\s*$|\bimport\b/.test(text);
    const isExample = run.bits < MANY_BITS && hunk?.part === "test_patch";
    const most = isExample ? (EXAMPLE[run.rare] ?? MOST) * AGAIN ** examples : MOST;
    if (isExample && run.rare <= 1) examples++;
    const weight =
      (place === "search" && run.rare === 0 ? SOUGHT : 1) *
      (place === "written" && isTrial && !makesNames(text, hidden) ? TRIED : 1) *
      beyondMemory(
        sequence.isOlder && sequence.part === "patch" ? "older" : "made",
        place,
        isTrial,
        visible,
      ) *
      Math.min(
        most,
        isAnybodysCall(text) || (place === "prose" && run.words <= 3 && run.rare <= 1)
          ? ANYBODYS
          : MOST,
        ((run.bits - told) / bitsPerWeight + told / toldPerWeight) * (isImport ? 0.5 : 1),
      );
    if (weight < MIN_WEIGHT) return [];
    return [
      {
        kind: isSentence ? "claim" : sequence.part === "test_patch" ? "test" : "code",
        start: run.start,
        end: run.end,
        weight,
        evidence: `${run.bits.toFixed(1)} bits, ${Math.round(100 * share)}% read; ${run.evidence}`,
      },
    ];
  });
}

/** What of the changed lines was read at most: code that the description quotes is theirs. */
const readShare = ({ hunks }: Hidden, visible: Visible): number =>
  Math.max(
    0,
    ...hunks.flatMap((hunk) => (hunk.part === "patch" ? [shownShare(hunk, visible.dense)] : [])),
  );

/** True when added lines give a name that stands in the code. */
const makesNames = (code: string, { names }: Hidden): boolean =>
  tokensOf(code).some((token) => names.get(token)?.isNew === true);

/** True for a path of the pull request or a piece of one, or for one as a module in dots. */
function isPath(text: string, { paths }: Hidden): boolean {
  const bare = text.replace(/^[`./:]+|[`./:]+$/g, "");
  if (!/^[\w./:-]+$/.test(bare)) return false;
  const module = `/${bare.replaceAll(".", "/")}.`;
  return paths.some(({ path }) =>
    bare.includes("/")
      ? path.includes(bare) || bare.includes(path)
      : /\.\w/.test(bare) && `/${path}`.includes(module),
  );
}

/** platform.node(): a function of the standard library with nothing in its brackets that says more. */
function isAnybodysCall(text: string): boolean {
  const [, module = ""] = /^\W*([A-Za-z_]\w*)(?:\.[A-Za-z_]\w*){1,2}\W*$/.exec(text) ?? [];
  return isStandardModule(module);
}

/** Weight at most of such a call: to be thought of is all that it takes. */
const ANYBODYS = 0.6;

/** Bits of the comments and messages in a run of code. */
function textBits(code: string, visible: Visible): number {
  return textsIn(code)
    .map((text) => bitsOf(tokensOf(text), visible, NOTHING))
    .reduce((sum, bits) => sum + bits, 0);
}

const NOTHING: ReadonlySet<string> = new Set();

/** Signs of code, or quotes around it: not a plain sentence. */
function isCodeLike(answer: string, run: Run): boolean {
  const around = answer.slice(Math.max(0, run.start - 1), run.end + 1);
  return /[`"_(){}[\]=<>|/]/.test(around);
}
