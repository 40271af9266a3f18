/**
 * Which calls every turn still needs, as the estimate counts them. What was reckoned of a turn stands as long as
 * its files and the settings are the same, so that a prompt is measured once.
 */
import { z } from "zod";
import type { Config } from "../config.ts";
import { askedPanel, refineModel } from "../config/models.ts";
import { MODEL_STAGES, type PlannedCall } from "../core/spend/estimate.ts";
import { planRefined } from "../core/spend/plan-refine.ts";
import { planTurn, type PlannedTurn, type PlanSettings } from "../core/spend/plan.ts";
import { keyOver, type FactKind, type Facts } from "../io/facts/facts.ts";
import { hiddenHash, readHiddenOf } from "../io/hidden.ts";
import { promptFinder, promptPathOf } from "../io/prompts.ts";
import type { Store } from "../io/store.ts";
import { answerSchema } from "../records/answer.ts";
import { scoreSchema } from "../records/score.ts";
import type { Refinable } from "./refinable.ts";
import { seatsUnder, votesOf, type Seats } from "./seats-left.ts";

const callList = z.array(
  z.object({
    stage: z.enum(MODEL_STAGES),
    provider: z.string(),
    model: z.string(),
    bytes: z.number(),
    shared: z.number(),
    maxTokens: z.number(),
    thinks: z.boolean(),
    isVerdict: z.boolean().exactOptional(),
    times: z.number(),
    mostTimes: z.number(),
  }),
);
/** The calls of a turn, and those of its second answer. */
export const CALLS: FactKind<readonly PlannedCall[]> = {
  name: "calls",
  folder: "answer",
  schema: callList,
};
/** Of a turn of which nothing is asked yet. */
const ALL_CALLS: FactKind<readonly PlannedCall[]> = { ...CALLS, name: "all-calls" };
const REFINE_CALLS: FactKind<readonly PlannedCall[]> = { ...CALLS, name: "refine-calls" };
const INSTANCE: FactKind<string> = { name: "instance", folder: "answer", schema: z.string() };
export const PLANNED_KINDS = [CALLS, ALL_CALLS, REFINE_CALLS, INSTANCE];

export type Planner = {
  /** `instanceId`: as the prompt says; null: there is none, and the answer is asked. */
  turn(name: string, instanceId: string | null): Promise<readonly PlannedCall[]>;
  /** All calls of a drawn turn, as if none of them were made. */
  anew(name: string, instanceId: string): Promise<readonly PlannedCall[]>;
  refined(turn: Refinable): Promise<readonly PlannedCall[]>;
};

/** @param answered answer file name -> where it lies */
export async function openPlanner(
  config: Config,
  store: Store,
  facts: Facts,
  answered: ReadonlyMap<string, string>,
): Promise<Planner> {
  const settings = settingsOf(config);
  const both = { ...config, judge: { ...config.judge, panel: "full", orders: "both" } as const };
  const full = settingsOf(both);
  const seats = seatsUnder(config, await votesOf(config, store));
  const refineSeats = seatsUnder(both, null);
  const { attempts } = config.refine;
  const { max_tokens, pr_chars, hidden } = config.challenger;
  const refine = { ...refineModel(config), attempts, max_tokens, pr_chars };
  const key = keyOver([settings, full, refine, hidden, seats.key, refineSeats.key]);
  const promptOf = promptFinder(store);
  let lastPrompt = { path: "", hash: "" };

  return {
    async turn(name, fromPrompt) {
      const path = answered.get(name) ?? null;
      const instance_id =
        fromPrompt ??
        (await facts.of(INSTANCE, path ?? name, answerSchema, (answer) => answer.instance_id));
      if (config.source.exclude_ids.includes(instance_id)) return [];
      const of = { name, instance_id };
      const source = fromPrompt === null ? "" : await promptHash(promptPathOf(name));
      const made = [key, source, await hashesOf(of, path, `score/${name}`)].join(".");
      const known = facts.known(CALLS, name, made);
      if (known !== null) return known;
      const answer = path === null ? null : await store.read(path, answerSchema);
      const said = fromPrompt === null ? answer : await promptOf(name);
      if (said === null) return [];
      const pr = await readHiddenOf(store, of, hidden);
      const score = await scoreOf(name, seats);
      const { messages, protocol, tools } = said;
      const calls = planTurn({ messages, protocol, tools, pr, answer, score }, settings);
      facts.keep(CALLS, name, made, calls);
      return calls;
    },
    async anew(name, instance_id) {
      const of = { name, instance_id };
      const source = await promptHash(promptPathOf(name));
      const made = [key, source, await hiddenHash(facts, of)].join(".");
      const known = facts.known(ALL_CALLS, name, made);
      if (known !== null) return known;
      const said = await promptOf(name);
      if (said === null) return [];
      const pr = await readHiddenOf(store, of, hidden);
      const { messages, protocol, tools } = said;
      const nothing = { answer: null, score: null };
      const calls = planTurn({ messages, protocol, tools, pr, ...nothing }, settings);
      facts.keep(ALL_CALLS, name, made, calls);
      return calls;
    },
    async refined(turn) {
      const instance_id = await facts.of(
        INSTANCE,
        turn.first.path,
        answerSchema,
        (answer) => answer.instance_id,
      );
      const of = { name: turn.first.name, instance_id };
      const second = await facts.hash(turn.second.path);
      const files = await hashesOf(of, turn.first.path, `score/${turn.second.name}`);
      const made = [key, second, files].join(".");
      const known = facts.known(REFINE_CALLS, turn.first.name, made);
      if (known !== null) return known;
      const calls = planRefined(
        {
          first: await store.read(turn.first.path, answerSchema),
          pr: await readHiddenOf(store, of, hidden),
          second: await store.readIfThere(turn.second.path, answerSchema),
          score: await scoreOf(turn.second.name, refineSeats),
        },
        refine,
        full,
      );
      facts.keep(REFINE_CALLS, turn.first.name, made, calls);
      return calls;
    },
  };

  async function scoreOf(name: string, { openIn }: Seats): Promise<PlannedTurn["score"]> {
    const score = await store.readIfThere(`score/${name}`, scoreSchema);
    return score === null ? null : { open: openIn(score) };
  }

  /** Many turns stand in one file. */
  async function promptHash(path: string): Promise<string> {
    if (lastPrompt.path !== path) lastPrompt = { path, hash: await facts.hash(path) };
    return lastPrompt.hash;
  }

  async function hashesOf(
    of: { readonly name: string; readonly instance_id: string },
    answer: string | null,
    score: string,
  ): Promise<string> {
    const own = answer === null ? "" : await facts.hash(answer);
    return [own, await facts.hash(score), await hiddenHash(facts, of)].join(".");
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
