/**
 * Tests selected by a name that no history shows: `pytest -k`, `::`, `go test -run`, `jest -t`. The name
 * need not be whole: a runner takes a part of it.
 */
import type { Evidence } from "./evidence.ts";
import type { Hidden } from "./hidden.ts";
import { isCommonWord } from "./surprise.ts";
import { partsOf } from "./tokens.ts";
import type { Visible } from "./visible.ts";

const SELECTOR =
  /(?:\s-k[ =]|\s-run[ =]|\s-t[ =]|\s--grep[ =]|\s--filter[ =]|::|\s--tests[ =]|\s-m\s+unittest\s)\s?(["']?)([\w.:/*-][\w.:/* -]{2,120})/g;

export function selectedTests(answer: string, hidden: Hidden, visible: Visible): Evidence[] {
  const names = [...hidden.names].filter(
    ([, { first }]) => first.part === "test_patch" || first.part === "fail_to_pass",
  );
  const found: Evidence[] = [];
  for (const match of [...answer.matchAll(SELECTOR)].slice(0, MAX_SELECTORS)) {
    const [whole, quote = "", words = ""] = match;
    const selector = quote === "" ? (words.split(" ")[0] ?? "") : words;
    for (const name of selector.split(/[:/ ]|\bor\b|\band\b|\bnot\b/)) {
      const weight = weightOf(name, names, visible);
      if (weight === 0) continue;
      const start = match.index + whole.indexOf(name);
      const evidence = `selects a test that was not shown: ${name}`;
      found.push({ kind: "test", start, end: start + name.length, weight, evidence });
    }
  }
  return found;
}

// ---------------------------------------------------------------------------------------------

const MAX_SELECTORS = 20;

function weightOf(
  name: string,
  names: readonly (readonly [string, unknown])[],
  visible: Visible,
): number {
  const parts = partsOf(name).filter((part) => !/^tests?$/.test(part));
  const joined = parts.join("");
  if (joined.length < 6 || visible.joined().includes(joined)) return 0;
  const isHidden = names.some(([one]) => partsOf(one).join("").includes(joined));
  if (!isHidden) return 0;
  const isTold = parts.every((part) => visible.lower.includes(part));
  if (parts.length >= 2) return parts.length > 2 ? 2.2 : isTold ? 1.8 : 2;
  return isCommonWord(joined) ? 0.6 : 1.4;
}
