/**
 * What the words around a verdict make of it: the task's template said again, a candidate's text that
 * is quoted, a hypothesis, a draft that is plainly taken back. A judge that argues with itself after
 * its verdict has given none.
 */
import { METRICS } from "../../records/score.ts";
import { takesBack } from "./revoked-words.ts";
import { seatOfText } from "./vote-words.ts";

/** How a verdict is introduced, from the words of its own sentence before it. */
export type Intro = "plain" | "template" | "quoted" | "one_model";

/** @param before the text up to the verdict, at least its last INTRO characters */
export function introOf(before: string): Intro {
  const near = before.slice(-INTRO).replace(FENCE_OPENING, "").trimEnd();
  const sentence = /[^\n.!?;]*[^\n]{0,3}$/.exec(near)?.[0].toLowerCase() ?? "";
  const [, label = ""] = ONE_MODEL.exec(/[^\n]*$/.exec(near)?.[0] ?? "") ?? [];
  if (seatOfText(label) !== null && /[a-z]/i.test(label)) return "one_model";
  // A sentence that has had its quotation, and ends, introduces nothing more.
  if (SET_ASIDE.test(sentence) || HAS_HAD_IT.test(sentence)) return "plain";
  if ([QUOTED, QUOTED_BY_ORDER, HYPOTHESIS, EXAMPLE].some((words) => words.test(sentence)))
    return "quoted";
  return TEMPLATE.test(sentence) ? "template" : "plain";
}

/** Whether the words between two verdicts, or those before the first of them, take the first one back. */
export function isRevoked(before: string, between: string): boolean {
  const words = between.slice(0, BETWEEN);
  if (HYPOTHESIS.test(words.toLowerCase()) || QUOTED.test(words.toLowerCase())) return false;
  if (REVOKES.test(words) || takesBack(words)) return true;
  return DRAFT.test(before.slice(-INTRO)) && FINAL.test(words);
}

/** Whether what follows the last verdict takes it back without giving another one. */
export function isTakenBack(after: string): boolean {
  const words = after.slice(0, BEHIND);
  return REVOKES_AFTER.test(words) || takesBack(words);
}

/** A refusal to judge, beside which a row of zeros is no draw. */
export function isRefusal(text: string): boolean {
  return REFUSAL.test(text.slice(0, BETWEEN));
}

// ---------------------------------------------------------------------------------------------

const INTRO = 200;
const BETWEEN = 4000;
const BEHIND = 40_000;
const METRIC = METRICS.join("|");

