/**
 * worth: does choosing turns and answers make a better model? Trains arms that hold the same turns and
 * differ in the answer alone, each with several seeds, and asks all checkpoints the same held-out turns.
 * Sets, checkpoints and evaluations are ordinary folders: stopped anywhere, the same command goes on.
 */
import type { Config } from "../config.ts";
import { judgePanel, worthJudges } from "../config/models.ts";
import { eventLine, type Estimate } from "../core/training/notes.ts";
import { trainerConfig, type TrainerFlags, type TrainSettings } from "../core/training/settings.ts";
import { worthSplit, worthTurn, type WorthSplit, type WorthTurn } from "../core/worth/arms.ts";
import { armMeans, comparisons, decidedBy, type ByOutcome } from "../core/worth/compare.ts";
import { duelWords, gymWords } from "../core/worth/costs.ts";
import type { Measured } from "../core/worth/effect.ts";
import { chooseOutcomes, tooFewWords } from "../core/worth/outcomes.ts";
import { estimateWords, OUTCOME_COLUMNS } from "../core/worth/story.ts";
import { makeTally, type Tally } from "../core/tally.ts";
import type { Deps } from "../deps.ts";
import { UserError } from "../errors.ts";
import { readTurn } from "../builders/judged-turns.ts";
import { armRunsIn, armTasks, passRates, playRuns, type ArmTasks } from "../gym/arm-tasks.ts";
import { openGym } from "../gym/open.ts";
import { refuseModelInPlain } from "../gym/policies.ts";
import type { Gym } from "../gym/world.ts";
import { isWanted } from "../io/answers.ts";
import type { Store } from "../io/store.ts";
import { BUCKETS } from "../records/exported.ts";
import { isRefinedName } from "../records/refined.ts";
import { SCHEMA } from "../records/schema.ts";
import { OUTCOMES, WORTH_FOLDER, type OutcomeName, type Worth } from "../records/worth.ts";
import { projectFolder } from "../trainer/house.ts";
import { whyStopped, WORTH_DUEL } from "../trainer/inner-workspace.ts";
import { runJobs } from "../trainer/jobs.ts";
import { findPython } from "../trainer/python.ts";
import { pythonEnv, runPython, trainingPython, type PythonCall } from "../trainer/run-python.ts";
import { isFolder, trainSettings } from "../trainer/settings.ts";
import {
  answerMeasures,
  armRuns,
  evaluatedNow,
  likelihoods,
  trainJobs,
  type ArmRun,
  type Evaluation,
} from "../trainer/worth-arms.ts";
import { armDuel, armDuelCosts, armScores, writeArmDuel } from "../trainer/worth-duel.ts";
import { playFolder, whileServed } from "../trainer/worth-gym.ts";
import { writeWorth } from "../trainer/worth-report.ts";
import { writeSets } from "../trainer/worth-sets.ts";
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
  refuseTooFew(split);
  const plan = await planned(config, store, options, split, judgedBy);
  const settings = await settingsOf(config, options);
  const { arms, left } = await writeSets(config, store, split, options);
  const runs = await armRuns(store, Object.keys(arms), seedsOf(options), settings, options.cpu);
  const python = options.python ?? trainingPython();
  const env = pythonEnv(config.env, isFolder(settings.model));
  const call: Call = { python, env, signal, onEvent: shownBy(progress) };
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
  return written(config, store, tally, {
    arms,
    split,
    left,
    settings,
    options,
    plan,
    told: told.value,
  });
}

// ---------------------------------------------------------------------------------------------

const INTERRUPTED = { why: "interrupted", message: "run it again to go on" } as const;

type Call = Omit<PythonCall, "command" | "run">;

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
  readonly call: Call;
  readonly gym: Gym | null;
  readonly split: WorthSplit;
};

/** Every judged turn that can stand in all arms, and who judged them; the others are counted by their reason. */
async function judgedTurns(
  config: Config,
  store: Store,
  options: WorthOptions,
  tally: Tally,
): Promise<{ turns: WorthTurn[]; judgedBy: ReadonlySet<string> }> {
  const turns: WorthTurn[] = [];
  const judgedBy = new Set(judgePanel(config).map(({ model }) => model));
  for (const bucket of BUCKETS) {
    for (const name of await store.list(bucket)) {
      if (!name.endsWith(".json") || isRefinedName(name) || !isWanted(name, options)) continue;
      const { turn } = await readTurn(config, store, { bucket, name });
      const taken = worthTurn(turn, options.allowBenchmarks);
      if (!taken.ok) tally.dropped(taken.reason);
      else {
        tally.kept();
        turns.push(taken.turn);
        for (const { model } of turn.score?.judges ?? []) judgedBy.add(model);
      }
    }
  }
  if (turns.length > 0) return { turns, judgedBy };
  throw new UserError(
    "worth: no judged turn of final/, refined/ and defeat/ can stand in all arms",
    "npm run stages makes them: a turn needs a king, a challenger and a winner that score and both orders agree on",
  );
}

function refuseTooFew({ train, held }: WorthSplit): void {
  const repositories = new Set(held.map(({ repo }) => repo)).size;
  const fault = tooFewWords(repositories, train.length);
  if (fault === null) return;
  throw new UserError(
    `worth: ${fault}`,
    "judge turns of more repositories, or hold out a larger share with --held-out",
  );
}

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

function settingsOf(config: Config, options: WorthOptions): Promise<TrainSettings> {
  return trainSettings({ root: config.root, project: projectFolder }, options.config, {
    ...trainerConfig(options),
    method: "sft",
  });
}

