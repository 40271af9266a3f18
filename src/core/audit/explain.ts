/**
 * A second opinion by statistics: how many bits better the pull request explains an answer than the
 * history alone does. Two states, each an n-gram model: the writer draws from what was shown, or,
 * rarely and for a while, from what was hidden. Paraphrases that no rule names leave a trace here.
 * Linear in the texts: only grams of the answer's own words are counted.
 *
 * Interpolation as in Jelinek and Mercer (1980); forward recursion as in Rabiner (1989).
 */
import type { Segment } from "./answer.ts";
import { textsIn } from "./code-texts.ts";
import { changesFiles } from "./early-edit.ts";
import type { Hidden } from "./hidden.ts";
import { linesOf } from "./hidden-lines.ts";
import { shownShare } from "./lines.ts";
import { hasSeenNothing } from "./memory.ts";
import { isCommonWord, isLibraryName } from "./surprise.ts";
import { readUnits } from "./units.ts";
import type { Visible } from "./visible.ts";

/** Words of an answer that are looked at. */
const MAX_UNITS = 800;
/** Words that make a history a model of its language; a shorter one is trusted less. */
const ENOUGH_UNITS = 600;
/** Chance that a word begins a stretch from the pull request, and that a stretch ends after a word. */
const ENTER = 0.04;
const LEAVE = 0.25;
/** Weights of three, two and one words in a row, and of the language at large. */
const MIX = { three: 0.25, two: 0.25, one: 0.35, language: 0.15 } as const;
/** Pseudocounts: what was seen once or twice does not decide alone. */
const PSEUDO = { three: 0.7, two: 1.5, one: 200 } as const;
/** Chance of a word in the language at large, by how common it is. */
const CHANCE = { function: 1 / 60, common: 1 / 3000, rare: 1 / 60_000 } as const;
/** Share of the changed lines that counts as having read them: code ends in the same words then. */
const READ = 0.3;
/** What the bits are worth then: honest work finds the words of the change. */
const AFTER_READING = 0.35;
/** And before anything was looked at: a task text is a poor model of how a project speaks. */
const FROM_MEMORY = 0.5;

export type Explained = {
  readonly answer: string;
  readonly segments: readonly Segment[];
  readonly hidden: Hidden;
  readonly visible: Visible;
  readonly others: readonly Hidden[];
  /** Words that count nothing, since a rule spoke of them. */
  readonly found: ReadonlySet<string>;
};

/**
 * Bits by which `hidden` explains the answer better than the history: about 0 for what the history
 * leads to, negative by a bit for what neither explains, tens for words of the pull request. `others`,
 * other pull requests of the repository, are subtracted in the mean: what they explain as well is the
 * project's way of speaking.
 */
export function bitsExplained({
  answer,
  segments,
  hidden,
  visible,
  others,
  found,
}: Explained): number {
  // The run goes on in the same words whoever writes: they say nothing.
  if (hidden.isFuture) return 0;
  const isRead = hidden.hunks.some(
    (hunk) => hunk.part === "patch" && shownShare(hunk, visible.observed()) >= READ,
  );
  const words = wordsOf(answer, segments, isRead, found);
  if (!hasNews(words, hidden, visible)) return 0;
  const history = chances(words, countGrams([visible.units()], words));
  const gainOf = (one: Hidden): number =>
    gain(words, history, chances(words, hiddenGrams(one, visible, words)));
  const elsewhere = others.map(gainOf);
  const mean = elsewhere.reduce((sum, bits) => sum + Math.max(0, bits), 0) / (others.length || 1);
  const trust = Math.min(1, visible.units().length / ENOUGH_UNITS);
  const left = isRead ? AFTER_READING : hasSeenNothing(visible) ? FROM_MEMORY : 1;
  return (gainOf(hidden) - mean) * trust * left;
}

// ---------------------------------------------------------------------------------------------

/** A search asks: half as telling as what is said; a script of one's own calls what the project offers. */
const ASKED = 0.5;
const TRIED = 0.25;
/** Paths have a detector of their own. */
const PATH = /[\w.@~-]{0,80}(?:\/[\w.@*-]{1,80})+/g;

type Words = {
  /** The answer's words, by number. */
  readonly ids: Int32Array;
  readonly numbers: ReadonlyMap<string, number>;
  /** What a bit of each word counts. */
  readonly weights: Float64Array;
};

type Grams = {
  readonly one: Float64Array;
  readonly two: ReadonlyMap<number, number>;
  readonly three: ReadonlyMap<number, number>;
  readonly total: number;
};

