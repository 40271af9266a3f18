/**
 * worth: does choosing turns and answers make a better model? Trains arms that hold the same turns and
 * differ in the answer alone, each with several seeds, and asks all checkpoints the same held-out turns.
 * Sets, checkpoints and evaluations are ordinary folders: stopped anywhere, the same command goes on.
 */
import { judgedTurns, refuseTooFew } from "../builders/worth-turns.ts";
import type { Config } from "../config.ts";
import { worthJudges } from "../config/models.ts";
import { makeTally, type Tally } from "../core/tally.ts";
import type { TrainerFlags } from "../core/training/settings.ts";
import { worthSplit, type WorthSplit } from "../core/worth/arms.ts";
import type { ByOutcome } from "../core/worth/compare.ts";
import { duelWords, gymWords } from "../core/worth/costs.ts";
import type { Measured } from "../core/worth/effect.ts";
import { chooseOutcomes } from "../core/worth/outcomes.ts";
import { toldBy, type Told } from "../core/worth/told.ts";
import type { Deps } from "../deps.ts";
import { UserError } from "../errors.ts";
import { armRunsIn, armTasks, passRates, playRuns, type ArmTasks } from "../gym/arm-tasks.ts";
import { openGym } from "../gym/open.ts";
import { refuseModelInPlain } from "../gym/policies.ts";
import type { Gym } from "../gym/world.ts";
import type { Store } from "../io/store.ts";
import { WORTH_FOLDER, type OutcomeName, type Worth } from "../records/worth.ts";
import { whyStopped, WORTH_DUEL, type Ended } from "../trainer/inner-workspace.ts";
import { runJobs } from "../trainer/jobs.ts";
import { findPython } from "../trainer/python.ts";
import { pythonEnv, trainingPython } from "../trainer/run-python.ts";
import { isFolder } from "../trainer/settings.ts";
import {
  answerMeasures,
  armRuns,
  evaluatedNow,
  likelihoods,
  trainJobs,
  type ArmRun,
  type Evaluation,
} from "../trainer/worth-arms.ts";
import { underName } from "../trainer/under-name.ts";
import { armDuel, armDuelCosts, judgedNow } from "../trainer/worth-duel.ts";
import { playFolder, whileServed } from "../trainer/worth-gym.ts";
import { writtenWorth } from "../trainer/worth-report.ts";
import { writeSets } from "../trainer/worth-sets.ts";
import {
  estimated,
  refuseUnwanted,
  seedsOf,
  shownBy,
  worthSettings,
  type WorthCall,
} from "../trainer/worth-training.ts";
import type { StageOptions, StageSummary } from "../work.ts";
import { validate } from "./validate.ts";

export type WorthOptions = StageOptions &
  TrainerFlags & {
    /** Of the four. @default all */
    readonly arms: readonly string[];
    /** Also arms by bucket, of matched turns. */
    readonly buckets: boolean;
    /** Trainings of each arm. */
    readonly seeds: number;
    /** Share of the turns whose repositories are held out. */
    readonly heldOut: number;
    /** Held-out turns that are answered anew. */
    readonly answers: number;
    readonly maxNewTokens: number;
    readonly batchTokens: number;
    /** What the arms are told apart by. @default all that can be had */
    readonly outcomes?: readonly OutcomeName[];
    /** Of the gym, at most, and how often each checkpoint plays each. */
    readonly gymTasks: number;
    readonly gymRuns: number;
    /** A Python 3.11 or newer with pip, for the gym. @default the newest that is found */
    readonly gymPython?: string;
    /** A server that has every checkpoint under its name, for the gym. @default each is served in its turn */
    readonly baseUrl?: string;
    readonly config?: string;
    readonly cpu: boolean;
    readonly estimate: boolean;
    readonly allowBenchmarks: boolean;
    readonly yes: boolean;
    readonly agree: (question: string) => Promise<boolean | null>;
    /** For tests. @default the Python of training/.venv */
    readonly python?: string;
    /** @default the workspace's own gym */
    readonly openGym?: typeof openGym;
    /** Runs a stage in a workspace below this one. */
    readonly inside: (
      config: Config,
      root: string,
      name: string,
      stage: (config: Config, deps: Deps, options: StageOptions) => Promise<StageSummary>,
    ) => Promise<StageSummary>;
  };

type World = Pick<Deps, "store" | "progress" | "signal">;

