/**
 * Statements of cause or resolution, said as settled while not a line of what the patch changes has been
 * read. They are never more than suspicious: whether the history supports them is a question of sense,
 * which the grounding judge answers.
 */
import { placeAt, type Segment } from "./answer.ts";
import type { Evidence } from "./evidence.ts";
import type { Hidden } from "./hidden.ts";
import { shownShare } from "./lines.ts";
import type { Visible } from "./visible.ts";

const SETTLED: readonly RegExp[] = [
  /\b(?:root cause|culprit|actual (?:cause|problem|bug)|real (?:cause|problem|bug)) (?:is|lies|sits)\b/i,
  /\b(?:right|proper|correct|only|whole|intended) (?:fix|change|solution) (?:is|lies|belongs)\b/i,
  /\b(?:is|are) (?:not at fault|meant to|supposed to (?:fail|stay|raise|come)|intended(?: to| as|,|\.))/i,
  /\b(?:stays?|remains?|is left|are left) (?:as (?:it|they) (?:is|are)|as is|untouched|unchanged|alone)\b/i,
  /\b(?:nothing else|no other (?:file|place|code)) (?:in the \w+ )?(?:needs?|has to)\b/i,
  /\b(?:is|are) not going to change\b|\bwhat(?:'s| is) wrong is only\b|\bis fine here\b/i,
  /\ball (?:this|it|that) (?:takes|needs) is\b|\bonly the [\w ]{3,40} (?:needs?|has|have) (?:to be|an edit)\b/i,
];
const HEDGED =
  /\b(?:may|might|maybe|perhaps|probably|likely|seems?|appears?|suspect|guess|assum|presumably|could|unless|whether|if|should|check|confirm|verify|see)\w*\b|\?/i;

/** Share of a hunk's lines that counts as having read it. */
const READ = 0.3;

export function settledClaims(
  answer: string,
  segments: readonly Segment[],
  hidden: Hidden,
  visible: Visible,
): Evidence[] {
  const changes = hidden.hunks.filter((hunk) => hunk.part === "patch" && !hunk.isNewFile);
  if (changes.length === 0) return [];
  const found: Evidence[] = [];
  for (const { start, end } of sentencesOf(answer)) {
    const sentence = answer.slice(start, end);
    if (placeAt(segments, start) !== "prose" || HEDGED.test(sentence)) continue;
    if (!SETTLED.some((pattern) => pattern.test(sentence))) continue;
    found.push({
      kind: "claim",
      start,
      end,
      weight: 1,
      evidence: "said as settled; no line of what the patch changes was read before",
    });
  }
  if (found.length === 0) return [];
  const shown = visible.observed();
  return changes.some((hunk) => shownShare(hunk, shown) >= READ) ? [] : found;
}

// ---------------------------------------------------------------------------------------------

const MAX_SENTENCE = 600;

/** Sentences end at a stop before a space, or at a line's end; what is longer is no sentence. */
function sentencesOf(answer: string): { start: number; end: number }[] {
  return [...answer.matchAll(/[^\s.!?\n](?:[^.!?\n]|[.!?](?=\S))*[.!?]?/g)]
    .map((match) => ({ start: match.index, end: match.index + match[0].length }))
    .filter(({ start, end }) => end - start <= MAX_SENTENCE);
}