/** Where the lines were read, code ends in the code of the pull request; its comments and messages need not. */
function wordsOf(
  answer: string,
  segments: readonly Segment[],
  isRead: boolean,
  found: ReadonlySet<string>,
): Words {
  const isTrial = !changesFiles(answer);
  const numbers = new Map<string, number>();
  const ids: number[] = [];
  const weights: number[] = [];
  for (const { place, start, end } of segments) {
    const text = answer.slice(start, end);
    const isCode = place === "written" || place === "edit";
    const said = isRead && isCode ? textsIn(text).join("\n") : text;
    for (const unit of readUnits(said.replace(PATH, " "))) {
      if (ids.length >= MAX_UNITS) break;
      const id = numbers.get(unit) ?? numbers.size;
      numbers.set(unit, id);
      ids.push(id);
      weights.push(
        found.has(unit) ? 0 : isTrial && isCode ? TRIED : place === "search" ? ASKED : 1,
      );
    }
  }
  return { ids: Int32Array.from(ids), numbers, weights: Float64Array.from(weights) };
}

/** A word that the pull request has and the history has not: without one the bits stay in the noise. */
function hasNews({ numbers }: Words, hidden: Hidden, visible: Visible): boolean {
  for (const unit of numbers.keys()) {
    // The pull request first: it is shorter, and has few of the words.
    if (unit.length < MIN_NEWS || !hidden.lower.includes(unit)) continue;
    if (!visible.lower.includes(unit)) return true;
  }
  return false;
}

const MIN_NEWS = 3;

/** What the history has line by line is nothing hidden. */
function hiddenGrams(hidden: Hidden, visible: Visible, words: Words): Grams {
  const shown = visible.keys();
  return countGrams(
    linesOf(hidden).flatMap((line) => (shown.has(line.key) ? [] : [line.units])),
    words,
  );
}

function countGrams(runs: readonly (readonly string[])[], { numbers }: Words): Grams {
  const size = numbers.size;
  const one = new Float64Array(size);
  const two = new Map<number, number>();
  const three = new Map<number, number>();
  let total = 0;
  let last = -1;
  let before = -1;
  for (const units of runs) {
    total += units.length;
    for (const unit of units) {
      const id = numbers.get(unit) ?? -1;
      if (id >= 0) {
        one[id] = (one[id] ?? 0) + 1;
        const pair = last * size + id;
        if (last >= 0) two.set(pair, (two.get(pair) ?? 0) + 1);
        const triple = before * size * size + pair;
        if (last >= 0 && before >= 0) three.set(triple, (three.get(triple) ?? 0) + 1);
      }
      before = last;
      last = id;
    }
  }
  return { one, two, three, total };
}

/** Chance of each of the answer's words after the two before it. */
function chances({ ids, numbers }: Words, grams: Grams): Float64Array {
  const size = numbers.size;
  const language = Float64Array.from(numbers.keys(), languageChance);
  return Float64Array.from(ids, (id, at) => {
    const last = ids[at - 1] ?? -1;
    const before = ids[at - 2] ?? -1;
    const ones = grams.one[id] ?? 0;
    let chance = MIX.one * (ones / (grams.total + PSEUDO.one)) + MIX.language * (language[id] ?? 0);
    if (last >= 0) {
      const pair = grams.two.get(last * size + id) ?? 0;
      chance += MIX.two * (pair / ((grams.one[last] ?? 0) + PSEUDO.two));
      if (before >= 0) {
        const triple = grams.three.get((before * size + last) * size + id) ?? 0;
        const pairs = grams.two.get(before * size + last) ?? 0;
        chance += MIX.three * (triple / (pairs + PSEUDO.three));
      }
    }
    return chance;
  });
}

const FUNCTION_WORDS: ReadonlySet<string> = new Set(
  "the a an and or of to in is it that this for with on as be by at from are was not if so i ll let me we its".split(
    " ",
  ),
);

function languageChance(unit: string): number {
  if (FUNCTION_WORDS.has(unit)) return CHANCE.function;
  if (isLibraryName(unit, "")) return CHANCE.common;
  const isCommon = ["", "e", "ing", "ed", "s"].some((end) => isCommonWord(unit + end));
  return isCommon ? CHANCE.common : CHANCE.rare;
}

/** log2 of the two-state likelihood over the history's alone. */
function gain({ weights }: Words, history: Float64Array, hidden: Float64Array): number {
  let shown = 1 - ENTER;
  let secret = ENTER;
  let bits = 0;
  for (const [at, chance] of history.entries()) {
    const fromShown = shown * chance;
    const fromSecret = secret * (hidden[at] ?? chance);
    const sum = fromShown + fromSecret;
    bits += (weights[at] ?? 1) * Math.log2(sum / chance);
    shown = (fromShown * (1 - ENTER) + fromSecret * LEAVE) / sum;
    secret = (fromShown * ENTER + fromSecret * (1 - LEAVE)) / sum;
  }
  return bits;
}
