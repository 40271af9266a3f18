/**
 * Cutting the thinking trace off a reply. Providers put it into the content in several ways: as
 * <think>...</think> before the answer, with the closing tag alone, or cut off before it closes.
 */

const OPEN = /^\s*<think(?:ing)?>/i;
const CLOSE = /<\/think(?:ing)?>/gi;

/** The answer behind the trace, trimmed; "" when the trace never ends. Linear in the text. */
export function cutThinkTrace(content: string): { readonly text: string; readonly trace: string } {
  const opened = OPEN.exec(content);
  const closes = [...content.matchAll(CLOSE)].map((match) => match.index + match[0].length);
  if (closes.length === 0) {
    return opened === null
      ? { text: content.trim(), trace: "" }
      : { text: "", trace: content.slice(opened[0].length).trim() };
  }
  const end = endOfTrace(content, closes, opened !== null);
  return { text: content.slice(end).trim(), trace: content.slice(0, end).trim() };
}

// ---------------------------------------------------------------------------------------------

/**
 * A trace may quote its own closing tag, and a command may search for it. The trace ends at the last
 * closing tag that is followed by whole fences only; a tag inside the answer's block is followed by
 * half of one.
 */
function endOfTrace(content: string, closes: readonly number[], opened: boolean): number {
  const fencesAfter = countFencesAfter(content, closes);
  for (let i = closes.length - 1; i >= 0; i--) {
    const fences = fencesAfter[i] ?? 0;
    if (fences > 0 && fences % 2 === 0) return closes[i] ?? 0;
  }
  const all = (content.match(FENCE_LINE) ?? []).length;
  const tagIsInsideBlock =
    !opened && all > 0 && (fencesAfter.at(-1) ?? 0) % 2 === 1 && all % 2 === 0;
  return tagIsInsideBlock ? 0 : (closes.at(-1) ?? 0);
}

const FENCE_LINE = /^ {0,3}```/gm;

function countFencesAfter(content: string, offsets: readonly number[]): number[] {
  const fences = [...content.matchAll(FENCE_LINE)].map((match) => match.index);
  let next = fences.length;
  const counts: number[] = [];
  for (let i = offsets.length - 1; i >= 0; i--) {
    while (next > 0 && (fences[next - 1] ?? 0) >= (offsets[i] ?? 0)) next--;
    counts[i] = fences.length - next;
  }
  return counts;
}
