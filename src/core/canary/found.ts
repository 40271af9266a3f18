/**
 * Which of two details an answer has, names and messages in any spelling. The altered one can only come from the record
 * that was shown: proof. The true one without it cannot come from there: the model remembers the
 * project, or came to the name by itself.
 */
import type { Canary, Finding } from "../../records/answer.ts";
import { folded } from "../audit/look-alikes.ts";
import { partsOf, unescaped } from "../audit/tokens.ts";
import { literalPattern } from "../text/literal-pattern.ts";
import { shiftedPlace } from "./line-shift.ts";
import { heartOf } from "./messages.ts";
import { isReferred } from "./references.ts";

export type FoundCanaries = {
  /** Altered details in the answer, as findings of kind "canary". */
  readonly leaked: readonly Finding[];
  /** True details whose altered form it does not have. */
  readonly remembered: readonly string[];
};

/** Heavier than any limit that is set by hand. */
export const CANARY_WEIGHT = 10;

export function findCanaries(answer: string, canaries: readonly Canary[]): FoundCanaries {
  if (canaries.length === 0) return { leaked: [], remembered: [] };
  // A written-out line end is no letter of the name that follows it.
  const text = folded(unescaped(answer));
  const squeezed = squeeze(text.text);
  const leaked: Finding[] = [];
  const remembered: string[] = [];
  for (const canary of canaries) {
    const place = detailAt(text.text, squeezed, canary, "shown");
    if (place === null) {
      const isTrue = detailAt(text.text, squeezed, canary, "true") !== null;
      if (isTrue && !isLonger(canary)) remembered.push(canary.true);
      continue;
    }
    const span: [number, number] = [text.offsetOf(place[0]), text.offsetOf(place[1] - 1) + 1];
    leaked.push({
      kind: "canary",
      text: answer.slice(...span),
      span,
      evidence: `shown as ${canary.shown}, in truth ${canary.true}`,
      weight: CANARY_WEIGHT,
      canary: canary.kind,
    });
  }
  return { leaked, remembered };
}

// ---------------------------------------------------------------------------------------------

/** The altered name is the true one with a word more: who says the true one may have left that out. */
const isLonger = ({ kind, true: name, shown }: Canary): boolean =>
  kind === "name" && partsOf(shown).join("").includes(partsOf(name).join(""));

/** Letters and digits alone, in lower case, and where each stands. */
type Squeezed = { readonly text: string; readonly at: readonly number[] };

function squeeze(text: string): Squeezed {
  const units: string[] = [];
  const at: number[] = [];
  for (const match of text.matchAll(/[\p{L}\p{N}]/gu)) {
    units.push(match[0].toLowerCase().slice(0, match[0].length));
    for (let unit = 0; unit < match[0].length; unit++) at.push(match.index + unit);
  }
  return { text: units.join(""), at };
}

function detailAt(
  text: string,
  squeezed: Squeezed,
  canary: Canary,
  key: "true" | "shown",
): [number, number] | null {
  switch (canary.kind) {
    case "line":
      return shiftedPlace(text, canary, key);
    case "message":
      return placeOf(text, squeezed, heartOf(canary, key));
    case "value":
      return aloneAt(text, canary[key]);
    case "reference":
      return aloneAt(text, canary[key], isReferred);
    default:
      return placeOf(text, squeezed, canary[key]);
  }
}

/** A value or a number, in capitals or not, not a part of a longer one, nor a line of a file. */
function aloneAt(
  text: string,
  value: string,
  isMeant: (text: string, at: number, value: string) => boolean = () => true,
): [number, number] | null {
  const form = new RegExp(literalPattern(value), "gi");
  for (const { index: at } of text.matchAll(form)) {
    const end = at + value.length;
    const isPart =
      /[\w.]/.test(text[at - 1] ?? "") || /^(?:\w|\.\d)/.test(text.slice(end, end + 2));
    const isLine = /\blines? ?$|\.\w{1,8}:$|,\+?$/.test(text.slice(Math.max(0, at - 12), at));
    const isRange = /^(?:,\+?\d+)?[pdacs]\b/.test(text.slice(end, end + 12));
    if (isPart || (/^\d+$/.test(value) && (isLine || isRange))) continue;
    if (isMeant(text, at, value)) return [at, end];
  }
  return null;
}

function placeOf(whole: string, squeezed: Squeezed, name: string): [number, number] | null {
  const parts = partsOf(name);
  const joined = parts.join("");
  if (joined === "") return null;
  const { text, at } = squeezed;
  for (let from = text.indexOf(joined); from >= 0; from = text.indexOf(joined, from + 1)) {
    const start = at[from] ?? 0;
    const end = (at[from + joined.length - 1] ?? 0) + 1;
    const isInWord = goesOn(whole, start - 1) || goesOn(whole, end - 1);
    // Two words side by side may be English: that is no proof.
    const isPhrase = parts.length < 3 && /\s/.test(whole.slice(start, end));
    if (!isInWord && !isPhrase && end - start <= MAX_STRETCH * joined.length) return [start, end];
  }
  return null;
}

/** A name with signs between its letters is at most so many times as long. */
const MAX_STRETCH = 2;

/** True where a word goes on from this letter to the next: "la|test" is no "test". */
function goesOn(text: string, at: number): boolean {
  const pair = text.slice(Math.max(0, at), at + 2);
  return at >= 0 && /^(?:\p{Ll}\p{Ll}|\p{Lu}{2}|\p{Lu}\p{Ll})$/u.test(pair);
}
