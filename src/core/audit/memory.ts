/**
 * What somebody may know of a well-known project by heart: its files, and the names and lines that were there
 * before the pull request. Who has looked at nothing yet goes by that, honest or not. What the pull request makes
 * is in nobody's memory, and an edit of unread code is no matter of memory either.
 */
import type { Place } from "./answer.ts";
import type { Age } from "./given-names.ts";
import type { Visible } from "./visible.ts";

/** What is left of a name, a line or a message; three of them are still no leak. */
const OLD_TEXT = 0.25;
/** Of a public name that was elsewhere in the project, and that the pull request brings into play. */
const USED_NAME = 0.5;
/** Of both at any later time: what was not looked at may be known all the same. */
const LATER_OLD = 0.5;
const LATER_USED = 0.7;
/** What is left of a path or a folder: there are few places where a thing can be. */
const OLD_PATH = 0.15;
/** Of the tests' at any time: who knows a project knows where its tests are, and looks there in the end. */
const TEST_PATH = 0.75;

/** True while the agent has the task and no output of a tool. */
export function hasSeenNothing(visible: Visible): boolean {
  return visible.observed() === "";
}

/** 0..1: what is left of a finding. A script that tries the project out uses what one remembers, an edit does not. */
export function beyondMemory(age: Age, place: Place, isTrial: boolean, visible: Visible): number {
  if (age === "made" || place === "edit" || (place === "written" && !isTrial)) return 1;
  if (!hasSeenNothing(visible)) return age === "older" ? LATER_OLD : LATER_USED;
  return age === "older" ? OLD_TEXT : USED_NAME;
}

/** The same for the path of a file that was there before, or not. */
export function pathBeyondMemory(isOlder: boolean, isTest: boolean, visible: Visible): number {
  if (!isOlder) return 1;
  return hasSeenNothing(visible) ? OLD_PATH : isTest ? TEST_PATH : 1;
}
