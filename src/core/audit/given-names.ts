/**
 * Names that the added lines of a patch give to something: functions, classes, variables, attributes, parameters.
 * What a patch merely uses is older than it, and may be known to who knows the project; what it names is not.
 */
import type { Hunk } from "./diff.ts";

/** def X, class X, function X, const X ... */
const DEFINED =
  /(?<![\w.])(?:def|class|function|func|fn|const|let|var|type|interface|struct|enum|trait|module)\s+(?:\([^()]{0,80}\)\s*)?([A-Za-z_$][\w$]*)/g;
/** X = ..., self.X = ..., X: int = ..., at the head of a line: parameters and fields on lines of their own too. */
const ASSIGNED =
  /^\s*(?:(?:self|cls|this)\.)?([A-Za-z_$][\w$]*)\s*(?::[^=\n]{0,60})?(?::?=)(?![=>])/;
/** What stands between the brackets of a definition. */
const PARAMETERS = /\b(?:def|function|func|fn)\s[^(\n]{0,80}\(([^)\n]{0,400})/;
const PARAMETER = /(?:^|,)\s*\*{0,2}([A-Za-z_$][\w$]*)/g;
const MAX_NAMES = 20_000;

export function namesGiven(hunks: readonly Hunk[]): ReadonlySet<string> {
  const given = new Set<string>();
  for (const { side, text } of hunks.flatMap(({ lines }) => lines)) {
    if (side !== "added" || given.size > MAX_NAMES) continue;
    for (const match of text.matchAll(DEFINED)) given.add(match[1] ?? "");
    given.add(ASSIGNED.exec(text)?.[1] ?? "");
    const inside = PARAMETERS.exec(text)?.[1] ?? "";
    for (const match of inside.matchAll(PARAMETER)) given.add(match[1] ?? "");
  }
  given.delete("");
  return given;
}
