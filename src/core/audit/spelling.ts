/**
 * Names of the pull request in any spelling: camelCase for snake_case, apart with spaces, hyphens, dots
 * or slashes, in capitals, put together from strings, with signs of no width in it, with letters that
 * only look Latin, with globs for a part. Parts of three words and more of a long name count too.
 */
import { placeAt, type Segment } from "./answer.ts";
import type { Evidence } from "./evidence.ts";
import type { Hidden } from "./hidden.ts";
import type { Age } from "./given-names.ts";
import { folded, type Folded } from "./look-alikes.ts";
import { beyondMemory } from "./memory.ts";
import { KEPT_RECORDS, rememberRecent } from "./recent.ts";
import { isCommonWord, isKnownName, isLibraryName, surpriseOf } from "./surprise.ts";
import { isWord, partsOf } from "./tokens.ts";
import type { Visible } from "./visible.ts";

export function respelledNames(
  answer: string,
  segments: readonly Segment[],
  hidden: Hidden,
  visible: Visible,
): Evidence[] {
  const text = folded(answer);
  const parts = [...partsIn(text)];
  const index = spellings(hidden);
  const found: Evidence[] = [];
  const done = new Set<string>();
  for (let at = 0; at < parts.length; at++) {
    const hit = longestAt(text, parts, at, index);
    if (hit === null) continue;
    const one = judge(answer, hit, segments, visible);
    if (one === null) continue;
    if (!done.has(hit.name)) found.push(one);
    done.add(hit.name);
    at = hit.last;
  }
  return [...found, ...globbed(answer, text, segments, hidden, visible)];
}

// ---------------------------------------------------------------------------------------------

type Part = { readonly text: string; readonly start: number; readonly end: number };

type Spelling = {
  readonly name: string;
  readonly parts: readonly string[];
  readonly isWhole: boolean;
  readonly place: string;
  readonly isTest: boolean;
  readonly isNew: boolean;
  readonly age: Age;
};

type Hit = Spelling & {
  readonly start: number;
  readonly end: number;
  /** Index of its last part. */
  readonly last: number;
  /** The answer spells it with spaces between its parts. */
  readonly isSpaced: boolean;
};

/** Parts that one mention has at most; zero width cuts a part in two. */
const MAX_PARTS = 12;
/** Letters below which a name is a word of any text. */
const MIN_LETTERS = 7;
const AGES: readonly Age[] = ["older", "used", "made"];
/** Names that are indexed: a huge patch has tens of thousands. */
const MAX_NAMES = 5000;

/** Joined parts -> the name: whole names of two parts and more, and runs of three and more of longer ones. */
const spellings: (hidden: Hidden) => ReadonlyMap<string, Spelling> = rememberRecent(
  KEPT_RECORDS,
  (hidden) => {
    const index = new Map<string, Spelling>();
    let count = 0;
    for (const [name, { first, isNew, age }] of hidden.names) {
      if (!isWord(name) || isKnownName(name) || (!isNew && isLibraryName(name, hidden.repo)))
        continue;
      const parts = partsOf(name);
      if (parts.length < 2 || parts.length > MAX_PARTS) continue;
      if (count++ >= MAX_NAMES) break;
      const classes = new Set(
        (name.match(/(?<=_)(?:[A-Z][a-z]+){2,}(?=_|$)/g) ?? []).map((one) => one.toLowerCase()),
      );
      const isTest = first.part === "test_patch" || first.part === "fail_to_pass";
      for (let length = parts.length; length >= Math.min(3, parts.length); length--) {
        for (let at = 0; at + length <= parts.length; at++) {
          const run = parts.slice(at, at + length);
          const joined = run.join("");
          const isWhole = length === parts.length;
          if (joined.length < MIN_LETTERS) continue;
          const other = index.get(joined);
          if (other !== undefined && !isWhole) {
            // A piece of a new name that is a piece of an older one too is as old.
            if (AGES.indexOf(age) < AGES.indexOf(other.age)) index.set(joined, { ...other, age });
            continue;
          }
          // _print_ThatClass: what a visitor is named after was there before.
          const isNamesake = !isWhole && classes.has(joined);
          index.set(joined, {
            name,
            parts: run,
            isWhole,
            place: first.place,
            isTest,
            isNew,
            age: isNamesake && age === "made" ? "used" : age,
          });
        }
      }
    }
    return index;
  },
);

function* partsIn({ text }: Folded): Generator<Part> {
  for (const match of text.matchAll(PART)) {
    yield { text: match[0].toLowerCase(), start: match.index, end: match.index + match[0].length };
  }
}

const PART = /\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+|\p{Lu}+|\p{N}+|[\p{Lo}\p{Lm}\p{M}]+/gu;

