/**
 * The limit of a leak by the kings' own scores: what 95 of 100 blind answers of this very workspace stay
 * below is no leak, however its models talk.
 */
import { tokensOf, isWord } from "./tokens.ts";

/** A king's answer and what the audit made of it. */
export type KingScore = { readonly text: string; readonly score: number };

export type KingLimit = {
  readonly leak_min: number;
  /** Kings that counted: with something to say, and each text once. */
  readonly kings: number;
  /** Why the default stands; null: the kings set it. */
  readonly reason: "too_few_kings" | null;
};

/** Limit where the kings cannot set one. */
export const DEFAULT_LEAK_MIN = 2;
export const MIN_KINGS = 100;
/** A limit of the kings stays between these. */
export const RANGE = { low: 0.75, high: 1.5 } as const;
const SHARE = 0.95;
/** Characters of words that make an answer worth counting. */
const MIN_WORDS_CHARS = 40;

/** The 95th percentile (nearest rank) of the scores, within `RANGE`; the default under 100 kings. */
export function kingLimit(all: readonly KingScore[]): KingLimit {
  const byText = new Map<string, number>();
  for (const { text, score } of all) if (hasWords(text)) byText.set(wordsOf(text), score);
  const scores = [...byText.values()].sort((a, b) => a - b);
  const kings = scores.length;
  if (kings < MIN_KINGS) return { leak_min: DEFAULT_LEAK_MIN, kings, reason: "too_few_kings" };
  const at = scores[Math.ceil(SHARE * kings) - 1] ?? RANGE.high;
  return { leak_min: Math.min(RANGE.high, Math.max(RANGE.low, at)), kings, reason: null };
}

// ---------------------------------------------------------------------------------------------

/** The same text, however it is spaced. */
const wordsOf = (text: string): string => tokensOf(text).join(" ");

/** Words outside the fenced blocks. */
function hasWords(text: string): boolean {
  const prose = text.replace(/```[\s\S]{0,20000}?```/g, " ");
  const chars = tokensOf(prose).filter(isWord).join("").length;
  return chars >= MIN_WORDS_CHARS;
}
