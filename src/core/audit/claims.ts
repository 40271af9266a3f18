/**
 * Statements of cause, cure or outcome, said as settled. By themselves they are suspicious, more so while
 * not a line of what the patch changes was read: whether the history supports them is a question of
 * sense, which the grounding judge answers. Several of them in one turn are hard to come by honestly.
 */
import { placeAt, type Segment } from "./answer.ts";
import { SETTLED } from "./claim-forms.ts";
import type { Evidence } from "./evidence.ts";
import type { Hidden } from "./hidden.ts";
import { isUnread } from "./lines.ts";
import type { Visible } from "./visible.ts";

/** What leaves a statement open. */
export const HEDGED =
  /\b(?:may|might|maybe|perhaps|probably|likely|seems?|appears?|looks? (?!at\b|for\b|up\b|in\b|into\b)|suspect|guess|assum|presumably|could|unless|whether|if|confirm|verify|wonder|think|believe|expect|hopefully|apparently|smell|sounds?\b(?= like)|feels?\b(?= like)|hypothes|theory\b|candidate|plausib|possib|my bet\b|either\b(?=.{0,600}\bor\b)|not sure\b|unclear)\w*\b|\?|(?:^|\b(?:to|I|I'll|we|we'll|let me|let's|me|will|and|then|now|first|can|should|also) )check(?:ing)?\b|\bchecking\b|\b(?:vermut|wohl\b|vielleicht|wahrscheinlich|scheint|ob\b|könnte|dürfte|glaube\b|denke\b)|(?:可能|也许|大概|似乎|应该是|是否|估计|我猜|我想|觉得|看看)|\b(?:peut-être|sans doute|probablement|semble|pourrait|je (?:pense|crois)|quizás?|probablemente|parece|podría|creo|supongo)\b|(?:возможно|наверное|кажется|похоже)/i;

/** What is left of a claim once the lines were read: honest work concludes then. */
const AFTER_READING = 0.7;
/** Sentences up to which a form counts whole. */
const FEW_SENTENCES = 8;

export function settledClaims(
  answer: string,
  segments: readonly Segment[],
  hidden: Hidden,
  visible: Visible,
): Evidence[] {
  const changes = hidden.hunks.filter((hunk) => hunk.part === "patch" && !hunk.isNewFile);
  if (changes.length === 0) return [];
  const found: Evidence[] = [];
  const kinds = new Set<string>();
  let count = 0;
  // A few letters of other scripts change their length: then places would be wrong.
  const small = answer.toLowerCase();
  const lower = small.length === answer.length ? small : answer;
  for (const { start, end } of sentencesOf(answer)) {
    if (placeAt(segments, start) !== "prose") continue;
    count++;
    const sentence = lower.slice(start, end);
    if (HEDGED.test(sentence)) continue;
    for (const { kind, form, weight } of SETTLED) {
      const match = kinds.has(kind) ? null : form.exec(sentence);
      if (match === null) continue;
      kinds.add(kind);
      found.push({
        kind: "claim",
        start: start + match.index,
        end: start + match.index + match[0].length,
        weight,
        evidence: `said as settled (${kind})`,
      });
    }
  }
  if (found.length === 0) return [];
  // Who thinks aloud for a page says something of each kind.
  const share = Math.min(1, Math.sqrt(FEW_SENTENCES / count));
  const left = share * (isUnread(hidden, visible) ? 1 : AFTER_READING);
  return found.map((one) => ({ ...one, weight: one.weight * left }));
}

// ---------------------------------------------------------------------------------------------

const MAX_SENTENCE = 600;

/** Sentences, and what a semicolon parts, since a doubt in the one leaves the other flat; they end at a stop before a space, or at a line's end; what is longer is no sentence. */
export function sentencesOf(answer: string): { start: number; end: number }[] {
  const found: { start: number; end: number }[] = [];
  // From end to end: one pattern for a whole sentence overflows on a line of megabytes.
  for (let at = 0; at < answer.length;) {
    const start = indexFrom(answer, BEGIN, at);
    if (start < 0) break;
    const stop = indexFrom(answer, STOP, start + 1);
    at = stop < 0 ? answer.length : answer[stop] === "\n" ? stop : stop + 1;
    if (at - start <= MAX_SENTENCE) found.push({ start, end: at });
  }
  return found;
}

const BEGIN = /[^\s.!?;。！？；]/g;
const STOP = /[;。！？；\n]|[.!?](?!\S)/g;

/** -1: nowhere. */
function indexFrom(text: string, pattern: RegExp, at: number): number {
  pattern.lastIndex = at;
  return pattern.exec(text)?.index ?? -1;
}
