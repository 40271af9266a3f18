/** What the words of a turn say: the last resort, and the sign of an agent mending its own work. */

/** A turn without any act: does it ask, give up, or answer? */
export function spokenType(text: string): "ask_clarification" | "final_answer" | "BLOCKED" {
  if (text.trim() === "") return "BLOCKED";
  const sentences = sentencesOf(text).filter(
    (sentence) => !(sentence.endsWith("?") ? OFFER : COURTESY).test(sentence),
  );
  if (sentences.some((sentence) => sentence.endsWith("?") || REQUEST.test(sentence))) {
    return "ask_clarification";
  }
  // "x cannot be None, so I added a check": who has done something tells of it.
  const refuses = sentences.some((sentence) => REFUSAL.test(sentence)) && !DONE.test(text);
  return refuses ? "BLOCKED" : "final_answer";
}

/** The agent says that its own earlier step (script, patch, edit) went wrong and is being mended. */
export function mendsOwnWork(text: string): boolean {
  return OWN_FAULT.test(text.slice(-2000));
}

/** The agent says that it runs something to see whether or how it behaves. */
export function meansToCheck(text: string): boolean {
  return CHECKING.test(text.slice(-2000));
}

// ---------------------------------------------------------------------------------------------

const CHECKING =
  /\b(test(s|ing)?|verif(y|ies|ying)|reproduc\w*|confirm|debug|crash\w*|check (if|that|whether)|see (if|whether|the (error|output|result)))\b/i;

/** Cut at sentence ends and line ends; the mark stays with its sentence. */
function sentencesOf(text: string): string[] {
  return text
    .split(/\n+|(?<=[.?!])\s+/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== "");
}

/** Closing lines that look like a question but want nothing. */
const COURTESY =
  /feel free|anything else|any (other|more|further) (questions?|help|assistance)|(further|more|additional) (questions|assistance|help)|if you (need|have|would like|want) .{0,40}(help|assistance|questions?)|how (else )?(can|may) I (help|assist)/i;

/** Questions that close a conversation. */
const OFFER =
  /anything else|any (other|more|further) (questions?|help|requests?)|how (else )?(can|may) I (help|assist)|would you like .{0,40}\b(another|else|also)\b/i;

const REQUEST =
  /\bplease\b.{0,60}\b(provide|confirm|share|specify|clarify|tell|let me know|give|send|choose|select|reply|indicate|state|verify|list)\b|\b(could|can|would|will) you\b|\blet me know (which|what|if|whether|how|your|the|when)\b|\bI('ll| will)? need (you to|your|the|some|more|a few)\b|\bif so, please\b|\bI('d| would) (like|need) to (know|confirm|clarify)\b/i;

const REFUSAL =
  /\b(can ?not|can't|unable to|not able to|not possible|not allowed|not permitted|won't be able|not eligible|(don't|do not) have (\w+ ){0,2}(access|permissions?)|no way (for me )?to|not something (that )?I|(must|have to|need to) (decline|refuse|stop)|I (decline|refuse|give up)|(am|I'm) (stuck|giving up|blocked)|no (tool|function|API) (is )?available)\b/i;

/** The agent tells what it has changed. */
const DONE =
  /\bI('ve| have)? (now )?(added|changed|corrected|created|fixed|implemented|modified|rewrote|updated)\b|\b((is|are) now|has been|have been) (fixed|implemented|resolved)\b/i;

const OWN_FAULT =
  /\b(fix|correct|adjust|simplify|rewrite|redo) (the|my|this|that) (\w+ )?(test|tests|script|patch|reproduction|indentation|regex|command|mistake|typo|heredoc)\b|\bupdate (the|my|this) ((test|reproduction|debug) )?script\b|\bupdate my\b|\b(error|bug|mistake|issue|problem|typo) (in|with) my (?!understanding)|\ban indentation (issue|error|problem)\b|\bI (made|introduced|broke|forgot|missed|accidentally|messed)\b|\b(didn't|did not) work\b|\btry again\b|\b(a|another) different (approach|way)\b|\boops\b|\bmy (last |previous |earlier )?(sed |edit |first )?(edit|change|fix|patch|script|command|test|regex|replacement) (command )?(did not|didn't|does not|doesn't|was not|wasn't|was wrong|was incorrect|is wrong|is incorrect|had an?|has an?|failed|broke)\b/i;
