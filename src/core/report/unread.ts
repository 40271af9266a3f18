/** Files that could not be read: named, in no count, and never quoted, since what is in them is not known. */
import type { Block } from "./document.ts";

/** For the person at the keyboard. */
export function unreadNotes(files: ReadonlySet<string>): string[] {
  if (files.size === 0) return [];
  return [`not read: ${namesOf(files)}; ${MEND}`];
}

/** For the page. */
export function unreadBlocks(files: ReadonlySet<string>): Block[] {
  if (files.size === 0) return [];
  const are =
    files.size === 1
      ? "1 file is broken, and what is in it"
      : `${files.size} files are broken, and what is in them`;
  const text = `${are} is in no count here: ${namesOf(files)}. ${MEND[0]?.toUpperCase()}${MEND.slice(1)}.`;
  return [{ kind: "text", tone: "note", text }];
}

// ---------------------------------------------------------------------------------------------

const MEND =
  "mend what is broken by hand, or bring it back from a copy; what a stage wrote can be deleted, and that stage run again, which asks and pays again where models wrote it";

const SHOWN = 5;

function namesOf(files: ReadonlySet<string>): string {
  const names = [...files].sort();
  const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : "";
  return `${names.slice(0, SHOWN).join(", ")}${more}`;
}
