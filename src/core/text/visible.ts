/**
 * Characters that a reader cannot see, or that reorder what he sees, made visible: data from agent
 * runs holds NUL, escape sequences, zero-width and bidirectional marks, by accident or on purpose.
 */

export type VisiblePart =
  | { readonly kind: "text"; readonly text: string }
  /** One character that must be shown, not obeyed; `text` is what to show, `start` where it stood. */
  | { readonly kind: "mark"; readonly text: string; readonly start: number };

/** The text in order, split at hidden characters. CR LF counts as a line feed. Empty text: []. */
export function visibleParts(text: string): VisiblePart[] {
  const parts: VisiblePart[] = [];
  let at = 0;
  for (const match of text.matchAll(HIDDEN)) {
    const start = match.index;
    if (match[0] === "\r" && text[start + 1] === "\n") {
      if (start > at) parts.push({ kind: "text", text: text.slice(at, start) });
      at = start + 1;
      continue;
    }
    if (start > at) parts.push({ kind: "text", text: text.slice(at, start) });
    parts.push({ kind: "mark", text: nameOf(match[0]), start });
    at = start + match[0].length;
  }
  if (at < text.length) parts.push({ kind: "text", text: text.slice(at) });
  return parts;
}

/** The same in one string: hidden characters as [U+202E]. */
export function visibleText(text: string): string {
  return visibleParts(text)
    .map((part) => (part.kind === "text" ? part.text : `[${part.text}]`))
    .join("");
}

// ---------------------------------------------------------------------------------------------

/** Controls but tab and line feed; soft hyphen; zero-width, bidi and tag characters; lone surrogates. */
const HIDDEN = new RegExp(
  [
    "[\\u0000-\\u0008\\u000B-\\u001F\\u007F-\\u009F\\u00AD\\u061C\\u115F\\u1160]",
    "[\\u200B-\\u200F\\u2028-\\u202E\\u2060-\\u206F\\u3164\\uFEFF\\uFFA0\\uFFF9-\\uFFFB]",
    "\\u034F|\\u17B4|\\u17B5|[\\u180B-\\u180F]|[\\uFE00-\\uFE0E]|[\\u{E0000}-\\u{E0FFF}]",
    "\\p{Surrogate}",
  ].join("|"),
  "gu",
);

const NAMES: Readonly<Record<string, string>> = {
  "\u0000": "NUL",
  "\u001B": "ESC",
  "\r": "CR",
  "\u0007": "BEL",
  "\u0008": "BS",
};

function nameOf(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  return NAMES[char] ?? `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}