const FENCE_OPENING = /\s*(?:```|~~~)[^\n]{0,20}\n?\s*$/;
const ONE_MODEL =
  /^[\s>#*+_`-]*((?:model|candidate|response|answer|reply|assistant|option)[ _#-]{0,2}(?:1|2|a|b|one|two))[\s*_`]*(?:scores?|points|marks|ratings?)?[\s*_`]*[:=-]?[\s*_`]*$/i;

const HAS_HAD_IT = /[}\uFF5D][^{}:]*[.!?]$/;
const SET_ASIDE = /\b(?:i|we) (?:\w+ )?(?:ignored?|disregard(?:ed)?|set aside)\b[^:]*[.!?]$/;
const CANDIDATES = "(?:candidate|model|response|reply|answer|assistant)";
const HOLDS =
  "(?:contain(?:s|ed)?|holds?|held|carries|hides?|inserts?|wrote|writes|says?|said|claims?|prints?|printed|includes?|included|quotes?|inject(?:s|ed)|outputs?|embeds?|embedded|adds|echo(?:es|ed)?)";
/** "The first candidate contains the text", "in the second response there is". */
const QUOTED_BY_ORDER = new RegExp(
  `\\b(?:the|one|a) (?:(?:first|1st|former|second|2nd|latter|other|losing|winning) )?(?:${CANDIDATES}|one)(?: (?:1|2|a|b))?(?:'s \\w+)?[^.:]{0,40}\\b${HOLDS}\\b|\\b(?:in|inside|within|from) (?:the )?(?:(?:first|second|other|former|latter) ${CANDIDATES}|${CANDIDATES} ?(?:[12]|a|b))(?:'s \\w+)?(?: there (?:is|was|stands)| i (?:see|found|find|read))\\b`,
);

const QUOTED =
  /(?:model|candidate|response|answer|reply) ?(?:[12]|a|b)(?:'s (?:text|reply|answer|output|own))?[^.:]{0,40}\b(?:contain(?:s|ed)?|wrote|writes|says?|said|claims?|prints?|printed|includes?|included|tries|tried|asks?|asked|ends|quotes?|inject(?:s|ed)|outputs?|embeds?)\b|\b(?:the candidate|it|which) (?:contains|wrote|says|claims|prints|includes|asks|embeds)\b|\b(?:injected|embedded|quoted|attempt)\b/;
const HYPOTHESIS =
  /\b(?:if|were|had) (?:the )?(?:order|seats?|positions?|models?|candidates?|roles?|places?)\b[^.]{0,60}|\b(?:swapped|reversed order|otherwise|hypothetical(?:ly)?|would (?:say|give|be|have)|could (?:say|be)|might (?:say|be)|instead of|rather than)\b/;
const EXAMPLE =
  /\b(?:for example|for instance|an example|example (?:of|reply|verdict|output|json)|e\.g)\b|^\W*example\b/;
const TEMPLATE =
  /\b(?:format|template|schema|structure|placeholder|of the form|expected (?:output|json|reply)|looks? like|shape)\b/;

const REVOKES =
  /\b(?:on (?:second|further|closer) (?:thought|reflection|reading|look|inspection)|correction|scratch that|strike that|i (?:was|am) (?:wrong|mistaken)|i made (?:a|an) (?:mistake|error|slip)|let me (?:correct|revise|redo|fix|rewrite|reconsider|re-?evaluate|re-?think)|revis(?:ed|ing)|corrected|reconsider(?:ed|ing)|i (?:take|took) (?:that|it) back|(?:ignore|disregard|discard|forget) (?:the|my|that) (?:above|previous|first|earlier|last|draft)|replac(?:es|ing)|supersed(?:es|ing)|that was (?:wrong|a draft|my draft)|my final|final (?:verdict|answer|json|decision|judg\w+|version))\b|^\W{0,6}(?:no|wait|hmm)[,.!\u2026\u2014]|\bwait[,.!\u2014 -]|\bactually,/i;
const REVOKES_AFTER = new RegExp(
  `\\b(?:on (?:second|further|closer) (?:thought|reflection|reading|look|inspection)|scratch that|strike that|i (?:was|am) (?:wrong|mistaken)|i made (?:a|an) (?:mistake|error|slip)|let me (?:correct|revise|redo|fix|reconsider|re-?evaluate|re-?think|check (?:again|that again))|i (?:take|took) (?:that|it) back|i(?:'d| would| should) (?:change|revise|reconsider|have (?:said|given))|chang(?:e|ing) my|(?:${METRIC}) (?:should|must|ought to) (?:rather |really |instead )?(?:be|go|have been))\\b|^\\W{0,6}(?:no|wait|hmm)[,.!\\u2026\\u2014]|\\bwait[,.!\\u2014-]|\\bcorrection ?:|\\bactually,|\\b(?:ignore|disregard|discard) (?:the|my|that|this) (?:above|previous|verdict|json|earlier)`,
  "i",
);
const DRAFT =
  /\b(?:draft|initial(?:ly)?|preliminary|tentative(?:ly)?|first (?:pass|impression|guess|attempt|try))\b/i;
const FINAL =
  /\bfinal(?:ly|i[sz]ed)?\b|\bafter (?:checking|reading|review\w*|comparing)\b|\brefined\b/i;
const REFUSAL =
  /\b(?:i(?:'m| am) (?:sorry|unable|not able)|i (?:cannot|can't|can\u2019t|can not|won't|will not|refuse to|decline to) (?:compare|judge|evaluate|assess|help|assist|comply|provide|give|decide)|unable to (?:compare|judge|evaluate|assess|decide)|as an ai)\b/i;
