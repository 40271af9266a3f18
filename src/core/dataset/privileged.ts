/**
 * What only a teacher may see of a turn: the pull request, what the run did afterwards, or what the judges
 * said. It goes into rows of the format `privileged`, which is never written unasked, and nowhere else.
 */
import type { Score } from "../../records/score.ts";
import { judgeViews } from "../report/verdicts.ts";

/** The judges' sentences about a turn whose winner is the answer to learn; "" where nobody said anything. */
export function judgesWords(score: Score | null): string {
  const said = score === null ? [] : judgeViews(score).flatMap(({ replies }) => replies);
  const lines = said
    .filter(({ reason }) => reason.trim() !== "")
    .map(({ order, reason }) => {
      const own = order === "king_first" ? "MODEL 2" : "MODEL 1";
      return `- (${own} is the answer to find) ${reason.trim()}`;
    });
  return lines.length === 0 ? "" : ["What judges said of two answers:", ...lines].join("\n");
}

/** What the card says of such rows. */
export const PRIVILEGED_LIMITS: readonly string[] = [
  "`privileged` rows quote what a model must not see when it answers (pull requests, the rest of a run, judges): train a teacher with them, never show them to what is measured, and do not mix them with other formats",
  "the text of a pull request has the licence of its repository, which may be another than this card's: it is yours to check before you pass it on",
];