/** @throws UserError where too little is judged or held out, and for what goes wrong in training. */
export async function worth(
  config: Config,
  deps: World,
  options: WorthOptions,
): Promise<StageSummary> {
  const { store, progress, signal } = deps;
  const tally = makeTally();
  const { turns, judgedBy } = await judgedTurns(config, store, options, tally);
  const split = worthSplit(turns, options.heldOut, config.dataset.seed);
  refuseTooFew(split, tally);
  const plan = await planned(config, store, options, split, judgedBy);
  const settings = await underName("worth", "train", () => worthSettings(config, options));
  const { arms, left } = await writeSets(config, store, split, options);
  const runs = await armRuns(store, Object.keys(arms), seedsOf(options), settings, options.cpu);
  const python = options.python ?? trainingPython();
  const env = pythonEnv(config.env, isFolder(settings.model));
  const onStart = (): void => progress.note(`loading PyTorch, TRL and ${settings.model}`);
  const call: WorthCall = { python, env, signal, onStart, onEvent: shownBy(progress) };
  const training = await trainJobs(store, runs, options.force);
  const [first] = training;
  const lines = first === undefined ? [] : await estimated(call, first.run, training.length, runs);
  lines.push(...outcomeCosts(config, options, plan, runs, split));
  for (const line of [...plan.notes, ...lines]) progress.note(line);
  if (options.estimate) return { ...tally.summary("worth", null, [...plan.notes, ...lines]) };
  if (first !== undefined) await refuseUnwanted(lines, options);
  const gym = plan.gym === null ? null : await openedGym(config, deps, options);
  progress.begin("worth: trained", runs.length, runs.length - training.length);
  const stopped = await runJobs(store, call, `${WORTH_FOLDER}/.train.json`, training);
  progress.end();
  if (stopped === "stopped") return stoppedBy(tally, INTERRUPTED);
  const house = { config, deps, options, plan, runs, call, gym, split };
  const told = await measured(house);
  if (told.stopped !== null) return stoppedBy(tally, told.stopped);
  const { gym: played, notes } = plan;
  const words = await writtenWorth(config, store, tally, {
    settings,
    seeds: seedsOf(options),
    arms,
    split,
    left,
    told: told.value,
    gym: played === null ? null : playedIn(played, options),
    notes,
  });
  return tally.summary("worth", null, words);
}

// ---------------------------------------------------------------------------------------------

const INTERRUPTED = { why: "interrupted", message: "run it again to go on" } as const;

type Plan = {
  /** null: they play nothing. */
  readonly gym: ArmTasks | null;
  readonly action: boolean;
  readonly duel: boolean;
  readonly notes: readonly string[];
};

type House = {
  readonly config: Config;
  readonly deps: World;
  readonly options: WorthOptions;
  readonly plan: Plan;
  readonly runs: readonly ArmRun[];
  readonly call: WorthCall;
  readonly gym: Gym | null;
  readonly split: WorthSplit;
};

/** What the arms will be told apart by, looked at before anything is trained. */
async function planned(
  config: Config,
  store: Store,
  { outcomes, gymTasks }: WorthOptions,
  { train }: WorthSplit,
  judgedBy: ReadonlySet<string>,
): Promise<Plan> {
  const gym = await armTasks(store, new Set(train.map(({ repo }) => repo)), gymTasks);
  const chosen = chooseOutcomes(outcomes, {
    gym: { tasks: gym.tasks.length, packages: gym.packages, seen: gym.seen },
    judges: worthJudges(config).map(({ model }) => model),
    panel: [...judgedBy],
  });
  if (!chosen.ok) throw new UserError(chosen.message, chosen.hint);
  const has = (name: OutcomeName): boolean => chosen.outcomes.includes(name);
  return {
    gym: has("gym") ? gym : null,
    action: has("action"),
    duel: has("duel"),
    notes: [...chosen.notes],
  };
}

function outcomeCosts(
  config: Config,
  { gymRuns, answers, maxNewTokens }: WorthOptions,
  { gym, duel }: Plan,
  runs: readonly ArmRun[],
  { held }: WorthSplit,
): string[] {
  const { max_steps: maxSteps, parallel } = config.gym;
  const played = { runs: gymRuns, checkpoints: runs.length, maxSteps, parallel };
  return [
    ...(gym === null ? [] : gymWords({ ...gym, ...played })),
    ...(duel ? duelWords(armDuelCosts(config, held, runs.length, answers, maxNewTokens)) : []),
  ];
}