const seedsOf = ({ seeds }: WorthOptions): number[] =>
  Array.from({ length: seeds }, (_, at) => at).map((at) => at + 1);

function shownBy(progress: Deps["progress"]): PythonCall["onEvent"] {
  return (event) => {
    if (event.event === "done" || event.event === "scored_all") progress.step("kept");
    // Of many runs the counts of rows say little; what is passed over and gone on with does.
    const line = event.event === "rows" ? null : eventLine(event);
    if (line !== null) progress.note(line);
  };
}

/** Time of one training, by Python's own estimate, and of all that are left. */
async function estimated(
  call: Call,
  run: string,
  left: number,
  runs: readonly ArmRun[],
): Promise<string[]> {
  const found: Estimate[] = [];
  const onEvent: PythonCall["onEvent"] = (event) => {
    if (event.event === "estimate") found.push(event);
  };
  await runPython({ ...call, command: "estimate", run, onEvent });
  return found.flatMap((one) => estimateWords(one, left, runs.length));
}

async function refuseUnwanted(
  lines: readonly string[],
  { yes, cpu, agree }: WorthOptions,
): Promise<void> {
  if (yes || cpu) return;
  const answer = await agree(`${lines.join("\n  ")}\nBegin? [y/N] `);
  if (answer !== false) return;
  throw new UserError(
    "worth: not started",
    "answer y, or use --yes; --seeds and --arms make it smaller",
  );
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

type Told = Pick<Worth, "outcome" | "means" | "effects" | "beside" | "shown" | "duel">;

type Ended<T> =
  | { readonly stopped: NonNullable<StageSummary["stopped"]>; readonly value?: undefined }
  | { readonly stopped: null; readonly value: T };

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
  const judged = plan.duel ? await judgedNow(house, held) : null;
  if (judged?.stopped) return { stopped: judged.stopped };
  const by: ByOutcome = {
    ...(played === null ? {} : { gym: played.value }),
    ...(plan.action ? { action: of("action") } : {}),
    ...(judged === null ? {} : { duel: judged.value.measured }),
  };
  const decided = decidedBy(by);
  if (decided === null) throw new Error("worth: no outcome was chosen");
  const likely = await likelihoods(config, own);
  const form = plan.action || plan.duel ? { form: of("form") } : {};
  const means = OUTCOMES.flatMap((name) => {
    const one = by[name];
    return one === undefined ? [] : [[OUTCOME_COLUMNS[name], one] as const];
  });
  return {
    stopped: null,
    value: {
      ...decided,
      ...(judged === null ? {} : { duel: judged.value.about }),
      means: armMeans({ ...Object.fromEntries(means), ...form, [OWN_TEXT]: likely }),
      shown: {
        ...("form" in form ? { "form of the answer": comparisons(form.form) } : {}),
        [OWN_TEXT]: comparisons(likely, true),
      },
    },
  };
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

/** What the checkpoints wrote before judges outside the panel. */
async function judgedNow(
  { config, deps: { store }, options, split }: House,
  held: readonly Evaluation[],
): Promise<
  Ended<{
    readonly measured: ReadonlyMap<string, readonly Measured[]>;
    readonly about: NonNullable<Worth["duel"]>;
  }>
> {
  const duel = await armDuel(config, split.held, held);
  await writeArmDuel(config, store, duel);
  // Where nobody wrote a word, everybody has lost.
  const stopped =
    duel.answers.size === 0
      ? null
      : whyStopped(await options.inside(config, store.path(WORTH_DUEL), "validate", validate));
  if (stopped !== null) return { stopped };
  const { measured: by, unread } = await armScores(store, duel);
  const judges = worthJudges(config).map(({ model }) => model);
  const about = { judges, answers: duel.answers.size, unread };
  return { stopped: null, value: { measured: by, about } };
}

const OWN_TEXT = "nats a token of the challenger's text";

async function written(
  config: Config,
  store: Store,
  tally: Tally,
  about: {
    readonly arms: Record<string, number>;
    readonly split: WorthSplit;
    readonly left: Record<string, number>;
    readonly settings: TrainSettings;
    readonly options: WorthOptions;
    readonly plan: Plan;
    readonly told: Told;
  },
): Promise<StageSummary> {
  const { arms, split, left, settings, options, plan, told } = about;
  const dropped = tally.summary("worth", null).dropped;
  const matched = Object.entries(left).map(([bucket, turns]) => [`no_match_${bucket}`, turns]);
  const { gym } = plan;
  const record: Worth = {
    schema: SCHEMA,
    method: settings.method,
    model: settings.model,
    seeds: seedsOf(options),
    arms,
    held_out: {
      rows: split.held.length,
      repositories: new Set(split.held.map(({ repo }) => repo)).size,
    },
    dropped: { ...dropped, ...(Object.fromEntries(matched) as Record<string, number>) },
    ...told,
    ...(gym === null ? {} : { gym: playedIn(gym, options) }),
    ...(plan.notes.length === 0 ? {} : { notes: [...plan.notes] }),
  };
  const words = await writeWorth(config, store, record);
  return tally.summary("worth", null, words);
}

const playedIn = (
  { tasks, packages, seen }: ArmTasks,
  { gymRuns }: WorthOptions,
): NonNullable<Worth["gym"]> => ({ tasks: tasks.length, packages, runs: gymRuns, seen });

function stoppedBy(tally: Tally, stopped: NonNullable<StageSummary["stopped"]>): StageSummary {
  return { ...tally.summary("worth", null), stopped };
}
