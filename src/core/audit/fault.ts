/** What a leaking challenger is told: the finding in its own words, never the PR's. */
import type { Audit } from "../../records/answer.ts";

/** Findings that are named; more would teach it to hide rather than to look. */
const NAMED = 4;
const MAX_QUOTE = 80;

/** Fits "Your last reply could not be used: ...". */
export function leakFault(audit: Audit): string {
  const quotes = [...audit.findings]
    .sort((a, b) => (b.weight ?? 0) - (a.weight ?? 0))
    .slice(0, NAMED)
    .map(({ kind, text }) => `"${quote(text)}" (${WORDS[kind] ?? kind})`);
  return `it says what the conversation does not show: ${quotes.join(", ")}. Leave that out, and anything else that only the private note tells`;
}

// ---------------------------------------------------------------------------------------------

const WORDS: Readonly<Record<string, string>> = {
  identifier: "a name that was not shown",
  constant: "a value that was not shown",
  string: "a text that was not shown",
  path: "a path that was not shown",
  line: "a line number that was not shown",
  code: "code that nothing shown leads to",
  test: "a test that was not shown",
  phrase: "it speaks of a change to come",
  claim: "a claim without support",
};

function quote(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length <= MAX_QUOTE ? line : `${line.slice(0, MAX_QUOTE)}...`;
}
