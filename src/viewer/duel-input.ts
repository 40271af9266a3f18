/** What the parts of a duel's page are made from. */
import type { Answer } from "../records/answer.ts";
import type { PullRequest } from "../records/pull-request.ts";
import type { Review } from "../records/review.ts";
import type { Score } from "../records/score.ts";
import type { Calls } from "./calls.ts";
import type { Entry } from "./entry.ts";
import type { Links } from "./links.ts";
import type { DuelView, Query, Undone } from "./query.ts";

export type DuelInput = {
  readonly entry: Entry;
  readonly answer: Answer;
  readonly score: Score | null;
  readonly review: Review | null;
  /** What an undo that led here took back; null: none did. */
  readonly undone: Undone | null;
  /** Read only when it is to be shown. */
  readonly pr: PullRequest | null;
  /** Read only when they are to be shown. */
  readonly calls: Calls | null;
  readonly query: Query;
  readonly view: DuelView;
  readonly token: string;
  readonly mode: 1 | 2;
  readonly links: Links;
  /** Blind: the challenger stands left. */
  readonly swapped: boolean;
  readonly place: {
    readonly at: number;
    readonly of: number;
    readonly previous: string | null;
    readonly next: string | null;
  };
};
