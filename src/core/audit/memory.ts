/**
 * What somebody may know of a well-known project by heart: its files, and the names and lines that were there
 * before the pull request. Who has looked at nothing yet goes by that, honest or not. What the pull request makes
 * is in nobody's memory, and an edit of unread code is no matter of memory either.
 */
import type { Place } from "./answer.ts";
import type { Visible } from "./visible.ts";

/** Characters of output, spaces not counted, up to which nothing was looked at: a working directory, an error of the shell. */
const LITTLE_OUTPUT = 200;
/** What is left of a name, a line or a message; three of them are still no leak. */
const OLD_TEXT = 0.25;
/** What is left of a path or a folder: there are few places where a thing can be. */
const OLD_PATH = 0.15;

/** True while the agent has the task and hardly any output of a tool. */
function hasSeenLittle(visible: Visible): boolean {
  return visible.observed().length <= LITTLE_OUTPUT;
}

/** 0..1: what is left of a finding about text that is older than the pull request, or not. */
export function beyondMemory(isOlder: boolean, place: Place, visible: Visible): number {
  if (!isOlder || place === "edit" || place === "written") return 1;
  return hasSeenLittle(visible) ? OLD_TEXT : 1;
}

/** The same for the path of a file that was there before, or not. */
export function pathBeyondMemory(isOlder: boolean, visible: Visible): number {
  return isOlder && hasSeenLittle(visible) ? OLD_PATH : 1;
}
