/** Command line flags and other hyphenated names of the PR that the history does not show. */
import { placeAt, type Segment } from "./answer.ts";
import { addedTexts } from "./diff.ts";
import type { Evidence } from "./evidence.ts";
import type { Hidden } from "./hidden.ts";
import { beyondMemory } from "./memory.ts";
import type { Visible } from "./visible.ts";

const FLAG = /(?<![\w-])--[a-z][a-z0-9]{1,30}(?:[-_][a-z0-9]{1,30}){0,6}(?![\w-])/gi;

export function hiddenFlags(
  answer: string,
  segments: readonly Segment[],
  hidden: Hidden,
  visible: Visible,
): Evidence[] {
  const done = new Set<string>();
  const found: Evidence[] = [];
  let added: string | undefined;
  for (const match of answer.matchAll(FLAG)) {
    const flag = match[0];
    if (done.has(flag) || !hidden.dense.includes(flag) || visible.text.includes(flag)) continue;
    done.add(flag);
    const isLong = /[a-z0-9][-_][a-z0-9]/i.test(flag);
    const place = placeAt(segments, match.index);
    added ??= addedTexts(hidden.hunks).join("\n");
    found.push({
      kind: "identifier",
      start: match.index,
      end: match.index + flag.length,
      // In a command it may be a flag of the program that is run.
      weight:
        (isLong ? 2 : 0.8) *
        (place === "prose" ? 1 : 0.4) *
        beyondMemory(added.includes(flag) ? "made" : "older", place, false, visible),
      evidence: `the PR names ${flag}`,
    });
  }
  return found;
}
