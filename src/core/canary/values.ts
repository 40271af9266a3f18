/**
 * Values of tests, and others for them: only what stands twice and more in added lines of the tests and
 * nowhere else, so that what goes in and what is expected change together and the test stays true.
 */
import type { Canary } from "../../records/answer.ts";
import { isCommonWord, isKnownName } from "../audit/surprise.ts";
import { showsNumber } from "../audit/visible.ts";
import { randomIndex } from "../random.ts";
import { alone, type Material } from "./material.ts";

/** Words and numbers of tests that can be altered, each with another, in the order of the tests. */
export function otherValues(material: Material): Canary[] {
  const { addedTests, addedCode, record, visible, rng } = material;
  const [timesInTests, timesInRecord] = [alone(addedTests), alone(record)];
  const lower: Lower = { code: addedCode.toLowerCase(), record: record.toLowerCase() };
  const found = new Map<string, Canary>();
  const looked = new Set<string>();
  for (const match of addedTests.matchAll(VALUE)) {
    const value = match[2] ?? match[3] ?? "";
    if (looked.has(value) || found.size >= MAX_VALUES) continue;
    const times = timesInTests(value);
    if (times < 2 || times !== timesInRecord(value)) continue;
    if (looked.size >= MAX_LOOKED) break;
    looked.add(value);
    const isNumber = match[3] !== undefined;
    if (
      isNumber ? !isTelling(value) || showsNumber(visible, value) : !isFree(value, lower, material)
    )
      continue;
    const shown = isNumber ? otherNumber(value, material) : otherWord(value, rng, lower, material);
    const isTaken = [...found.values()].some((one) => one.shown === shown);
    if (shown !== null && !isTaken) found.set(value, { kind: "value", true: value, shown });
  }
  return [...found.values()];
}

// ---------------------------------------------------------------------------------------------

/** A quoted word, or a number that stands alone. */
const VALUE =
  /(["'])([A-Za-z][a-z]{3,20})\1|(?<![\w.\-#/])(\d{1,12}(?:\.\d{1,12})?)(?![\w.%]|-\d)/g;
const MAX_VALUES = 50;
/** Values that are looked at, so that the time stays linear in the record: tests may hold tables of thousands. */
const MAX_LOOKED = 1000;

/** Texts in lower case, made once. */
type Lower = { readonly code: string; readonly record: string };

/** Four digits and more that are no year and not round: others are met with by chance. */
function isTelling(number: string): boolean {
  const digits = number.replace(".", "").replace(/^0+|0+$/g, "");
  return digits.length >= 4 && !/^(?:19|20)\d\d$/.test(number);
}

/** A word that nothing else uses: neither code, nor the history, nor a library. */
function isFree(word: string, { code }: Lower, { visible }: Material): boolean {
  const lower = word.toLowerCase();
  return (
    !visible.lower.includes(lower) &&
    !code.includes(lower) &&
    !isKnownName(word) &&
    !isCommonWord(lower)
  );
}

/** One digit becomes another, never the first. */
function otherNumber(number: string, { record, visible, rng }: Material): string | null {
  const places = [...number.matchAll(/\d/g)].map(({ index }) => index).slice(1);
  const at = places[randomIndex(rng, places.length)] ?? 0;
  const first = 1 + randomIndex(rng, DIGITS - 1);
  for (let step = 0; step < DIGITS - 1; step++) {
    const add = 1 + ((first + step) % (DIGITS - 1));
    const digit = (Number(number[at]) + add) % DIGITS;
    // A round number is met with anywhere.
    if (digit === 0) continue;
    const other = `${number.slice(0, at)}${digit}${number.slice(at + 1)}`;
    if (!record.includes(other) && !showsNumber(visible, other)) return other;
  }
  return null;
}

const DIGITS = 10;

function otherWord(
  word: string,
  rng: Material["rng"],
  { record }: Lower,
  { visible }: Material,
): string | null {
  const first = randomIndex(rng, WORDS.length);
  for (let step = 0; step < WORDS.length; step++) {
    const other = WORDS[(first + step) % WORDS.length] ?? "";
    const cased = /^[A-Z]/.test(word) ? `${other.charAt(0).toUpperCase()}${other.slice(1)}` : other;
    if (!record.includes(other) && !visible.lower.includes(other)) return cased;
  }
  return null;
}

/** Words that a test may well use and code hardly does. */
const WORDS = [
  "heron",
  "walnut",
  "harbour",
  "lantern",
  "thistle",
  "bramble",
  "marble",
  "saffron",
  "meadow",
  "granite",
  "heather",
  "cobalt",
] as const;
