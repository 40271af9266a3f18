/**
 * The arms' answers to held-out turns before judges outside the panel: a workspace of its own, in which each
 * answer meets the dataset's own. What several arms wrote alike is judged once.
 */
import TOML from "@iarna/toml";
import type { Config } from "../config.ts";
import { worthJudges } from "../config/models.ts";
import { clusterOf } from "../core/duel/cluster-by.ts";
import { masked } from "../core/exit/masker.ts";
import { armAnswer, armAnswerName, saysNothing } from "../core/worth/arm-answer.ts";
import type { WorthTurn } from "../core/worth/arms.ts";
import type { DuelCosts } from "../core/worth/costs.ts";
import type { Measured } from "../core/worth/effect.ts";
import { openStore, type Store } from "../io/store.ts";
import { writeChanged } from "../io/write-changed.ts";
import type { Answer } from "../records/answer.ts";
import { scoreSchema } from "../records/score.ts";
import type { Worth } from "../records/worth.ts";
import type { StageSummary } from "../work.ts";
import { writtenTexts } from "./evaluation.ts";
import {
  ownChain,
  spentElsewhere,
  tableOf,
  whyStopped,
  WORTH_DUEL,
  type Ended,
} from "./inner-workspace.ts";
import type { Evaluation } from "./worth-arms.ts";

/** What one checkpoint wrote to one row; `file` null: nothing, and the turn is lost. */
type Cell = Omit<Measured, "value"> & { readonly arm: string; readonly file: string | null };

export type ArmDuel = {
  readonly cells: readonly Cell[];
  readonly answers: ReadonlyMap<string, Answer>;
};

/** @param held the turns, in the order of their rows in the held-out set */
export async function armDuel(
  { duel }: Config,
  held: readonly WorthTurn[],
  all: readonly Evaluation[],
): Promise<ArmDuel> {
  const cells: Cell[] = [];
  const answers = new Map<string, Answer>();
  for (const { arm, seed, told } of all) {
    for (const [row, text] of await writtenTexts(told)) {
      const turn = held[row];
      if (turn === undefined) continue;
      const { run } = turn.examples.reference.metadata;
      const cluster = clusterOf({ ...turn, run }, duel.cluster_by);
      const file = saysNothing(text) ? null : armAnswerName(row, turn, text);
      cells.push({ arm, seed, row, cluster, file });
      if (file !== null && !answers.has(file)) answers.set(file, armAnswer(turn, text));
    }
  }
  return { cells, answers };
}

/** What the duel may come to. @param checkpoints that answer; `answers` each, at most */
export function armDuelCosts(
  config: Config,
  held: readonly WorthTurn[],
  checkpoints: number,
  answers: number,
  answerTokens: number,
): DuelCosts {
  const { judge, provider: providers } = config;
  const chars = held.reduce((sum, { length }) => sum + length, 0);
  return {
    answers: checkpoints * Math.min(answers, held.length),
    historyChars: chars / Math.max(1, held.length),
    answerTokens,
    judges: worthJudges(config).map(({ model, provider, thinking, max_tokens }) => ({
      model,
      maxTokens: max_tokens ?? (thinking ? judge.thinking_max_tokens : judge.max_tokens),
      price: providers[provider]?.price[model],
    })),
  };
}

/**
 * What the checkpoints wrote before judges outside the panel. @param judge runs the panel's stage in the
 * duel's workspace; not asked where nobody wrote a word: then everybody has lost.
 */
export async function judgedNow(
  config: Config,
  store: Store,
  duel: ArmDuel,
  judge: () => Promise<StageSummary>,
): Promise<
  Ended<{
    readonly measured: ReadonlyMap<string, readonly Measured[]>;
    readonly about: NonNullable<Worth["duel"]>;
  }>
> {
  await writeArmDuel(config, store, duel);
  const stopped = duel.answers.size === 0 ? null : whyStopped(await judge());
  if (stopped !== null) return { stopped };
  const { measured, unread } = await armScores(store, duel);
  const judges = worthJudges(config).map(({ model }) => model);
  const about = { judges, answers: duel.answers.size, unread };
  return { stopped: null, value: { measured, about } };
}

// ---------------------------------------------------------------------------------------------

/** Both orders, whatever the panel is asked in: with few judges a seat would weigh too much. */
const PAIRED_ORDERS = { orders: "both" } as const;

/** chain.toml and answer/ of the duel's workspace. Verdicts on answers that nobody gives now stay in score/. */
async function writeArmDuel(config: Config, store: Store, { answers }: ArmDuel): Promise<void> {
  const chain = await ownChain(config, store, await spentElsewhere(store, WORTH_DUEL));
  const judges = worthJudges(config);
  const { thinking_models: _, ...judge } = tableOf(chain["judge"]);
  const panel = {
    ...judge,
    // A limit of its own that is not set is that of [judge].
    models: judges.map(({ model, provider, thinking, temperature, max_tokens }) => ({
      model,
      provider,
      thinking,
      ...(temperature === undefined ? {} : { temperature }),
      ...(max_tokens === undefined ? {} : { max_tokens }),
    })),
    quorum: Math.min(config.judge.quorum, judges.length),
    panel: "full",
    with: "panel",
    ...PAIRED_ORDERS,
  };
  const own = {
    ...chain,
    judge: panel,
    duel: { ...tableOf(chain["duel"]), mode: 1, plan: "turns" },
    bucket: { ...tableOf(chain["bucket"]), by: "score" },
  };
  await writeChanged(store, `${WORTH_DUEL}/chain.toml`, TOML.stringify(own));
  for (const name of await store.list(`${WORTH_DUEL}/answer`)) {
    if (!answers.has(name)) await store.remove(`${WORTH_DUEL}/answer/${name}`);
  }
  for (const [name, answer] of answers) {
    const text = `${JSON.stringify(await masked(answer, config), null, 2)}\n`;
    await writeChanged(store, `${WORTH_DUEL}/answer/${name}`, text);
  }
}

/** Scores 0..1 of what each checkpoint wrote, by arm; `unread`: answers that no quorum could be read for. */
async function armScores(
  store: Store,
  { cells, answers }: ArmDuel,
): Promise<{
  readonly measured: ReadonlyMap<string, readonly Measured[]>;
  readonly unread: number;
}> {
  const judged = openStore(store.path(WORTH_DUEL));
  const scores = new Map<string, number>();
  for (const name of answers.keys()) {
    const told = await judged.readIfThere(`score/${name}`, scoreSchema);
    if (told?.parsed === true && told.score !== null) scores.set(name, told.score / 100);
  }
  const measured = new Map<string, Measured[]>();
  for (const { arm, file, ...cell } of cells) {
    const value = file === null ? 0 : scores.get(file);
    if (value === undefined) continue;
    measured.set(arm, [...(measured.get(arm) ?? []), { ...cell, value }]);
  }
  return { measured, unread: answers.size - scores.size };
}
