/** What people said of turns of the queue, read; what is reckoned of every turn, written. */
import { keptTruth, truthOf, type Reckoning, type SortedTurn } from "../core/duel/sorting.ts";
import { isCurrent, personScore } from "../core/report/person.ts";
import type { Store } from "../io/store.ts";
import { QUEUE_FILE, queueSchema } from "../records/queue.ts";
import { reviewSchema } from "../records/review.ts";
import { scoreSchema } from "../records/score.ts";
import { scorePath } from "./asking.ts";

export type DrawnReview = {
  readonly file: string;
  /** 100 challenger, 50 draw, 0 king. */
  readonly person: number;
  /** Of being drawn, in (0, 1]. */
  readonly probability: number;
};

/** People's verdicts on turns of the drawn queue that are about the present pair; [] without a queue. */
export async function drawnReviews(store: Store): Promise<DrawnReview[]> {
  const queue = await store.readIfThere(QUEUE_FILE, queueSchema);
  const reviews: DrawnReview[] = [];
  for (const { file, probability } of queue?.turns ?? []) {
    const review = await store.readIfThere(`review/${file}`, reviewSchema);
    if (review === null || review.verdict === null) continue;
    const score = await store.readIfThere(scorePath(file), scoreSchema);
    if (score === null || !isCurrent(review, score)) continue;
    reviews.push({ file, person: personScore(review.verdict), probability });
  }
  return reviews;
}

/** Writes the reckoned true score into the score files where it is news. */
export async function keepPosteriors(
  store: Store,
  turns: readonly SortedTurn[],
  reckoning: NonNullable<Reckoning>,
): Promise<void> {
  for (const { file, ballots } of turns) {
    const posterior = keptTruth(truthOf(ballots, reckoning));
    const score = await store.read(scorePath(file), scoreSchema);
    const { mean, above } = score.posterior ?? {};
    if (mean === posterior.mean && above === posterior.above) continue;
    await store.write(scorePath(file), { ...score, posterior });
  }
}
