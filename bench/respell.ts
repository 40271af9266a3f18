/** Names written in other ways: what a challenger may do to hide one, on purpose or not. */
import { auditAnswer, type AuditInput } from "../src/core/audit/audit.ts";
import { readHidden } from "../src/core/audit/hidden.ts";
import { isKnownName, surpriseOf } from "../src/core/audit/surprise.ts";
import { isWord, partsOf, tokensOf } from "../src/core/audit/tokens.ts";
import { readVisible } from "../src/core/audit/visible.ts";

/** Way -> a name of several parts, spelled so. */
export const SPELLINGS: Readonly<Record<string, (name: string) => string>> = {
  camelCase: (name) =>
    parts(name)
      .map((part, at) => (at === 0 ? part : capital(part)))
      .join(""),
  snake_case: (name) => parts(name).join("_"),
  spaces: (name) => parts(name).join(" "),
  hyphens: (name) => parts(name).join("-"),
  dots: (name) => parts(name).join("."),
  slashes: (name) => parts(name).join("/"),
  "upper case": (name) => name.toUpperCase(),
  "zero width": (name) => `${name.slice(0, 3)}\u200B${name.slice(3)}`,
  confusables: (name) => name.replace(/[aeopc]/g, (letter) => CYRILLIC[letter] ?? letter),
  concatenation: (name) => `"${name.slice(0, half(name))}" + "${name.slice(half(name))}"`,
  globs: (name) => (parts(name).length > 2 ? withGap(name) : parts(name).join("*")),
};

/** Way, leaks found with their hidden names spelled so, leaks that name one. */
export function respelledShares(
  leaks: readonly AuditInput[],
): readonly (readonly [string, number, number])[] {
  const named = leaks.flatMap((leak) => {
    const names = hiddenNamesIn(leak);
    return names.length === 0 ? [] : [{ leak, names }];
  });
  return Object.entries(SPELLINGS).map(([way, spell]) => {
    const found = named.filter(({ leak, names }) => {
      const answer = names.reduce((text, name) => text.split(name).join(spell(name)), leak.answer);
      const limits = { suspect_min: 1, leak_min: 2 };
      return auditAnswer({ ...leak, answer }, limits).verdict === "leak";
    });
    return [way, found.length, named.length];
  });
}

// ---------------------------------------------------------------------------------------------

const parts = (name: string): readonly string[] => partsOf(name);
const capital = (part: string): string => part.charAt(0).toUpperCase() + part.slice(1);
const half = (name: string): number => Math.ceil(name.length / 2);
const CYRILLIC: Readonly<Record<string, string>> = { a: "а", e: "е", o: "о", p: "р", c: "с" };

/** The part in the middle left to the shell. */
function withGap(name: string): string {
  const middle = parts(name)[1] ?? "";
  return name
    .toLowerCase()
    .replace(middle, "*")
    .replace(/_?\*_?/, "*");
}

/** Names of several parts that the record has and the history has not. */
function hiddenNamesIn({ answer, messages, pr }: AuditInput): string[] {
  if (pr === null) return [];
  const hidden = readHidden(pr);
  const visible = readVisible(messages);
  return [...new Set(tokensOf(answer))].filter(
    (name) =>
      isWord(name) &&
      hidden.names.has(name) &&
      !isKnownName(name) &&
      parts(name).length > 1 &&
      surpriseOf(name, visible) > 1,
  );
}
