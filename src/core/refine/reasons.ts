/**
 * What judges and people said of an answer, as the challenger may read it: a sentence a verdict, and
 * instead of a seat ("MODEL 2", "the first reply") whose answer sat there.
 */
import type { Review } from "../../records/review.ts";
import type { Score } from "../../records/score.ts";
import type { Order } from "../../work.ts";
import { isCurrent } from "../report/person.ts";
import { judgeViews } from "../report/verdicts.ts";

/** Of a sentence of a verdict; judges are asked for one. */
const MOST_CHARS = 600;

const OWN = "your earlier answer";
const OTHER = "another answer";

/** Every sentence once; [] where nobody said anything. */
export function reasonsOf(score: Score, review: Review | null): readonly string[] {
  const said = judgeViews(score).flatMap(({ replies }) =>
    replies.map(({ order, reason }) => withoutSeats(reason, order)),
  );
  const isSaid = review !== null && isCurrent(review, score) && review.note.trim() !== "";
  const all = isSaid ? [...said, `a person: ${review.note.trim()}`] : said;
  return [...new Set(all.map((text) => text.slice(0, MOST_CHARS)).filter((text) => text !== ""))];
}

/** The sentence with the seats of its order named by whose answer they held. */
export function withoutSeats(reason: string, order: Order): string {
  const seats = order === "challenger_first" ? [OWN, OTHER] : [OTHER, OWN];
  const named = (seat: string): string =>
    (FIRST.has(seat.toLowerCase()) ? seats[0] : seats[1]) ?? OTHER;
  return reason
    .replace(/\s+/g, " ")
    .trim()
    .replace(NUMBERED, (_all, seat: string) => named(seat))
    .replace(ORDINAL, (_all, seat?: string, end?: string) => named(seat ?? end ?? ""));
}

// ---------------------------------------------------------------------------------------------

const FIRST: ReadonlySet<string> = new Set(["1", "a", "one", "first", "former"]);

const THINGS = "(?:model|reply|response|answer|candidate|assistant|agent|option|version)";
/** "MODEL 1", "model_2", "Reply #2", "response B", "Model one". */
const NUMBERED = new RegExp(
  `(?:\\bthe )?\\b${THINGS}(?:[\\s_-]*#?[\\s_]*)(1|2|one|two|[AB])(?![\\w.])(?:'s)?`,
  "gi",
);
/** "the first reply", "the second one", "the latter". */
const ORDINAL = new RegExp(
  `\\bthe (?:(first|second) (?:${THINGS}|one)|(former|latter))\\b(?:'s)?`,
  "gi",
);
