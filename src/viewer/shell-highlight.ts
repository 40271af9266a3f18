/** Where strings, comments, variables, operators and programs stand in a shell command. For the eye only. */

export type Token = {
  readonly start: number;
  readonly end: number;
  readonly kind: "string" | "comment" | "variable" | "operator" | "program" | "option";
};

/** Tokens in order, not overlapping; what is nothing special is left out. Linear, total over any text. */
export function shellTokens(text: string): Token[] {
  const tokens: Token[] = [];
  let expectsProgram = true;
  for (const match of text.matchAll(TOKEN)) {
    const [word] = match;
    const start = match.index;
    const end = start + word.length;
    const groups = match.groups ?? {};
    if (groups["comment"] !== undefined) tokens.push({ start, end, kind: "comment" });
    else if (groups["string"] !== undefined) {
      tokens.push({ start, end, kind: "string" });
      expectsProgram = false;
    } else if (groups["variable"] !== undefined) {
      tokens.push({ start, end, kind: "variable" });
      expectsProgram = false;
    } else if (groups["operator"] !== undefined) {
      if (word !== "\n") tokens.push({ start, end, kind: "operator" });
      expectsProgram = !/[<>]/.test(word);
    } else if (groups["word"] !== undefined) {
      if (expectsProgram && /^\w+=/.test(word)) continue;
      if (expectsProgram) {
        tokens.push({ start, end, kind: "program" });
        expectsProgram = KEYWORDS.has(word);
      } else if (word.startsWith("-")) tokens.push({ start, end, kind: "option" });
    }
  }
  return tokens;
}

// ---------------------------------------------------------------------------------------------

/** Each alternative takes at least one character and none can be read in two ways: no backtracking. */
const TOKEN =
  /(?<comment>(?<![^\s;&|(])#[^\n]*)|(?<string>'[^']*'?|"(?:[^"\\]|\\[\s\S])*"?)|(?<variable>\$(?:\{[^}\n]*\}?|\w+|[?!#@*$-])?)|(?<operator>\n|[;&|<>()]+)|(?<word>(?:[^\s'"$;&|<>()\\]|\\[\s\S])+)/g;

const KEYWORDS: ReadonlySet<string> = new Set([
  "if",
  "then",
  "else",
  "elif",
  "do",
  "while",
  "until",
  "for",
  "!",
  "sudo",
  "time",
  "env",
  "xargs",
  "exec",
  "{",
]);
