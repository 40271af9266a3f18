/**
 * New messages, reworded: a sentence in quotes that the patch adds gets one word for another that says the
 * same. Tests and description that quote it change with it; where they quote it in pieces it is left alone.
 */
import type { Canary } from "../../records/answer.ts";
import { randomIndex } from "../random.ts";
import { squeezed, type Material } from "./material.ts";

export function otherMessages(material: Material): Canary[] {
  const { addedCode, record, visible, rng } = material;
  const found = new Map<string, Canary>();
  for (const match of addedCode.matchAll(QUOTED)) {
    const text = (match[2] ?? "").trim();
    if (found.has(text) || found.size >= MAX_MESSAGES || !isSentence(text)) continue;
    if (visible.joined().includes(squeezed(text))) continue;
    const places = [...text.matchAll(PLAIN_WORD)].filter((word) => readsWell(word, text));
    const word = places[randomIndex(rng, Math.max(1, places.length))];
    const other = word === undefined ? undefined : ALIKE.get(word[0].toLowerCase());
    if (word === undefined || other === undefined) continue;
    const end = word.index + word[0].length;
    const shown = `${text.slice(0, word.index)}${cased(other, word[0])}${text.slice(end)}`;
    const canary = { kind: "message", true: text, shown };
    const heart = squeezed(heartOf(canary, "shown"));
    if (squeezed(record).includes(heart) || visible.joined().includes(heart)) continue;
    if (!staysInPieces(text, word.index, material)) found.set(text, canary);
  }
  return [...found.values()];
}

/** The altered word with three to either side: enough to know a sentence by that is quoted in part. */
export function heartOf(canary: Canary, key: "true" | "shown"): string {
  const [own, other] = [canary[key], canary[key === "true" ? "shown" : "true"]].map((text) =>
    text.split(/\s+/),
  );
  const at = own?.findIndex((word, index) => word !== other?.[index]) ?? 0;
  const heart = own?.slice(Math.max(0, at - AROUND), at + AROUND + 1).join(" ") ?? "";
  const isEnough = squeezed(heart).length >= MIN_LETTERS && heart.split(" ").length > AROUND;
  return isEnough ? heart : canary[key];
}

// ---------------------------------------------------------------------------------------------

/** No part of a placeholder, a name or a call. */
const PLAIN_WORD = /(?<![\w({%.$:`])[A-Za-z]+(?![\w)}=(`])/g;
const QUOTED = /(["'])((?:(?!\1)[^\\\n]){15,160})\1/g;
const MAX_MESSAGES = 20;
/** Words and letters that make it unlikely that somebody else says the very same. */
const AROUND = 3;
const MIN_WORDS = 4;
const MIN_LETTERS = 16;

/** Words in a row, not a path, a pattern or a list of columns. */
function isSentence(text: string): boolean {
  const words = text.match(/[A-Za-z']{2,}/g) ?? [];
  return (
    words.length >= MIN_WORDS &&
    words.join("").length >= MIN_LETTERS &&
    / [a-z]+ [a-z]+/.test(text) &&
    !/[\\$^|<>]|\w\/\w/.test(text)
  );
}

/** A word that has another like it, also after "a" or "an". */
function readsWell(word: RegExpExecArray, text: string): boolean {
  const other = ALIKE.get(word[0].toLowerCase());
  if (other === undefined) return false;
  const isSameSound = /^[aeiou]/i.test(word[0]) === /^[aeiou]/.test(other);
  return isSameSound || !/\ban?\s$/i.test(text.slice(0, word.index));
}

/**
 * True when the record has the sentence also across quotes and lines, or tests and prose have a piece of it with
 * the word at `at`: a replacement does not reach these.
 */
function staysInPieces(text: string, at: number, { pr, record }: Material): boolean {
  const without = (whole: string): string => squeezed(whole.split(text).join("\n"));
  const [before, after] = [text.slice(0, at).split(/\s+/), text.slice(at).split(/\s+/)];
  const pieces = [
    [...before.slice(-3), ...after.slice(0, 1)],
    [...before.slice(-2), ...after.slice(0, 2)],
    after.slice(0, 3),
  ].map((words) => squeezed(words.join(" ")));
  const outside = record.replace(pr.patch ?? "", () => "");
  const rest = without(outside);
  return without(record).includes(squeezed(text)) || pieces.some((piece) => rest.includes(piece));
}

function cased(word: string, like: string): string {
  return /^[A-Z]/.test(like) ? word.charAt(0).toUpperCase() + word.slice(1) : word;
}

/** One word for another of the same grammar, both ways. */
const PAIRS = [
  "must should",
  "found located",
  "supported handled",
  "invalid illegal",
  "cannot can't",
  "expected required",
  "unknown unrecognized",
  "allowed permitted",
  "specified given",
  "provided supplied",
  "contains holds",
  "returns gives",
  "available accessible",
  "duplicate repeated",
  "empty blank",
  "already previously",
  "ignored skipped",
  "removed dropped",
  "deprecated obsolete",
  "defined declared",
  "valid legal",
  "argument parameter",
  "arguments parameters",
] as const;
const ALIKE: ReadonlyMap<string, string> = new Map(
  PAIRS.flatMap((pair) => {
    const [one = "", other = ""] = pair.split(" ");
    return [
      [one, other],
      [other, one],
    ] as const;
  }),
);
