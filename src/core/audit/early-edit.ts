/**
 * Edits of a changed file of which nothing was ever shown: who has not read a file does not know what
 * to replace in it. What the answer writes anew (a script, a test of its own) is no such edit.
 */
import { placeAt, type Segment } from "./answer.ts";
import type { Evidence } from "./evidence.ts";
import type { Hidden } from "./hidden.ts";
import { shownShare } from "./lines.ts";
import type { Visible } from "./visible.ts";

/** An edit in place, or a script that replaces text and writes the file back. */
const REPLACES =
  /\bsed\s+(?:-[a-zA-Z]+\s+)*-i|\bperl\s+-[a-z0-9]*i|\.replace\(|\bre\.sub\(|str_replace|^edit \d+:\d+|\bgit apply\b|\bpatch -p/m;
const WEIGHT = 1.6;
/** Appends to a file, or writes one back. */
const WRITES = />>\s*[\w./"']|\bopen\([^()\n]{1,120},\s*["'][wa]|\bwrite_text\(/;

/** True when code of the answer changes files that are there; to make a script of one's own is no change. */
export const changesFiles = (answer: string): boolean =>
  REPLACES.test(answer) || WRITES.test(answer);

export function earlyEdits(
  answer: string,
  segments: readonly Segment[],
  hidden: Hidden,
  visible: Visible,
): Evidence[] {
  if (!REPLACES.test(answer)) return [];
  const files = new Map<string, boolean>();
  for (const hunk of hidden.hunks) {
    if (hunk.part !== "patch" || hunk.isNewFile) continue;
    const isShown = shownShare(hunk, visible.observed()) > 0;
    files.set(hunk.path, (files.get(hunk.path) ?? false) || isShown);
  }
  return [...files].flatMap(([path, isShown]) => {
    const start = answer.lastIndexOf(path);
    if (isShown || start < 0 || placeAt(segments, start) === "prose") return [];
    if (isOpened(path, visible)) return [];
    const evidence = `edits ${path}, of which nothing was shown`;
    return [{ kind: "code" as const, start, end: start + path.length, weight: WEIGHT, evidence }];
  });
}

/** True when a command of the history printed the file, in whole or in part. */
export const isOpened = (path: string, visible: Visible): boolean =>
  isNamedAfter(/\b(?:cat|sed|head|tail|less|more|nl|awk|view|open|vim?|nano|bat)\b/, path, visible);

/** True when a command of the history changed the file in place. */
export const isEdited = (path: string, visible: Visible): boolean =>
  isNamedAfter(EDITS, path, visible);

// ---------------------------------------------------------------------------------------------

const EDITS =
  /\bsed\s+(?:-[a-zA-Z]+\s+)*-i|\bperl\s+-[a-z0-9]*i|\btee\b|>\s*[\w./-]*$|\b(?:str_replace|insert|edit|create)\b|\bopen\(/;

/** True when a line of the history has such a word and after it the file's name. */
function isNamedAfter(form: RegExp, path: string, visible: Visible): boolean {
  const base = path.slice(path.lastIndexOf("/") + 1);
  for (let at = visible.text.indexOf(base); at >= 0; at = visible.text.indexOf(base, at + 1)) {
    const before = visible.text.slice(Math.max(0, at - 160), at);
    if (form.test(before.slice(before.lastIndexOf("\n") + 1))) return true;
  }
  return false;
}
