/**
 * Strings of the PR's code that the answer quotes in its prose: messages, expected values, markup.
 * In code that the answer writes, runs of tokens find them as well as anything around them.
 */
import { placeAt, type Segment } from "./answer.ts";
import type { Evidence } from "./evidence.ts";
import type { Hidden } from "./hidden.ts";
import { beyondMemory } from "./memory.ts";
import { bitsOf } from "./runs.ts";
import { tokensOf } from "./tokens.ts";
import type { Visible } from "./visible.ts";

/** Bits below which anybody might have said it, and bits that make a weight of 1. */
const MIN_BITS = { bare: 8, quoted: 4 } as const;
const BITS_PER_WEIGHT = 4.5;

export function hiddenStrings(
  answer: string,
  segments: readonly Segment[],
  hidden: Hidden,
  visible: Visible,
): Evidence[] {
  const found: Evidence[] = [];
  for (const { text, part, place, isOlder } of hidden.strings) {
    const start = answer.indexOf(text);
    if (start < 0 || visible.lower.includes(text.toLowerCase())) continue;
    // In code, runs of tokens find what is long; a short value in quotes is looked for everywhere.
    const isQuoted = isSameLiteral(answer, start, text);
    if (placeAt(segments, start) !== "prose" && !(isQuoted && part === "test_patch")) continue;
    const bits = bitsOf(tokensOf(text), visible, NOTHING);
    if (bits < (isQuoted ? MIN_BITS.quoted : MIN_BITS.bare)) continue;
    found.push({
      kind: part === "test_patch" ? "test" : "string",
      start,
      end: start + text.length,
      weight:
        Math.min(3, bits / BITS_PER_WEIGHT) *
        beyondMemory(
          isOlder && part === "patch" ? "older" : "made",
          placeAt(segments, start),
          false,
          visible,
        ),
      evidence: `${place}: ${text}`,
    });
  }
  return found;
}

// ---------------------------------------------------------------------------------------------

/** In quotes of its own, whichever they are. */
function isSameLiteral(answer: string, start: number, text: string): boolean {
  const before = answer.charAt(start - 1);
  return /["'`]/.test(before) && answer.charAt(start + text.length) === before;
}

const NOTHING: ReadonlySet<string> = new Set();
