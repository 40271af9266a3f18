/**
 * Other names for names that a patch brings: one part becomes a word that says about the same, and whatever
 * is named after it changes with it. A part that stands for something that keeps its name stays.
 */
import type { Canary } from "../../records/answer.ts";
import { isCommonWord, isKnownName } from "../audit/surprise.ts";
import { partsOf } from "../audit/tokens.ts";
import { randomIndex, type Rng } from "../random.ts";
import { wordsAlike } from "./alike.ts";
import { squeezed, type Material } from "./material.ts";
import { isTest, ownNames, type OwnName } from "./own-names.ts";

export type OtherNames = {
  readonly canaries: readonly Canary[];
  /** The patch brings names, and the history shows every one of them. */
  readonly areShown: boolean;
};

/** At most `most` names that the history does not show, drawn at random, each with what is named after it. */
export function otherNames(material: Material, most: number): OtherNames {
  const { pr, visible, rng } = material;
  const brought = ownNames(pr.patch ?? "", pr.test_patch ?? "");
  const surroundings = surroundingsOf(material, brought);
  const waiting = brought.filter(({ name }) => !visible.joined().includes(joinedOf(name)));
  const areShown = brought.length > 0 && waiting.length === 0;
  const canaries: Canary[] = [];
  let drawn = 0;
  for (let looked = 0; drawn < most && waiting.length > 0 && looked < MAX_LOOKED; looked++) {
    const [own] = waiting.splice(randomIndex(rng, waiting.length), 1);
    if (own === undefined || canaries.some((one) => one.true === own.name)) continue;
    const made = renamed(own, surroundings, canaries, rng);
    if (made.length > 0) drawn++;
    canaries.push(...made);
  }
  return { canaries, areShown };
}

// ---------------------------------------------------------------------------------------------

/** Names that are looked at, so that the time stays linear in the record. */
const MAX_LOOKED = 60;

type Surroundings = {
  readonly material: Material;
  readonly brought: ReadonlySet<string>;
  /** Every name of the record and its letters, without signs, in lower case. */
  readonly names: ReadonlyMap<string, string>;
  /** Letters of names of two parts and more. */
  readonly joined: ReadonlySet<string>;
  /** The record's letters. */
  readonly record: string;
  /** Words that stand alone in the diffs, and of these what is called, read or filled in, in lower case. */
  readonly alone: ReadonlySet<string>;
  readonly interface: ReadonlySet<string>;
};

