/**
 * A challenge as it stands in reign/lineage.json: who challenges whom, which turns are held out from both,
 * and the duels that were planned on them.
 */
import { basename } from "node:path";
import type { Config } from "../config.ts";
import { MIN_CLUSTERS } from "../core/duel/gate.ts";
import { barsFor, bothSeen, planDuel, type Bars, type Seen } from "../core/reign/held-out.ts";
import {
  challengeOf,
  freeName,
  noLineage,
  reigning,
  seenIn,
  spentIn,
  winsLeft,
  withChallenge,
  withDuel,
} from "../core/reign/lineage.ts";
import { leftWords } from "../core/reign/words.ts";
import { makeTally, type Tally } from "../core/tally.ts";
import type { Deps } from "../deps.ts";
import { UserError } from "../errors.ts";
import type { Store } from "../io/store.ts";
import {
  LINEAGE,
  lineageSchema,
  type Challenge,
  type King,
  type Lineage,
  type ReignDuel,
} from "../records/lineage.ts";
import type { TrainRun } from "../records/train-run.ts";
import type { Train } from "../records/train.ts";
import { promptTurns } from "./duel-workspace.ts";
import { pythonEnv } from "./run-python.ts";
import { seenBy, seenOfSet } from "./seen-rows.ts";
import { wholeModel } from "./served-model.ts";
import { isFolder } from "./settings.ts";
import { CHECKPOINTS, finishedRun, type MergeCall } from "./train-run.ts";

export type House = {
  readonly config: Config;
  readonly deps: Pick<Deps, "store" | "now" | "signal">;
  /** Of training/.venv: asked for when it is needed. @throws UserError where it is not there */
  readonly python: () => string;
  /** Where the turns lie: this workspace or another one. */
  readonly turns: Store;
  /** Begin a new challenge even where there is one. */
  readonly force: boolean;
};

export const readLineage = async ({ deps: { store } }: Pick<House, "deps">): Promise<Lineage> =>
  (await store.readIfThere(LINEAGE, lineageSchema)) ?? noLineage;

export const writeLineage = (
  { deps: { store } }: Pick<House, "deps">,
  lineage: Lineage,
): Promise<void> => store.write(LINEAGE, lineage);

/** @throws UserError when nothing is named, or what is named was not trained here. */
export async function finishedCheckpoint(store: Store, named: string | undefined): Promise<Train> {
  if (named === undefined) {
    throw new UserError(
      "reign: neither a set to train on nor a checkpoint is named",
      "in this order: npm run stages (turns are judged), npm run stage:export (they become dataset/export), npm run reign -- dataset/export; with a checkpoint that npm run stage:train made: npm run reign -- --checkpoint export-sft",
    );
  }
  const told = await finishedRun(store, basename(named));
  if (told !== null) return told;
  throw new UserError(
    `reign: ${CHECKPOINTS}/${basename(named)} is no finished checkpoint: it has no train.json`,
    "npm run stage:train makes one; artifacts/checkpoints/ holds those that are there",
  );
}

/** Before hours of training are begun: can a duel follow? @throws UserError as `openChallenge` does. */
export async function refuseInVain(house: House, run: TrainRun): Promise<void> {
  const { challenges } = await readLineage(house);
  const isThere = challenges.some(({ run_hash }) => run_hash === run.run_hash);
  if (isThere && !house.force) return;
  await refuseNoTurns(house, await seenOfSet(run.dataset.train));
}

/**
 * The challenge of this checkpoint: the one that is there, or a new one.
 * @throws UserError where too few repositories are held out, and when nobody can say which are.
 */
