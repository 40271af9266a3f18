/**
 * What a leaking challenger is told: of what kind the leak was, never which word. Who sees the pull
 * request and hears the word that was caught learns to spell it otherwise.
 */
import type { Audit } from "../../records/answer.ts";

/** Kinds that are named. */
const NAMED = 3;

/** Fits "Your last reply could not be used: ...". */
export function leakFault(audit: Audit): string {
  const words = toldKinds(audit).map((kind) => WORDS[kind] ?? "something that was not shown");
  return `it says what the conversation does not show: ${words.join(", ")}. Leave that out, and anything else that only the private note tells`;
}

/** Kinds that the challenger is told of, heaviest first. */
export const toldKinds = (audit: Audit): string[] => kindsOf(audit).slice(0, NAMED);

/** Kinds of an audit's findings, heaviest first, each once. */
export function kindsOf(audit: Audit): string[] {
  const sorted = [...audit.findings].sort((a, b) => (b.weight ?? 0) - (a.weight ?? 0));
  return [...new Set(sorted.map(({ kind }) => kind))];
}

// ---------------------------------------------------------------------------------------------

const WORDS: Readonly<Record<string, string>> = {
  identifier: "a name that was not shown",
  canary: "a detail that was not shown",
  constant: "a value that was not shown",
  string: "a text that was not shown",
  act: "a step that nothing shown leads to",
  path: "a path that was not shown",
  line: "a line number that was not shown",
  code: "code that nothing shown leads to",
  test: "a test that was not shown",
  phrase: "it speaks of a change to come",
  claim: "a claim without support",
  wording: "words that nothing shown leads to",
};
