/** One workspace as a side of a comparison, read turn by turn. Writes nothing. */
import type { Config } from "../config.ts";
import type { Side, SideRow } from "../core/report/compare.ts";
import { turnRow } from "../core/report/turn-row.ts";
import { historyHash } from "../core/turn/hash.ts";
import { listAnswers } from "../io/answers.ts";
import type { Store } from "../io/store.ts";
import { answerSchema } from "../records/answer.ts";
import { duelSchema } from "../records/duel.ts";
import { reviewSchema } from "../records/review.ts";
import { scoreSchema } from "../records/score.ts";

/** No answers: no rows. @throws UserError for a file that cannot be read */
export async function readSide(name: string, config: Config, store: Store): Promise<Side> {
  const rows: SideRow[] = [];
  for (const answerFile of await listAnswers(store)) {
    const file = answerFile.name;
    const answer = await store.read(answerFile.path, answerSchema);
    const score = await store.readIfThere(`score/${file}`, scoreSchema);
    const review = await store.readIfThere(`review/${file}`, reviewSchema);
    const row = turnRow({ file, answer, score, review }, config.bucket, config.duel.mode);
    rows.push({ ...row, history: historyHash(answer.messages) });
  }
  const duel = await store.readIfThere("score/_duel.json", duelSchema);
  return { name, rows, duel, cluster_by: config.duel.cluster_by, limits: config.bucket };
}
