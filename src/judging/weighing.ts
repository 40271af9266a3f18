/** All turns together: reads what the score files say now and writes the duel. */
import { duelOf } from "../core/duel/duel.ts";
import { factsOf, type TurnFacts } from "../core/duel/facts.ts";
import { planOf } from "../core/duel/plan-of.ts";
import { noReckoning, reckoningOf, sortedTurns } from "../core/duel/sorting.ts";
import { noteLines } from "../core/duel/summary.ts";
import { everywhereJudges } from "../core/duel/verdicts.ts";
import type { Tally } from "../core/tally.ts";
import { isCutShort } from "../core/sample/state.ts";
import { configHash } from "../core/turn/hash.ts";
import { listAnswers } from "../io/answers.ts";
import type { Store } from "../io/store.ts";
import { listPlanned } from "../io/prompts.ts";
import { duelSchema } from "../records/duel.ts";
import { SOURCE_STATE, sourceStateSchema } from "../records/source.ts";
import { scoreSchema } from "../records/score.ts";
import { drawnReviews, keepPosteriors } from "./reckoning.ts";
import { scorePath, type Round } from "./asking.ts";

export const DUEL = "score/_duel.json";

/**
 * Reads what the score files say now and writes the duel; every answer of the workspace counts, those
 * of this run in the tally. Gives the lines for the person.
 */
export async function weigh(
  { config, deps, rules, absent, failures }: Round,
  ofThisRun: ReadonlySet<string>,
  tally: Tally,
  mixed: boolean,
): Promise<string[]> {
  const { store } = deps;
  const { cluster_by } = config.duel;
  const turns: TurnFacts[] = [];
  let withoutScore = 0;
  const answers = await listAnswers(store);
  for (const { name } of answers) {
    const dropped = absent.get(name);
    const there = absent.has(name) ? null : await store.readIfThere(scorePath(name), scoreSchema);
    const isExcluded = there !== null && config.source.exclude_ids.includes(there.instance_id);
    const score = isExcluded ? null : there;
    const facts =
      score === null || score.mode !== rules.mode ? null : factsOf(score, rules, cluster_by);
    if (facts !== null) turns.push(facts);
    else if (typeof dropped !== "string" && !isExcluded) withoutScore++;
    if (ofThisRun.has(name)) tallyTurn(tally, facts, dropped ?? null);
  }
  const previous = await store.readIfThere(DUEL, duelSchema);
  const planned = await listPlanned(store);
  const plan = planOf({
    planned,
    names: answers.map(({ name }) => name),
    turns,
    cluster_by,
    set: config.duel.plan,
    draw: planned.size === 0 ? null : await drawOf(store, config.source.count),
  });
  const gate = { ...config.duel, rng: deps.rng };
  const everywhere = everywhereJudges(rules).map(({ model }) => model);
  const sorted = sortedTurns(turns, everywhere);
  const reckoning = reckoningOf(sorted, await drawnReviews(store));
  const input = { turns, withoutScore, cluster_by, failures, previous, plan, mixed, reckoning };
  const duel = duelOf(input, rules, gate);
  if (configHash(previous) !== configHash(duel)) await store.write(DUEL, duel);
  if (config.bucket.by === "posterior") {
    if (reckoning !== null) await keepPosteriors(store, sorted, reckoning);
    else if (duel.n_pending === 0) throw noReckoning();
  }
  return noteLines(duel);
}

// ---------------------------------------------------------------------------------------------

/** How far a draw that --limit cut short has come of what chain.toml asks for; null: it is whole. */
async function drawOf(store: Store, count: number): Promise<number | null> {
  const state = await store.readIfThere(SOURCE_STATE, sourceStateSchema);
  return state === null || !isCutShort(state, count) ? null : count;
}

function tallyTurn(tally: Tally, facts: TurnFacts | null, dropped: string | null): void {
  if (facts === null && dropped !== null) tally.dropped(dropped);
  else if (facts === null || facts.pending > 0) tally.pending();
  else if (facts.parsed) tally.kept();
  else tally.dropped("no_quorum");
}
