/**
 * What somebody may know of a well-known project by heart: its files, and the names and lines that were there
 * before the pull request. Who has looked at nothing yet goes by that, honest or not. What the pull request makes
 * is in nobody's memory, and an edit of unread code is no matter of memory either.
 */
import type { Place } from "./answer.ts";
import type { Age } from "./given-names.ts";
import type { Visible } from "./visible.ts";

/**
 * What is left of a name, a line or a message that was there before, three of which are still no leak; and of a public
 * name that was elsewhere in the project, and that the pull request brings into play.
 */
const AT_FIRST = { older: 0.25, used: 0.5 } as const;
/** At any later time: what was not looked at may be known all the same. */
const LATER = { older: 0.5, used: 0.7 } as const;
/** What is left of a path or a folder: there are few places where a thing can be. */
const OLD_PATH = 0.15;
/** Of the tests' at any time: who knows a project knows where its tests are, and looks there in the end. */
const TEST_PATH = 0.75;

/**
 * What is left of a name or a call that the pull request uses and does not make: who knows the project may search for
 * it, or try it in a script of his own. To build it into the code, or to speak of it, is another matter.
 */
export const SOUGHT = 0.4;
export const TRIED = 0.55;

/** True while the agent has the task and no output of a tool. */
export function hasSeenNothing(visible: Visible): boolean {
  return visible.observed() === "";
}

/** 0..1: what is left of a finding. A script that tries the project out uses what one remembers, an edit does not. */
export function beyondMemory(age: Age, place: Place, isTrial: boolean, visible: Visible): number {
  if (age === "made" || place === "edit" || (place === "written" && !isTrial)) return 1;
  return (hasSeenNothing(visible) ? AT_FIRST : LATER)[age];
}

/** The same for the path of a file that was there before, or not. */
export function pathBeyondMemory(isOlder: boolean, isTest: boolean, visible: Visible): number {
  if (!isOlder) return 1;
  return hasSeenNothing(visible) ? OLD_PATH : isTest ? TEST_PATH : 1;
}
