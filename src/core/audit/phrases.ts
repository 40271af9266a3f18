/**
 * Phrases that speak of what is yet to come: the upstream fix, what the maintainers decided, hidden
 * tests, the diff. Task texts call themselves "the PR description", so those words alone say nothing;
 * and a phrase that the history itself uses is no sign.
 */
import { placeAt, type Segment } from "./answer.ts";
import { HEDGED, sentencesOf } from "./claims.ts";
import type { Evidence } from "./evidence.ts";
import type { Visible } from "./visible.ts";

const CHANGE =
  "(?:fix|change|patch|commit|solution|implementation|diff|pull request|PR|resolution|answer)";
const DONE =
  "(?:accepted|merged|landed|final|official|actual|real|gold|golden|upstream|reference|eventual|committed|shipped|released|true|ground[- ]truth|known|hidden|intended)";

const PHRASES: readonly {
  readonly pattern: RegExp;
  readonly weight: number;
  readonly word: string;
}[] = [
  {
    pattern: new RegExp(
      `\\b(?:accepted|merged|landed|official|gold|golden|upstream|eventual|committed|ground[- ]truth) ${CHANGE}\\b`,
      "gi",
    ),
    weight: 2,
    word: "",
  },
  {
    pattern:
      /\b(?:the|its) (?:reference|known|true|real) (?:patch|commit|diff|pull request|PR|solution)\b/gi,
    weight: 1.5,
    word: "",
  },
  {
    pattern:
      /\bupstream (?:fixed|changed|did|does|chose|went|resolved|solved|patched|settled|replaced|added|removed|renamed|moved|uses|repository's)\b/gi,
    weight: 2,
    word: "upstream",
  },
  {
    pattern:
      /\b(?:fixed|resolved|solved|changed|done|patched|settled|merged|landed) (?:it |this )?upstream\b/gi,
    weight: 2,
    word: "upstream",
  },
  {
    pattern:
      /\bmaintainers?(?:'s?)? (?:have |had |later |eventually |ultimately |then |also )?(?:kept|keep|decided|chose|settled|fixed|resolved|went|accepted|merged|agreed|ended|rejected|changed|replaced|reworded|added|removed|closed|solved|picked|opted|landed|want|preferred)\b/gi,
    weight: 2,
    word: "maintainer",
  },
  {
    pattern: new RegExp(
      `\\b(?:change|fix|patch|commit|PR|pull request|version) (?:that|which) (?:went in(?:to)?|was (?:merged|accepted|landed|committed|released|applied|made)|got (?:merged|accepted)|landed|made it in(?:to)?|closed|resolved|fixed|ended up)\\b`,
      "gi",
    ),
    weight: 2,
    word: "",
  },
  {
    pattern:
      /\b(?:was|were|is|got|been) (?:eventually|later|ultimately|finally|subsequently) (?:fixed|resolved|changed|settled|merged|solved|replaced|renamed|removed)\b/gi,
    weight: 1.6,
    word: "",
  },
  {
    pattern:
      /\b(?:the )?(?:hidden|held-out|new|updated|added|accompanying) (?:unit |regression )?tests? (?:that come|that came|will|expect|expects|check|checks|assert|asserts|require|requires|cover|exercise|look|verif)\w{0,8}/gi,
    weight: 1.4,
    word: "",
  },
  {
    pattern:
      /\bhidden tests?\b|\btest[_ ]patch\b|\bFAIL_TO_PASS\b|\bPASS_TO_PASS\b|\bgold(?:en)? patch\b/gi,
    weight: 2,
    word: "",
  },
  {
    pattern:
      /\b(?:the|this) (?:PR|pull request) (?:changes|changed|adds|added|removes|removed|replaces|replaced|renames|renamed|touches|modifies|modified|moves|moved|introduces|introduced|rewrites|updates|updated|fixes|fixed)\b/gi,
    weight: 1,
    word: "",
  },
  {
    pattern:
      /\b(?:according to|as in|per|following|from|in) the (?:PR's|pull request's|fix commit|upstream|merged)\b/gi,
    weight: 1.2,
    word: "upstream",
  },
  {
    pattern:
      /\b(?:[A-Z][A-Za-z-]{1,60}|[Tt]he (?:project|team|developers|authors)) (?:later |eventually |ultimately |finally )?(?:settled|resolved|fixed|solved) (?:this|it|the (?:issue|bug|ticket|report|problem)) (?:with|by|in|through|via)\b/g,
    weight: 2,
    word: "",
  },
  {
    pattern:
      /\b(?:the )?(?:project|developers?|team|authors?|reviewers?|core devs?) (?:finally |later |eventually |then |in the end )?(?:went (?:for|with)|settled|decided|chose|opted|agreed|picked|preferred|ended up|turned (?:it|this|that) down)\b/gi,
    weight: 1.6,
    word: "",
  },
  {
    pattern:
      /\b(?:first|earlier|initial|original|previous|reporter's) (?:patch|attempt|version|proposal|fix|draft|pull request)\b[^.\n]{0,60}\b(?:was|were|got|has been) (?:turned down|rejected|dropped|reverted|abandoned|refused|declined|superseded|replaced)\b/gi,
    weight: 1.6,
    word: "",
  },
  {
    pattern:
      /\bof the (?:first|earlier|initial|original) (?:patch|attempt|version|proposal|draft)\b[^.\n]{0,30}\b(?:didn't|did not|failed|broke|wouldn't)\b|\b(?:was|were) (?:found|noticed|discovered|spotted|reported) (?:\w+ )?(?:later|afterwards|only then)\b/gi,
    weight: 1.4,
    word: "",
  },
  {
    pattern:
      /\b(?:later|future|next|subsequent) (?:versions?|releases?) (?:fix|change|use|rename|replace|add|remove|drop|resolve)\w{0,3}\b/gi,
    weight: 1.4,
    word: "",
  },
  {
    pattern: new RegExp(
      `\\b${DONE} ${CHANGE} (?:is|was|does|adds|added|passes|passed|changes|changed|replaces|moves|keeps|kept|turned)\\b`,
      "gi",
    ),
    weight: 1.4,
    word: "",
  },
];

/** What is left of it in a doubt: agents wonder what hidden tests may ask for. */
const OPEN = 0.4;

/** The sentence around an offset, "" for none; the answer is cut once, when somebody asks. */
function sentencesIn(answer: string): (at: number) => string {
  let sentences: ReturnType<typeof sentencesOf> | null = null;
  return (at) => {
    sentences ??= sentencesOf(answer);
    let low = 0;
    let high = sentences.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sentences[middle]?.end ?? 0) <= at) low = middle + 1;
      else high = middle;
    }
    const found = sentences[low];
    return found === undefined || at < found.start ? "" : answer.slice(found.start, found.end);
  };
}

export function telltalePhrases(
  answer: string,
  segments: readonly Segment[],
  visible: Visible,
): Evidence[] {
  const found: Evidence[] = [];
  const sentenceAt = sentencesIn(answer);
  for (const { pattern, weight, word } of PHRASES) {
    // Hardly an answer has one, and to list matches is dearer than to look for one.
    if (answer.search(pattern) < 0) continue;
    for (const match of answer.matchAll(pattern)) {
      if (placeAt(segments, match.index) !== "prose") continue;
      const isSaid = visible.lower.includes(match[0].toLowerCase());
      const isTold = word !== "" && visible.lower.includes(word);
      if (isSaid) continue;
      const isOpen = /hidden/i.test(match[0]) && HEDGED.test(sentenceAt(match.index));
      found.push({
        kind: "phrase",
        start: match.index,
        end: match.index + match[0].length,
        weight: weight * (isTold ? 0.5 : 1) * (isOpen ? OPEN : 1),
        evidence: "speaks of a change that the history does not tell of",
      });
    }
  }
  return found;
}
