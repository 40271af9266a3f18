/**
 * The estimate: reads the prompts, pull requests, answers and verdicts that are there, and says what
 * the missing calls of king, challenger and validate will come to. Asks no model, writes nothing but, of many turns,
 * what is known of the files (`.facts.jsonl`).
 */
import type { Config } from "../config.ts";
import { seededRng, type Rng } from "../core/random.ts";
import { carriedPrice } from "../core/spend/carried.ts";
import { furtherCosts, type Further } from "../core/spend/further.ts";
import { toDraw } from "../core/target/status-line.ts";
import { makeEstimator, type EstimateRow } from "../core/spend/estimate.ts";
import { stillAsked } from "../core/spend/still-asked.ts";
import { LEDGER_FOLD, type LedgerSums } from "../core/spend/ledger-sums.ts";
import { isWanted, listAnswers } from "../io/answers.ts";
import { openFacts, type Facts } from "../io/facts/facts.ts";
import { foldLedger, LEDGER_KIND } from "../io/facts/fold-ledger.ts";
import { listPlanned, PLANNED } from "../io/prompts.ts";
import type { Store } from "../io/store.ts";
import { openPlanner, PLANNED_KINDS } from "../judging/planned.ts";
import { BORDERLINE, listRefinable } from "../judging/refinable.ts";
import { callsATurn, statusOfTarget } from "../judging/target-state.ts";
import type { StageOptions } from "../work.ts";

/** What is known of a workspace's files, and its ledger added up: read once for all that is estimated. */
export type Learned = { readonly facts: Facts; readonly ledger: LedgerSums };

export async function readLearned(store: Store): Promise<Learned> {
  const kinds = [...PLANNED_KINDS, BORDERLINE, PLANNED, LEDGER_KIND];
  const facts = openFacts(store, kinds, "", "look");
  return { facts, ledger: await foldLedger(store, facts, LEDGER_FOLD) };
}

/** @param known where more than this is estimated */
export async function estimate(
  config: Config,
  store: Store,
  options: Pick<StageOptions, "only" | "limit">,
  known?: Learned,
): Promise<EstimateRow[]> {
  const { facts, ledger } = known ?? (await readLearned(store));
  const estimator = makeEstimator(ledger.learned);
  const answered = new Map(
    (await listAnswers(store, options)).map(({ name, path }) => [name, path]),
  );
  const planner = await openPlanner(config, store, facts, answered);
  const unasked = stillAsked(ledger.spending.open);

  const prompts = [...(await listPlanned(store, facts))]
    .filter(([name]) => isWanted(name, options))
    .slice(0, options.limit);
  for (const [name, { instance_id }] of prompts) await addTurn(name, instance_id);
  const withPrompt = new Set(prompts.map(([name]) => name));
  for (const name of answered.keys()) if (!withPrompt.has(name)) await addTurn(name, null);
  await addRefined();
  await facts.save();
  return estimator.rows(({ provider, model }, calls) =>
    carriedPrice(config.engine, config.provider[provider]?.price[model], calls),
  );

  async function addTurn(name: string, instanceId: string | null): Promise<void> {
    for (const call of unasked(name, await planner.turn(name, instanceId))) estimator.add(call);
  }

  async function addRefined(): Promise<void> {
    const rng = (purpose: string): Rng => seededRng(config.source.seed, purpose);
    const seen = { ...options, force: false, retry: false };
    const files = await listAnswers(
      store,
      options.only === undefined ? {} : { only: options.only },
    );
    for (const turn of await listRefinable(config, { store, rng }, seen, files, facts)) {
      for (const call of unasked(turn.first.name, await planner.refined(turn))) estimator.add(call);
    }
  }
}

/** Beyond what is drawn: what the rounds of [target] will come to. null: chain.toml has none, or no round can begin here. */
export async function estimateFurther(
  config: Config,
  store: Store,
  known?: Learned,
): Promise<Further | null> {
  if (config.target.accepted === undefined) return null;
  const { facts, ledger } = known ?? (await readLearned(store));
  const rng = seededRng(config.source.seed, "target/outlook");
  const status = await statusOfTarget(config, store, rng, { facts, ...ledger });
  if (status === null || status.foreign != null) return null;
  const estimator = makeEstimator(ledger.learned);
  const planner = await openPlanner(config, store, facts, new Map());
  for (const [name, { instance_id }] of await listPlanned(store, facts)) {
    for (const call of await planner.anew(name, instance_id)) estimator.add(call);
  }
  await facts.save();
  const rows = estimator.rows(({ provider, model }, calls) =>
    carriedPrice(config.engine, config.provider[provider]?.price[model], calls),
  );
  return furtherCosts(toDraw(status), status.drawn, rows, callsATurn(config));
}
