/** Draws the turns that people are asked about: reads score/, writes review/_queue.json. */
import type { Config } from "../config.ts";
import { drawQueue } from "../core/people/queue.ts";
import type { Deps } from "../deps.ts";
import { UserError } from "../errors.ts";
import { QUEUE_FILE, queueSchema, type Queue } from "../records/queue.ts";
import { isRefinedName } from "../records/refined.ts";
import { SCHEMA } from "../records/schema.ts";
import { scoreSchema } from "../records/score.ts";

/**
 * A queue that is there is kept: another draw would not know the probabilities of the reviews made so
 * far.
 *
 * @throws UserError without judged turns, and for a queue that is there without --force
 */
export async function queue(
  config: Config,
  { store, rng }: Pick<Deps, "store" | "rng">,
  options: { readonly n: number; readonly force: boolean },
): Promise<Queue> {
  const before = await store.readIfThere(QUEUE_FILE, queueSchema);
  if (before !== null && !options.force) {
    throw new UserError(
      `queue: ${QUEUE_FILE} holds ${before.turns.length} turns, and reviews of it may have been made`,
      "go on with it, or give --force: reviews made so far then count as chosen, not as drawn",
    );
  }
  const turns = [];
  for (const name of await store.list("score")) {
    if (!name.endsWith(".json") || /^[._]/.test(name) || isRefinedName(name)) continue;
    const score = await store.read(`score/${name}`, scoreSchema);
    if (config.source.exclude_ids.includes(score.instance_id)) continue;
    const isJudged = score.parsed && score.score !== null && score.disqualified === null;
    if (!isJudged || score.mode !== config.duel.mode || score.pair_hash === undefined) continue;
    turns.push({ file: name, pair_hash: score.pair_hash, score: score.score ?? 0 });
  }
  if (turns.length === 0) {
    throw new UserError(
      "queue: no judged turns in score/",
      "run npm run stage:validate first: the draw is stratified by the panel's scores",
    );
  }
  const drawn = {
    schema: SCHEMA,
    seed: config.source.seed,
    n_turns: turns.length,
    turns: drawQueue(turns, options.n, rng("queue")),
  };
  await store.write(QUEUE_FILE, drawn);
  return drawn;
}
