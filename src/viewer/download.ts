/** A duel as one JSON file that may be passed on: secrets masked, and nothing of what the pull request hid. */
import { masked, type ExitSettings } from "../core/exit/masker.ts";
import { hidesChallenger } from "../core/exit/hidden.ts";
import type { Store } from "../io/store.ts";
import type { RunInfo } from "../records/run-info.ts";
import { answerSchema } from "../records/answer.ts";
import { reviewSchema } from "../records/review.ts";
import { scoreSchema } from "../records/score.ts";
import type { Entry } from "./entry.ts";
import { reviewOf, scoreOf, withoutDetail } from "./shareable.ts";

/** @throws UserError for a file that cannot be read */
export async function duelDownload(
  settings: ExitSettings,
  store: Store,
  { file, path }: Pick<Entry, "file" | "path">,
): Promise<object> {
  const answer = await store.read(path, answerSchema);
  const score = await store.readIfThere(`score/${file}`, scoreSchema);
  const review = await store.readIfThere(`review/${file}`, reviewSchema);
  const isHidden = hidesChallenger(answer);
  return masked(
    {
      file,
      instance_id: answer.instance_id,
      repo: answer.repo ?? null,
      turn: answer.turn ?? null,
      messages: answer.messages,
      king: answer.king,
      challenger: isHidden ? "" : answer.challenger,
      assistant: answer.assistant,
      king_run: runOf(answer.king_run),
      challenger_run: runOf(answer.challenger_run),
      score: score === null ? null : scoreOf(score, isHidden),
      review: review === null ? null : reviewOf(review),
    },
    settings,
  );
}

// ---------------------------------------------------------------------------------------------

const runOf = (run: RunInfo | undefined): RunInfo | null =>
  run === undefined ? null : withoutDetail(run);
