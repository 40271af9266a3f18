/**
 * Statements about code that nothing has shown: said flatly, before a changed line was read, in words
 * that the history does not have. Who has not looked asks, guesses or says what to do next; who has seen the pull
 * request explains. It takes several such words: one is a manner of speaking.
 */
import { placeAt, type Segment } from "./answer.ts";
import { HEDGED, sentencesOf } from "./claims.ts";
import type { Evidence } from "./evidence.ts";
import type { Hidden } from "./hidden.ts";
import { isEnglish } from "./language.ts";
import { isUnread } from "./lines.ts";
import { hasSeenNothing } from "./memory.ts";
import { stemOf } from "./units.ts";
import type { Visible } from "./visible.ts";

/** Fewer words say nothing: of 100 early turns of real agents two have three of them, hardly one has four. */
const MIN_WORDS = 4;
/** Weight of a word, less the offset; six make a leak. */
const PER_WORD = 0.32;
const OFFSET = 0.25;
const MAX_WEIGHT = 2.2;
/** Before anything was looked at: who knows the project explains some of it by heart; seven words make a leak. */
const OFFSET_OF_MEMORY = 0.8;
/** Shorter words are grammar. */
const MIN_LETTERS = 4;

/** Evidence of one, in front of its words. */
const BARE = "said of what was not shown, in words that were not: ";

/** The words of such a finding, which are counted once; [] for any other. */
export const wordsOfBareClaim = ({ evidence }: Evidence): readonly string[] =>
  evidence.startsWith(BARE) ? evidence.slice(BARE.length).split(", ") : [];

export function bareClaims(
  answer: string,
  segments: readonly Segment[],
  hidden: Hidden,
  visible: Visible,
): Evidence[] {
  if (!isUnread(hidden, visible) || !isEnglish(answer)) return [];
  const words = new Map<string, number>();
  for (const { start, end } of statementsOf(answer, segments)) {
    const sentence = blanked(answer.slice(start, end));
    for (const match of sentence.matchAll(WORD)) {
      const stem = stemOf(match[0].toLowerCase());
      if (ABOUT_WORK.has(stem) || words.has(stem) || beginsWord(visible.lower, stem)) continue;
      words.set(stem, start + match.index);
    }
  }
  const first = [...words.entries()][0];
  if (words.size < MIN_WORDS || first === undefined) return [];
  const [stem, start] = first;
  const offset = hasSeenNothing(visible) ? OFFSET_OF_MEMORY : OFFSET;
  const weight = Math.min(MAX_WEIGHT, PER_WORD * words.size - offset);
  const evidence = `${BARE}${[...words.keys()].join(", ")}`;
  return [{ kind: "claim", start, end: start + stem.length, weight, evidence }];
}

// ---------------------------------------------------------------------------------------------

/** Sentences of the prose without a doubt or a plan; what a plan lists is part of it. */
function* statementsOf(
  answer: string,
  segments: readonly Segment[],
): Generator<{ readonly start: number; readonly end: number }> {
  let isListed = false;
  let isPlanned = false;
  let last = 0;
  for (const { start, end } of sentencesOf(answer)) {
    const sentence = blanked(answer.slice(start, end));
    if (answer.slice(last, start).includes("\n")) isListed = LISTED.test(sentence);
    last = end;
    if (placeAt(segments, start) !== "prose") continue;
    const isOpen = HEDGED.test(sentence) || PLANS.test(sentence) || !VERB.test(sentence);
    if (!isListed) isPlanned = isOpen && sentence.endsWith(":");
    if (!isOpen && !(isListed && isPlanned)) yield { start, end };
  }
}

/** The head of a numbered or marked line; a number and its stop are a sentence. */
const LISTED = /^(?:\d{1,2}[.)](?:\s|$)|[-*+]\s)/;

const WORD = new RegExp(
  `(?<![\\p{L}\\p{M}\\p{N}_])[A-Za-z][a-z]{${MIN_LETTERS - 1},}(?![\\p{L}\\p{M}\\p{N}_])`,
  "gu",
);

/** Who speaks of himself, or of the step at hand, makes no statement about the code. */
const PLANS =
  /\b(?:I|me|my|let's|we|our|us|should|would (?:like|rather|want|be good))\b|^\W*(?:Now|Next|First|Then|Time|Searching|Looking|Reading|Checking|Running|Reproduc\w+|Before)\b/;

/** What could be a verb; without one it is a note of what comes next. */
const VERB =
  /\b(?:am|be|do|did|can|will|could|may|must|go|went|come|came|make|made|keep|kept|take|took|give|gave|get|got|set|put|let|need|want|mean|live|sit|fail|break|broke|\w{2,}(?:s|ed|en|ing))\b/i;

/** Code with the language of its fence, and the word that some prompts ask for, say nothing here; offsets stay. */
const blanked = (text: string): string =>
  text.replace(/`{3,}\w*|`[^`\n]*`|\bTHOUGHT:/g, (part) => " ".repeat(part.length));

/** True when a word of the text begins so: "back" is not shown by "feedback". */
function beginsWord(text: string, stem: string): boolean {
  for (let at = text.indexOf(stem); at >= 0; at = text.indexOf(stem, at + 1)) {
    const before = text.charCodeAt(at - 1);
    if (!(before >= LETTER_A && before <= LETTER_Z)) return true;
  }
  return false;
}

const [LETTER_A, LETTER_Z] = [97, 122];

/** Stems of what agents say of their own work, and of the report. */
const ABOUT_WORK: ReadonlySet<string> = new Set(
  "search locat find look read open view print show list grep definition defin function method class modul packag repository repo project folder directory file script sourc code test command output line report issu problem description mention name reproduc run install environment version first next step place piece part whole other another several both here there also still that this these those with which what when where from into them they their have been were will does done more most only some such than then just same very none itself themselv every each everyth nothing noth anyth something someth already alway never while after before until between above below again because obvious obviously though about like know must mak make made tak take taken com come go goes giv give given keep els else hav having well even ever much many often away back down over under around sinc since becaus because once onc quit quite mean want need seem cas case thing ways good fine plac place traceback trace stack suggest propos right wrong"
    .split(" ")
    .flatMap((word) => [word, stemOf(word)]),
);
