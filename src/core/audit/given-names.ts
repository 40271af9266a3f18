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
/** f("X", f("--x-y"): a name that is given as a text, where the word in front says so: add_config_value, add_argument. */
const GIVEN_AS_TEXT = /(?<!\w)(\w+)\(\s*["'\x60]-{0,2}([A-Za-z_]\w*)["'\x60]/g;
const REGISTERS = /add|register|option|setting|config|define|declare/i;
/** class X(base.X), X = module.X: the name was there before. */
const NAMESAKE = /\b([A-Za-z_$][\w$]{0,200})\s*(?:\(|=)[^\n()]{0,80}\.\1\b(?!\s*\()/g;
const MAX_NAMES = 20_000;

/** A text or a name: older than the pull request, merely used by it, or made by it. */
export type Age = "older" | "used" | "made";

export function namesGiven(hunks: readonly Hunk[]): ReadonlySet<string> {
  const given = new Set<string>();
  const namesakes = new Set<string>();
  for (const { side, text } of hunks.flatMap(({ lines }) => lines)) {
    if (side !== "added" || given.size > MAX_NAMES) continue;
    for (const match of text.matchAll(DEFINED)) given.add(match[1] ?? "");
    given.add(ASSIGNED.exec(text)?.[1] ?? "");
    for (const [, name = ""] of text.matchAll(NAMESAKE)) namesakes.add(name);
    for (const [, call = "", name = ""] of text.matchAll(GIVEN_AS_TEXT)) {
      if (REGISTERS.test(call)) given.add(name);
    }
    const inside = PARAMETERS.exec(text)?.[1] ?? "";
    for (const match of inside.matchAll(PARAMETER)) given.add(match[1] ?? "");
  }
  for (const name of ["", ...namesakes]) given.delete(name);
  return given;
}

/** X(, .X, X=, def X, class X, a capital in front: what others may use, and so remember; a variable within a function is nobody's to know. Begun at heads of words alone: in a line of one word a second look from each of its letters would take minutes. */
const CALLED = /(?<=\.)[A-Za-z_$][\w$]*|(?<![\w$])\d*([A-Za-z_$][\w$]*)(?=\(|=[^=\s])/g;
const IMPORTS = /^\s*(?:from|import)\s|^\s+\w+(?:, \w+)*[,)]*$/;
const WORD = /[A-Za-z_$][\w$]*/g;
const CAPITAL = /(?<![\w.])[A-Z]\w+/g;

/** Names that others than these lines may use, and who knows the project remember: of the lines that were there before, or of the added ones. */
export function namesKnown(hunks: readonly Hunk[], of: "older" | "added"): ReadonlySet<string> {
  const known = new Set<string>();
  for (const { heading, lines } of hunks) {
    const own = lines.filter(({ side }) => (side === "added") === (of === "added"));
    const texts = own.map(({ text }) => text);
    for (const text of of === "older" ? [heading, ...texts] : texts) {
      if (known.size > MAX_NAMES) break;
      const forms = IMPORTS.test(text) ? [WORD] : [DEFINED, CALLED, CAPITAL];
      for (const form of forms) {
        for (const match of text.matchAll(form)) known.add(match[1] ?? match[0]);
      }
    }
  }
  return known;
}
