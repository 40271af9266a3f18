/** Cutting texts at line ends, and saying so. */

/** Stands in a line of its own where something was left out. */
export const CUT_MARK = "[... cut]";

/**
 * At most `max` characters of whole lines from the start, and then the mark. A first line that is
 * longer than all of `max` is cut within, never between the halves of a surrogate pair.
 */
export function cutLines(text: string, max: number): string {
  if (text.length <= max) return text;
  const end = text.lastIndexOf("\n", max);
  if (end > 0) return `${text.slice(0, end)}\n${CUT_MARK}`;
  const code = text.charCodeAt(max - 1);
  return `${text.slice(0, code >= 0xd800 && code <= 0xdbff ? max - 1 : max)}\n${CUT_MARK}`;
}