/** What may stand between the parts of one name; a stop or a comma before a space ends it. */
const BETWEEN =
  /^(?:[_\-./\\: ]|\\[.sWwd][*+?]?|[.*+?[\]_ ]{1,8}|_?["'`]\s{0,2}(?:\+|\|\|)?\s{0,2}["'`]_?)?$/;

function longestAt(
  { text, offsetOf }: Folded,
  parts: readonly Part[],
  at: number,
  index: ReadonlyMap<string, Spelling>,
): Hit | null {
  let joined = "";
  let isSpaced = false;
  let best: Hit | null = null;
  const first = parts[at];
  if (first === undefined) return null;
  for (let last = at; last < Math.min(parts.length, at + MAX_PARTS); last++) {
    const part = parts[last];
    const before = parts[last - 1];
    if (part === undefined) break;
    if (last > at && before !== undefined) {
      const between = text.slice(before.end, Math.min(part.start, before.end + 12));
      if (!BETWEEN.test(between)) break;
      isSpaced ||= between.includes(" ") && !/["'`]/.test(between);
    }
    joined += part.text;
    const known = index.get(joined);
    if (known !== undefined) {
      const [start, end] = [offsetOf(first.start), offsetOf(part.end - 1) + 1];
      best = { ...known, start, end, last, isSpaced };
    }
  }
  return best;
}

/** What is left where the words could be English. */
const PHRASE = 0.85;
const WORDS = 0.6;
/** What is left of a piece of a name that is searched for. */
const SOUGHT = 0.5;
/** Bits of two parts that the history shows. */
const SHOWN_BITS = 3;

function judge(
  answer: string,
  hit: Hit,
  segments: readonly Segment[],
  visible: Visible,
): Evidence | null {
  // As the pull request spells it: judged as a name.
  const edges = /^_*/.exec(hit.name)?.[0].length ?? 0;
  const isSame =
    answer.startsWith(hit.name, hit.start - edges) &&
    hit.end - hit.start >= hit.name.replace(/^_+|_+$/g, "").length;
  if (isSame || visible.joined().includes(hit.parts.join(""))) return null;
  const bits = surpriseOf(hit.parts.join("_"), visible);
  const place = placeAt(segments, hit.start);
  const isProse = place === "prose";
  const letters = hit.parts.filter((part) => /\p{L}/u.test(part));
  // Two common words side by side are English.
  const isPhrase = hit.isSpaced && letters.every((part) => isCommonWord(part) || part.length <= 3);
  // So are two shown ones, where the pull request does not make the name.
  const isWords = hit.isSpaced && letters.length === 2 && bits <= SHOWN_BITS && !hit.isNew;
  if (letters.length < 2 || bits <= 1) return null;
  const weight =
    (bits > 3.5 ? 2.2 : 1.85) *
    (hit.isWhole ? 1 : 0.85) *
    (isWords ? WORDS : isPhrase ? PHRASE : 1) *
    (isProse ? 1 : place === "search" && !hit.isWhole && hit.age !== "made" ? SOUGHT : 0.95) *
    beyondMemory(hit.isTest && hit.isWhole ? "made" : hit.age, place, false, visible);
  return {
    kind: hit.isTest ? "test" : "identifier",
    start: hit.start,
    end: hit.end,
    weight,
    evidence: `${hit.place}: ${hit.name}, spelled otherwise`,
  };
}

/** trim*table, trim.*table: a name with a part left to the shell or to a pattern. */
const GLOB = /[\p{L}\p{N}_]{2,40}(?:\\?\.?\*[\p{L}\p{N}_]{2,40}){1,4}/gu;
const MAX_GLOBS = 20;

function globbed(
  answer: string,
  { text, offsetOf }: Folded,
  segments: readonly Segment[],
  hidden: Hidden,
  visible: Visible,
): Evidence[] {
  const found: Evidence[] = [];
  for (const match of [...text.matchAll(GLOB)].slice(0, MAX_GLOBS)) {
    const pieces = match[0].split(/\\?\.?\*/).map((piece) => piece.replace(/^_+|_+$/g, ""));
    if (pieces.join("").length < MIN_LETTERS) continue;
    const name = [...hidden.names.keys()].find(
      (one) => fits(one, pieces) && !isKnownName(one) && surpriseOf(one, visible) > 1,
    );
    if (name === undefined) continue;
    const start = offsetOf(match.index);
    const end = offsetOf(match.index + match[0].length - 1) + 1;
    if (visible.text.includes(answer.slice(start, end))) continue;
    const place = placeAt(segments, start);
    found.push({
      kind: "identifier",
      start,
      end,
      weight: place === "prose" ? 2 : surpriseOf(name, visible) > 3.5 ? 2 : 1.4,
      evidence: `the PR names ${name}`,
    });
  }
  return found;
}

/** The pieces stand in the name in their order, the first at its head and the last at its end. */
function fits(name: string, pieces: readonly string[]): boolean {
  if (!isWord(name) || partsOf(name).length < 2) return false;
  const bare = name.replace(/^_+/, "");
  let at = 0;
  for (const piece of pieces) {
    const next = bare.indexOf(piece, at);
    if (next < 0 || (at === 0 && next !== 0)) return false;
    at = next + piece.length;
  }
  return at === bare.length;
}
