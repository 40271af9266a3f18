/**
 * An attribute with what it belongs to, `self.root`, is a name of two parts: each may be a word of any
 * text, and together they say what the code has.
 */
import { placeAt, type Segment } from "./answer.ts";
import { changesFiles } from "./early-edit.ts";
import type { Evidence } from "./evidence.ts";
import type { Age } from "./given-names.ts";
import type { Hidden } from "./hidden.ts";
import { beyondMemory } from "./memory.ts";
import { KEPT_RECORDS, rememberRecent } from "./recent.ts";
import { isCommonWord, isKnownName, isStandardModule, isStandardAttribute } from "./surprise.ts";
import type { Visible } from "./visible.ts";

const PAIR = /(?<![\w.])([A-Za-z_]\w{0,60})\.([A-Za-z_]\w{2,60})(?!\w)/g;

export function attributePairs(
  answer: string,
  segments: readonly Segment[],
  hidden: Hidden,
  visible: Visible,
): Evidence[] {
  const known = pairsOf(hidden);
  const done = new Set<string>();
  const isTrial = !changesFiles(answer);
  const found: Evidence[] = [];
  for (const match of answer.matchAll(PAIR)) {
    const [pair, owner = "", attribute = ""] = match;
    const origin = known.get(pair);
    if (origin === undefined || done.has(pair)) continue;
    done.add(pair);
    const at = placeAt(segments, match.index);
    // To build it into the code of the project one has to know that it is there.
    const isBuiltIn = at === "edit" && !/^\s*=[^=]/.test(answer.slice(match.index + pair.length));
    const isOwn = isBuiltIn && /^(?:self|cls|this)$/.test(owner);
    if (isStandardModule(owner) || isKnownName(attribute)) continue;
    if (isStandardAttribute(attribute) && !isOwn) continue;
    // Shown as an attribute, as a method or as a key: then it can be put together.
    if (NAMED.some((form) => visible.text.includes(form(attribute)))) continue;
    const isShown = visible.lower.includes(attribute.toLowerCase());
    const isPlain = isShown || isCommonWord(attribute.toLowerCase());
    const isCode = at !== "search";
    found.push({
      kind: "identifier",
      start: match.index,
      end: match.index + pair.length,
      weight:
        (isPlain ? (isOwn ? 1.6 : 1.3) : 2) *
        (isCode ? 1 : 0.6) *
        beyondMemory(ageOf(origin, attribute, hidden), at, isTrial, visible),
      evidence: `${origin.place}: ${pair}`,
    });
  }
  return found;
}

// ---------------------------------------------------------------------------------------------

const NAMED: readonly ((name: string) => string)[] = [
  (name) => `.${name}`,
  (name) => `def ${name}`,
  (name) => `${name}=`,
  (name) => `${name} =`,
  // As a key or an argument: a word in quotes is no name.
  (name) => `["${name}"`,
  (name) => `['${name}'`,
  (name) => `, "${name}"`,
  (name) => `, '${name}'`,
  (name) => `"${name}":`,
  (name) => `'${name}':`,
  (name) => `${name}(`,
];

const MAX_PAIRS = 5000;

/** Where a pair stands first, and whether a line that was there before has it. */
type Origin = { readonly place: string; readonly isOlder: boolean };

function ageOf({ isOlder }: Origin, attribute: string, hidden: Hidden): Age {
  if (isOlder) return "older";
  return hidden.names.get(attribute)?.isNew === true ? "made" : "used";
}

/** Pairs of the changed files' lines. */
const pairsOf: (hidden: Hidden) => ReadonlyMap<string, Origin> = rememberRecent(
  KEPT_RECORDS,
  (hidden) => {
    const pairs = new Map<string, Origin>();
    for (const { lines, path, newStart } of hidden.hunks) {
      for (const line of lines) {
        for (const [pair] of line.text.matchAll(PAIR)) {
          const isOlder = line.side !== "added" || pairs.get(pair)?.isOlder === true;
          const place = pairs.get(pair)?.place ?? `${path} line ${newStart}`;
          if (pairs.size < MAX_PAIRS || pairs.has(pair)) pairs.set(pair, { place, isOlder });
        }
      }
    }
    return pairs;
  },
);