export async function openChallenge(house: House, told: Train): Promise<Challenge> {
  const { config, deps, python } = house;
  const { store, now, signal } = deps;
  const lineage = await readLineage(house);
  const king = reigning(lineage, firstKing(config, told));
  const there = house.force ? null : challengeOf(lineage, told.run_hash, king);
  if (there !== null) return there;
  const seen = await seenBy(config.root, store.path(CHECKPOINTS, told.name), told);
  await refuseNoTurns(house, seen);
  const env = pythonEnv(config.env, isFolder(told.model));
  const call = (): MergeCall => ({ python: python(), env, signal, onEvent: () => {} });
  const model = await wholeModel(store, call, told);
  const challenge: Challenge = {
    name: freeName(lineage, told.name),
    challenger: { name: told.name, model, provider: null },
    king,
    dataset: told.dataset,
    dataset_hash: told.dataset_hash,
    run_hash: told.run_hash,
    method: told.method,
    base: told.model,
    trained_on: { repositories: [...seen.repositories], instances: [...seen.instances] },
    wins: config.reign.wins,
    began: now().toISOString(),
    ended: null,
    state: "open",
    duels: [],
  };
  await writeLineage(house, withChallenge(lineage, challenge, challenge.began));
  return challenge;
}

/** Writes the next duel down, and with it spends its repositories; null: too few are left. */
export async function planNext(house: House, challenge: Challenge): Promise<ReignDuel | null> {
  const { name, trained_on, duels } = challenge;
  const bars = await barsOf(house, trained_on);
  const wish = { ...(await wishOf(house, bars)), winsLeft: winsLeft(challenge) };
  const { chosen } = planDuel(wish);
  if (chosen === null) return null;
  const duel: ReignDuel = {
    folder: `reign/${name}/duel-${duels.length + 1}`,
    repositories: [...chosen.repositories],
    turns: chosen.names.length,
    files: [...chosen.names],
    result: null,
  };
  await writeLineage(house, withDuel(await readLineage(house), name, duel));
  return duel;
}

/** Every turn of prompt/, in a decided duel, in one that is not, or why it is in none. */
export async function tallyOf(house: House, { trained_on, duels }: Challenge): Promise<Tally> {
  const tally = makeTally();
  const inDuel = new Map(
    duels.flatMap(({ files, result }) => files.map((file) => [file, result !== null])),
  );
  const barOf = barsFor(await barsOf(house, trained_on));
  for (const turn of await promptTurns(house.turns)) {
    const isDecided = inDuel.get(turn.name);
    if (isDecided === undefined) tally.dropped(barOf(turn) ?? "not_needed");
    else if (isDecided) tally.kept();
    else tally.pending();
  }
  return tally;
}

// ---------------------------------------------------------------------------------------------

/** What bars turns from the next duel of a checkpoint that has seen `own`. */
async function barsOf(house: House, own: Seen): Promise<Bars> {
  const lineage = await readLineage(house);
  return {
    seen: bothSeen([own, ...seenIn(lineage)]),
    spent: spentIn(lineage),
    excluded: house.config.source.exclude_ids,
  };
}

/** @throws UserError when the held-out repositories cannot be enough for all duels. */
async function refuseNoTurns(house: House, own: Seen): Promise<void> {
  const { config, turns } = house;
  const plan = planDuel({
    ...(await wishOf(house, await barsOf(house, own))),
    winsLeft: config.reign.wins,
  });
  if (plan.chosen !== null) return;
  throw new UserError(
    `reign: ${leftWords(plan, config.reign.wins, minRepositories(config))}`,
    turns === house.deps.store
      ? "draw turns of other repositories (raise [source].count and run stage:prompt), or name a workspace that has some with --turns DIR"
      : "name a workspace with turns of other repositories",
  );
}

async function wishOf(
  { config, turns }: House,
  bars: Bars,
): Promise<Omit<Parameters<typeof planDuel>[0], "winsLeft">> {
  return {
    ...bars,
    turns: await promptTurns(turns),
    repositories: config.reign.repositories,
    maxTurns: config.reign.turns,
    minRepositories: minRepositories(config),
    seed: config.source.seed,
  };
}

/** The gate accepts nothing on fewer clusters; where those are no repositories, one may hold enough. */
const minRepositories = ({ duel }: Config): number =>
  duel.cluster_by === "repo" ? MIN_CLUSTERS : 1;

/** Who reigns before anybody was crowned. */
function firstKing({ reign: { model }, king }: Config, { model: base }: Train): King {
  if (model === undefined) return { name: king.model, model: king.model, provider: king.provider };
  if (model === "base") return { name: base, model: base, provider: null };
  if (typeof model === "string") return { name: model, model, provider: king.provider };
  return { name: model.model, model: model.model, provider: model.provider ?? king.provider };
}