const WORD = /[A-Za-z_$][\w$]*/g;
const PART = /[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+/g;
/** .x, __x, x(, x=, "x", X of capitals: what a name of the patch may be about. */
const INTERFACE =
  /(?:\.|__)([A-Za-z]+)\b|\b([A-Za-z]+)\(|\b([A-Za-z]+)=(?!=)|["']([A-Za-z]+)["']|\b([A-Z]{3,})\b/g;
const MIN_PART = 3;

function surroundingsOf(material: Material, brought: readonly OwnName[]): Surroundings {
  const { pr, record } = material;
  const diffs = `${pr.patch ?? ""}\n${pr.test_patch ?? ""}`;
  const names = new Map<string, string>();
  for (const name of record.match(WORD) ?? [])
    if (!names.has(name)) names.set(name, joinedOf(name));
  const alone = new Set<string>();
  for (const word of diffs.match(WORD) ?? [])
    if (partsOf(word).length === 1) alone.add(word.toLowerCase());
  const parts = [...diffs.matchAll(INTERFACE)].map((match) =>
    match.slice(1).join("").toLowerCase(),
  );
  return {
    material,
    brought: new Set(brought.map(({ name }) => name)),
    names,
    joined: new Set(
      [...names].flatMap(([name, joined]) => (partsOf(name).length >= 2 ? [joined] : [])),
    ),
    record: squeezed(record),
    alone,
    interface: new Set(parts),
  };
}

/** The name and all that is named after it; [] where one of these cannot be altered too, or nothing reads well. */
function renamed(
  own: OwnName,
  about: Surroundings,
  taken: readonly Canary[],
  rng: Rng,
): readonly Canary[] {
  const { name } = own;
  const joined = joinedOf(name);
  const kin = [...about.names].flatMap(([other, letters]) =>
    letters.includes(joined) && isNamedAfter(other, name) ? [other] : [],
  );
  const isFree = (one: string): boolean =>
    about.brought.has(one) &&
    one.includes(name) &&
    !taken.some((canary) => canary.true === one) &&
    !about.material.visible.joined().includes(joinedOf(one));
  if (!kin.every(isFree)) return [];
  const shown = otherName(own, about, rng);
  if (shown === null) return [];
  return kin.map((one) => ({ kind: "name", true: one, shown: one.replace(name, shown) }));
}

/** True where the parts of `name` stand in a row in `other`, in whatever spelling. */
function isNamedAfter(other: string, name: string): boolean {
  const [own, all] = [partsOf(name), partsOf(other)];
  return all.some((_, at) => own.every((part, index) => all[at + index] === part));
}

function otherName({ name, isVariable }: OwnName, about: Surroundings, rng: Rng): string | null {
  const parts = [...name.matchAll(PART)].map((part) => ({ text: part[0], start: part.index }));
  const words = parts.map(({ text }) => text.toLowerCase());
  const fixed = fixedParts(words, about.joined);
  const offered = parts.flatMap(({ text, start }, at) => {
    const word = words[at] ?? "";
    if (fixed.has(at) || text.length < MIN_PART) return [];
    // What no line of the diffs says alone is a word of the name and of nothing else.
    const rank = about.interface.has(word) ? 2 : about.alone.has(word) ? 1 : 0;
    const end = start + text.length;
    return wordsAlike(word).map((other) => ({
      rank,
      name: `${name.slice(0, start)}${inCase(other, text)}${name.slice(end)}`,
    }));
  });
  const ranked = (rank: number): string[] =>
    offered.flatMap((one) => (one.rank === rank ? one.name : []));
  const tests = isTest(name) ? ENDINGS.map((ending) => withEnding(name, ending)) : [];
  for (const list of [ranked(0), ranked(1), isVariable ? ranked(2) : [], tests]) {
    const first = list.length === 0 ? 0 : randomIndex(rng, list.length);
    for (let step = 0; step < list.length; step++) {
      const other = list[(first + step) % list.length];
      if (other !== undefined && !isTaken(other, words, about)) return other;
    }
  }
  return null;
}

/** What many tests end with, whatever they are about. */
const ENDINGS = ["basic", "simple"] as const;

const withEnding = (name: string, ending: string): string =>
  name.includes("_") ? `${name}_${ending}` : `${name}${inCase(ending, "Word")}`;

/** Parts of a run of two and more that is a name by itself: what the name is about keeps its own. */
function fixedParts(parts: readonly string[], names: ReadonlySet<string>): ReadonlySet<number> {
  const fixed = new Set<number>();
  for (let from = 0; from < parts.length; from++) {
    for (let to = from + 2; to <= parts.length; to++) {
      const isWhole = to - from === parts.length;
      if (isWhole || !names.has(parts.slice(from, to).join(""))) continue;
      for (let at = from; at < to; at++) fixed.add(at);
    }
  }
  return fixed;
}

/** A name of the language or a library, one that record or history have, that others may hit on, or that says a word twice. */
function isTaken(other: string, before: readonly string[], about: Surroundings): boolean {
  const joined = joinedOf(other);
  const parts = partsOf(other);
  const isTwice = new Set(parts).size < new Set(before).size;
  return (
    isTwice ||
    isLikely(parts) ||
    isKnownName(other) ||
    about.record.includes(joined) ||
    about.material.visible.joined().includes(joined)
  );
}

/** True for two words of everyday code, or one beside "test": somebody else may choose the very same. */
function isLikely(parts: readonly string[]): boolean {
  const telling = parts.filter((part) => !/^tests?$/.test(part));
  return telling.length < 2 || (telling.length === 2 && telling.every(isCommonWord));
}

const joinedOf = (name: string): string => partsOf(name).join("");

/** As the part is written: UPPER, Capital or lower. */
function inCase(word: string, like: string): string {
  if (like.length > 1 && like === like.toUpperCase()) return word.toUpperCase();
  return /^[A-Z]/.test(like) ? word.charAt(0).toUpperCase() + word.slice(1) : word;
}
