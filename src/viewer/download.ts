/** A duel as one JSON file that may be passed on: secrets masked, and nothing of what the pull request hid. */
import { masked } from "../core/exit/masker.ts";
import { hidesChallenger } from "../core/exit/hidden.ts";
import type { Store } from "../io/store.ts";
import { answerSchema } from "../records/answer.ts";
import { reviewSchema } from "../records/review.ts";
import { scoreSchema, type Score } from "../records/score.ts";
import type { Entry } from "./entry.ts";

/** @throws UserError for a file that cannot be read */
export async function duelDownload(store: Store, { file, path }: Entry): Promise<object> {
  const answer = await store.read(path, answerSchema);
  const score = await store.readIfThere(`score/${file}`, scoreSchema);
  const review = await store.readIfThere(`review/${file}`, reviewSchema);
  const isHidden = hidesChallenger(answer);
  return masked({
    file,
    instance_id: answer.instance_id,
    repo: answer.repo ?? null,
    turn: answer.turn ?? null,
    messages: answer.messages,
    king: answer.king,
    challenger: isHidden ? "" : answer.challenger,
    assistant: answer.assistant,
    king_run: answer.king_run ?? null,
    challenger_run: answer.challenger_run ?? null,
    score: score === null ? null : shareable(score, isHidden),
    review,
  });
}

// ---------------------------------------------------------------------------------------------

/** Details of a lost turn may quote the pull request, and so may judges who were shown words that stay here. */
function shareable(score: Score, isHidden: boolean): object {
  const { disqualified, judges, opponent_flags: _, ...rest } = score;
  return {
    ...rest,
    disqualified: disqualified === null ? null : { reason: disqualified.reason },
    judges: isHidden ? [] : judges,
  };
}
