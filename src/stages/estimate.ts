/**
 * The estimate: reads the prompts, pull requests, answers and verdicts that are there, and says what
 * the missing calls of king, challenger and validate will come to. Asks no model, writes no file.
 */
import { askedPanel, refineModel, type Config } from "../config.ts";
import { seededRng, type Rng } from "../core/random.ts";
import { planRefined } from "../core/spend/plan-refine.ts";
import { listRefinable } from "../judging/refinable.ts";
import { makeEstimator, type EstimateRow } from "../core/spend/estimate.ts";
import { batchPrice } from "../core/spend/price.ts";
import { planTurn, type PlanSettings } from "../core/spend/plan.ts";
import { listAnswers } from "../io/answers.ts";
import { readHiddenOf } from "../io/hidden.ts";
import { readPrompts } from "../io/prompts.ts";
import { readLedger } from "../io/read-ledger.ts";
import type { Store } from "../io/store.ts";
import { answerSchema } from "../records/answer.ts";
import type { Prompt } from "../records/prompt.ts";
import { scoreSchema } from "../records/score.ts";
import type { StageOptions } from "../work.ts";

export async function estimate(
  config: Config,
  store: Store,
  options: Pick<StageOptions, "only" | "limit">,
): Promise<EstimateRow[]> {
  const settings = settingsOf(config);
  const estimator = makeEstimator();
  const answered = new Map(
    (await listAnswers(store, options)).map(({ name, path }) => [name, path]),
  );

  for await (const line of readLedger(store)) estimator.learn(line);
  for await (const { name, prompt } of readPrompts(store, options)) await addTurn(name, prompt);
  for (const name of answered.keys()) await addTurn(name, null);
  await addRefined();
  return estimator.rows(({ provider, model }) => {
    const price = config.provider[provider]?.price[model];
    return config.engine.name === "batch" ? batchPrice(price) : price;
  });

  async function addRefined(): Promise<void> {
    const full = settingsOf({ ...config, judge: { ...config.judge, panel: "full" } });
    const { attempts } = config.refine;
    const { max_tokens, pr_chars, hidden } = config.challenger;
    const refine = { ...refineModel(config), attempts, max_tokens, pr_chars };
    const rng = (purpose: string): Rng => seededRng(config.source.seed, purpose);
    const seen = { ...options, force: false, retry: false };
    const files = await listAnswers(
      store,
      options.only === undefined ? {} : { only: options.only },
    );
    for (const turn of await listRefinable(config, { store, rng }, seen, files)) {
      const first = await store.read(turn.first.path, answerSchema);
      const of = { name: turn.first.name, instance_id: first.instance_id };
      const pr = await readHiddenOf(store, of, hidden);
      const second = await store.readIfThere(turn.second.path, answerSchema);
      const score = await store.readIfThere(`score/${turn.second.name}`, scoreSchema);
      for (const call of planRefined({ first, pr, second, score }, refine, full))
        estimator.add(call);
    }
  }

  async function addTurn(name: string, prompt: Prompt | null): Promise<void> {
    const path = answered.get(name);
    const answer = path === undefined ? null : await store.read(path, answerSchema);
    const source = prompt ?? answer;
    if (source === null || config.source.exclude_ids.includes(source.instance_id)) return;
    const of = { name, instance_id: source.instance_id };
    const pr = await readHiddenOf(store, of, config.challenger.hidden);
    const score = await store.readIfThere(`score/${name}`, scoreSchema);
    answered.delete(name);
    const { messages, protocol, tools } = source;
    const calls = planTurn({ messages, protocol, tools, pr, answer, score }, settings);
    for (const call of calls) estimator.add(call);
  }
}

// ---------------------------------------------------------------------------------------------

function settingsOf(config: Config): PlanSettings {
  const { king, challenger, judge } = config;
  const { judges, orders } = askedPanel(config);
  return {
    king,
    challenger: {
      ...challenger,
      candidates: challenger.strategy === "select" ? challenger.n : 1,
    },
    judges: judges.map(({ model, provider, thinking }) => ({
      model,
      provider,
      thinking,
      maxTokens: thinking ? judge.thinking_max_tokens : judge.max_tokens,
    })),
    judge: { ...judge, orders },
  };
}
