/** The fenced command of a turn, found leniently: a classifier also reads turns of bad form. */

/** Text between the first opening fence and its closing line (or the end); null without a fence. */
export function firstBlock(content: string): string | null {
  const lines = content.split("\n");
  const start = lines.findIndex((line) => FENCE.test(line));
  if (start < 0) return null;
  const end = lines.findIndex((line, index) => index > start && /^\s*```\s*$/.test(line));
  return lines.slice(start + 1, end < 0 ? lines.length : end).join("\n");
}

// ---------------------------------------------------------------------------------------------

const FENCE = /^\s*```[\w-]*\s*$/;
