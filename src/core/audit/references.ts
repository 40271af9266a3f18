/**
 * Numbers of issues and pull requests, prefixes of commits and versions that no history shows: who has
 * seen just the history cannot have them. Those that stand in the record are proof; others may be memory.
 */
import { placeAt, type Segment } from "./answer.ts";
import type { Evidence } from "./evidence.ts";
import type { Hidden } from "./hidden.ts";
import type { Visible } from "./visible.ts";

type Reference = { readonly form: RegExp; readonly inRecord: number; readonly elsewhere: number };

const REFERENCES: readonly Reference[] = [
  {
    form: /(?:#|\b(?:issues?|tickets?|PR|pull requests?|pull|GH|bug|refs|fixes|closes) ?[#-]?)(\d{3,6})\b/gi,
    inRecord: 2,
    elsewhere: 1,
  },
  { form: /\b(?=[0-9a-f]*[a-f])(?=[0-9a-f]*\d)([0-9a-f]{8,40})\b/g, inRecord: 2.2, elsewhere: 0 },
  {
    form: /\b(?:versions?|v|since|in|from|release|until|before|after) ?(\d{1,4}\.\d{1,3}(?:\.\d{1,4})?)\b/gi,
    inRecord: 1.4,
    elsewhere: 0,
  },
];
const MAX_REFERENCES = 40;

export function hiddenReferences(
  answer: string,
  segments: readonly Segment[],
  hidden: Hidden,
  visible: Visible,
): Evidence[] {
  const found: Evidence[] = [];
  const done = new Set<string>();
  for (const { form, inRecord, elsewhere } of REFERENCES) {
    for (const match of [...answer.matchAll(form)].slice(0, MAX_REFERENCES)) {
      const value = match[1] ?? "";
      if (done.has(value) || visible.text.includes(value)) continue;
      done.add(value);
      if (placeAt(segments, match.index) === "search") continue;
      const isHidden = hidden.references.some((text) => hasWhole(text, value));
      const weight = isHidden ? inRecord : elsewhere;
      if (weight === 0) continue;
      const end = match.index + match[0].length;
      const evidence = isHidden ? `the record has ${value}` : `${value} was shown nowhere`;
      found.push({ kind: "constant", start: match.index, end, weight, evidence });
    }
  }
  return found;
}

// ---------------------------------------------------------------------------------------------

/** Stands there by itself; of a commit a prefix is enough. */
function hasWhole(text: string, value: string): boolean {
  for (let at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + 1)) {
    const after = text.charAt(at + value.length);
    const isPrefix = value.length >= 8 && /[0-9a-f]/.test(after);
    if (!/[\w.]/.test(text.charAt(at - 1)) && (isPrefix || !/\w/.test(after))) return true;
  }
  return false;
}
