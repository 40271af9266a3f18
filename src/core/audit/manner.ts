/**
 * How an answer goes about its turn: not what it knows, but how sure it is and how early it acts. A single
 * answer says nothing by it; over many turns a challenger that sees the pull request is more direct.
 */
import { placeAt, type Place, type Segment } from "./answer.ts";
import { HEDGED } from "./claims.ts";
import { isEdited, isOpened } from "./early-edit.ts";
import type { Hidden } from "./hidden.ts";
import type { Visible } from "./visible.ts";

export type Manner = {
  /** Words outside the code. */
  readonly words: number;
  /** Sentences that leave something open. */
  readonly hedges: number;
  /** Changes a file that the patch changes. */
  readonly edits: boolean;
  /** The first change of one of them in this run. */
  readonly first_edit: boolean;
  /** That file was shown before; null where nothing of it is edited. */
  readonly looked: boolean | null;
  /** Opens a file that the patch changes and that was never opened; null where all were. */
  readonly views: boolean | null;
};

export function mannerOf(
  answer: string,
  segments: readonly Segment[],
  hidden: Hidden,
  visible: Visible,
): Manner {
  const prose = segments
    .filter(({ place }) => place === "prose")
    .map(({ start, end }) => answer.slice(start, end))
    .join("\n")
    .replace(/^\s{0,3}`{3,}.*$/gm, "");
  const paths = [...new Set(changedPaths(hidden))];
  const closed = paths.filter((path) => !isOpened(path, visible));
  const edited = paths.filter((path) => placesIn(answer, segments, path, EDITING).length > 0);
  return {
    words: prose.match(/[\p{L}\p{N}']+/gu)?.length ?? 0,
    hedges: prose.split(/[.!?\n]+/).filter((sentence) => HEDGED.test(sentence)).length,
    edits: edited.length > 0,
    first_edit: edited.length > 0 && !paths.some((path) => isEdited(path, visible)),
    looked: edited.length === 0 ? null : edited.every((path) => !closed.includes(path)),
    views:
      closed.length === 0
        ? null
        : closed.some((path) => placesIn(answer, segments, path, READING).length > 0),
  };
}

/** Where the answer edits a file that the patch changes, unless the run had edited one before. */
export function editsOf(
  answer: string,
  segments: readonly Segment[],
  hidden: Hidden,
  visible: Visible,
): { start: number; end: number }[] {
  const paths = [...new Set(changedPaths(hidden))];
  if (paths.some((path) => isEdited(path, visible))) return [];
  return paths.flatMap((path) => placesIn(answer, segments, path, EDITING));
}

// ---------------------------------------------------------------------------------------------

const changedPaths = (hidden: Hidden): string[] =>
  hidden.hunks.flatMap(({ part, path, isNewFile }) =>
    part === "patch" && !isNewFile ? [path] : [],
  );

const READING: readonly Place[] = ["command", "search"];
const EDITING: readonly Place[] = ["edit", "written"];
/** What a script that is written changes a file with. */
const WRITES = /\.replace\(|\bre\.sub\(|\.write\(|write_text\(|str_replace|^edit \d+:\d+/m;

/** Where a line of such a sort names the file; a script counts when it writes. */
function placesIn(
  answer: string,
  segments: readonly Segment[],
  path: string,
  sorts: readonly Place[],
): { start: number; end: number }[] {
  const found: { start: number; end: number }[] = [];
  let writes: boolean | null = null;
  for (let at = answer.indexOf(path); at >= 0; at = answer.indexOf(path, at + 1)) {
    const place = placeAt(segments, at);
    if (sorts.includes(place) && (place !== "written" || (writes ??= WRITES.test(answer))))
      found.push({ start: at, end: at + path.length });
  }
  return found;
}