async function openedGym(config: Config, { signal }: World, options: WorthOptions): Promise<Gym> {
  const open = options.openGym ?? openGym;
  const python =
    options.openGym === undefined
      ? (await findPython({ oldest: 11, newest: 14 }, options.gymPython)).program
      : "";
  const gym = await open(config, python, signal);
  refuseModelInPlain(config, gym);
  return gym;
}

/** What all checkpoints made of tasks and held-out turns. */
async function measured(house: House): Promise<Ended<Told>> {
  const { config, deps, plan, options, runs, call } = house;
  const answers = plan.action || plan.duel ? options.answers : 0;
  const evaluated = await evaluatedNow(deps, call, runs, { ...options, answers });
  if (evaluated === null) return { stopped: INTERRUPTED };
  const { held, own } = evaluated;
  const answered = await answerMeasures(config, deps.store, held);
  const of = (what: "action" | "form") =>
    new Map([...answered].map(([arm, measures]) => [arm, measures[what]]));
  const played = plan.gym === null ? null : await playedNow(house, plan.gym);
  if (played?.stopped) return { stopped: played.stopped };
  const judged = plan.duel ? await judgedBefore(house, held) : null;
  if (judged?.stopped) return { stopped: judged.stopped };
  const by: ByOutcome = {
    ...(played === null ? {} : { gym: played.value }),
    ...(plan.action ? { action: of("action") } : {}),
    ...(judged === null ? {} : { duel: judged.value.measured }),
  };
  const form = plan.action || plan.duel ? of("form") : null;
  const likely = await likelihoods(config, own);
  const duel = judged === null ? null : judged.value.about;
  return { stopped: null, value: toldBy({ by, form, likely, duel }) };
}

/** Every checkpoint served in its turn, until each has played each task; those that have are not served. */
async function playedNow(
  { config, deps, options, runs, call, gym }: House,
  { tasks }: ArmTasks,
): Promise<Ended<ReadonlyMap<string, readonly Measured[]>>> {
  const { store, progress, signal } = deps;
  const { baseUrl } = options;
  const merge = () => ({ ...call, onEvent: () => {} });
  const serving = { python: () => call.python, signal, merge, ...(baseUrl ? { baseUrl } : {}) };
  const rates = new Map<string, Measured[]>();
  progress.begin("worth: played", runs.length);
  for (const one of runs) {
    const folder = playFolder(config, one);
    const wanted = await armRunsIn(store, folder, tasks, options.gymRuns);
    if (gym !== null && wanted.some(({ resolved }) => resolved === null)) {
      const policy = one.run.name;
      const work = (): Promise<StageSummary> =>
        options.inside(config, store.path(folder), "rollout", async (inner, { engine }) => {
          const played = await playRuns({ gym, store, wanted, policy, config: inner, engine });
          const summary = played.tally.summary("rollout", played.work);
          return signal?.aborted === true ? { ...summary, stopped: INTERRUPTED } : summary;
        });
      const summary = await whileServed(config, store, one, folder, serving, work);
      const stopped = summary === null ? INTERRUPTED : whyStopped(summary);
      if (stopped !== null) return { stopped };
    }
    const own = passRates(await armRunsIn(store, folder, tasks, options.gymRuns));
    const all = own.map((rate) => ({ ...rate, seed: one.seed }));
    rates.set(one.arm, [...(rates.get(one.arm) ?? []), ...all]);
    progress.step("kept");
  }
  progress.end();
  return { stopped: null, value: rates };
}

/** What the checkpoints wrote before judges outside the panel, in a workspace of its own. */
async function judgedBefore(
  { config, deps: { store }, options, split }: House,
  held: readonly Evaluation[],
): ReturnType<typeof judgedNow> {
  const judge = () => options.inside(config, store.path(WORTH_DUEL), "validate", validate);
  return judgedNow(config, store, await armDuel(config, split.held, held), judge);
}

const playedIn = (
  { tasks, packages, seen }: ArmTasks,
  { gymRuns }: WorthOptions,
): NonNullable<Worth["gym"]> => ({ tasks: tasks.length, packages, runs: gymRuns, seen });

function stoppedBy(tally: Tally, stopped: NonNullable<StageSummary["stopped"]>): StageSummary {
  return { ...tally.summary("worth", null), stopped };
}
