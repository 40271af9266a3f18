/**
 * Whose fault a refusal is, by evidence. Words alone do not tell: the same "400 Bad request" stands for
 * a misspelt model and for one odd prompt. A refusal is the item's own when it is refused again while
 * others are answered; it is the settings' when nobody was answered yet, or when a third item in a row is
 * refused alike. Until that is known the item is held, and nothing is filed. Words that plainly name the
 * content are believed, unless this model has answered nobody and a third item in a row meets the same.
 */
import type { Evidence, Refusal, Weighed } from "../../calls/decision.ts";

/** Items in a row that have to be refused before a model is asked no more. */
const IN_A_ROW = 3;
/** Words that were an item's own before need more of a row: so common an item meets itself by chance. */
const MOST_MORE = 12;

export const noEvidence: Evidence = {
  successes: 0,
  streak: { words: "", items: [] },
  refused: new Map(),
  owned: new Map(),
};

/** A call was answered: what came before it in a row says nothing of the settings. */
export function afterAnswer(evidence: Evidence, item: string): Evidence {
  const refused = evidence.refused.has(item)
    ? new Map([...evidence.refused].filter(([name]) => name !== item))
    : evidence.refused;
  const { streak, successes } = evidence;
  const cleared = streak.items.length === 0 ? streak : noEvidence.streak;
  return { ...evidence, successes: successes + 1, streak: cleared, refused };
}

/**
 * What a refused item is now: "settings" (left for the next run), "rejected" (its own fault), or
 * "refused" (not known yet: ask again once others were answered). `suspect`: so many in a row that
 * nothing more should be sent before the calls in flight have come back.
 */
export function weigh(evidence: Evidence, { item, kind, message }: Refusal): Weighed {
  if (kind === "content") return weighContent(evidence, item, message);
  const words = kind === "settings" || evidence.successes === 0 ? ANY_WORDS : likeWords(message);
  const items = rowOf(evidence, words, item);
  const own = likeWords(message);
  const needed = IN_A_ROW + Math.min(evidence.owned.get(own) ?? 0, MOST_MORE);
  const suspect = items.length >= needed;
  const next = { ...evidence, streak: { words, items } };
  if (kind === "settings" || suspect) return { evidence: next, kind, suspect };
  if (evidence.refused.has(item) && evidence.successes > 0) {
    const owned = new Map(evidence.owned).set(own, (evidence.owned.get(own) ?? 0) + 1);
    const left = { words, items: items.filter((name) => name !== item) };
    return { evidence: { ...evidence, owned, streak: left }, kind: "rejected", suspect: false };
  }
  const refused = new Map(evidence.refused).set(item, evidence.successes);
  return { evidence: { ...next, refused }, kind, suspect: false };
}

/** Why nothing more is sent: the words for the person. */
export function closedWords({ streak }: Evidence, message: string): string {
  const n = streak.items.length;
  return `${n} item${n === 1 ? "" : "s"} in a row ${n === 1 ? "was" : "were"} refused, the last one with ${message}`;
}

/** Refusals alike: numbers, names in quotes and ids are what differs between two items. */
export function likeWords(message: string): string {
  return message
    .toLowerCase()
    .replace(/[`'"“”‘’«»][^`'"“”‘’«»]{0,80}[`'"“”‘’«»]/g, "*")
    .replace(/[0-9a-f]{8,}(?:-[0-9a-f]{4,})*|\d+/g, "#")
    .replace(/\s+/g, " ")
    .slice(0, 200);
}

// ---------------------------------------------------------------------------------------------

function weighContent(evidence: Evidence, item: string, message: string): Weighed {
  if (evidence.successes > 0) return { evidence, kind: "rejected", suspect: false };
  const words = `content ${likeWords(message)}`;
  const items = rowOf(evidence, words, item);
  const refused = new Map(evidence.refused).set(item, 0);
  const next = { ...evidence, refused, streak: { words, items } };
  return { evidence: next, kind: "refused", suspect: items.length >= IN_A_ROW };
}

/** The items refused in a row with these words, this one included. */
function rowOf({ streak }: Evidence, words: string, item: string): readonly string[] {
  const before = streak.words === words ? streak.items : [];
  return before.includes(item) ? before : [...before, item];
}

/** Before the first answer any three refusals are alike. */
const ANY_WORDS = "*";
