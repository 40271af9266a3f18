/** Which words of two answers differ, as marks on either. */
import { diffWordsWithSpace } from "diff";
import type { Mark } from "./ranges.ts";

export type WordDiff = { readonly left: readonly Mark[]; readonly right: readonly Mark[] };

/** null when the texts are too different to be compared word by word in half a second. */
export function wordDiff(left: string, right: string): WordDiff | null {
  const changes = diffWordsWithSpace(left, right, { maxEditLength: 5000, timeout: 500 });
  if (changes === undefined) return null;
  const marks: { left: Mark[]; right: Mark[] } = { left: [], right: [] };
  let at = 0;
  let other = 0;
  for (const { value, added, removed } of changes) {
    if (added) {
      marks.right.push({ start: other, end: other + value.length, name: "added" });
      other += value.length;
    } else if (removed) {
      marks.left.push({ start: at, end: at + value.length, name: "removed" });
      at += value.length;
    } else {
      at += value.length;
      other += value.length;
    }
  }
  return marks;
}
