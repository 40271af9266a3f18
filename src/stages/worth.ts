/**
 * worth: does choosing turns and answers make a better model? Trains arms that hold the same turns and
 * differ in the answer alone, each with several seeds, and asks all checkpoints the same held-out turns.
 * Sets, checkpoints and evaluations are ordinary folders: stopped anywhere, the same command goes on.
 */
import type { Config } from "../config.ts";
import { MIN_CLUSTERS } from "../core/duel/gate.ts";
import { masked } from "../core/exit/masker.ts";
import { svgFile } from "../core/report/charts/svg.ts";
import { htmlOf } from "../core/report/html.ts";
import { markdownOf } from "../core/report/markdown.ts";
import { referenceOf } from "../core/training/answers.ts";
import { eventLine, type Estimate } from "../core/training/notes.ts";
import { trainerConfig, type TrainerFlags, type TrainSettings } from "../core/training/settings.ts";
import {
  ARMS,
  worthSplit,
  worthTurn,
  type WorthSplit,
  type WorthTurn,
} from "../core/worth/arms.ts";
import { armMeans, comparisons } from "../core/worth/compare.ts";
import { matchedBuckets } from "../core/worth/match.ts";
import { effectWords, estimateWords, worthDocument } from "../core/worth/story.ts";
import { makeTally, type Tally } from "../core/tally.ts";
import type { Deps } from "../deps.ts";
import { UserError } from "../errors.ts";
import { readTurn } from "../builders/judged-turns.ts";
import { isWanted } from "../io/answers.ts";
import type { Store } from "../io/store.ts";
import { writeChanged } from "../io/write-changed.ts";
import { BUCKETS } from "../records/exported.ts";
import { isRefinedName } from "../records/refined.ts";
import { SCHEMA } from "../records/schema.ts";
import { WORTH, type Worth } from "../records/worth.ts";
import { projectFolder } from "../trainer/house.ts";
import { runJobs } from "../trainer/jobs.ts";
import { pythonEnv, runPython, trainingPython, type PythonCall } from "../trainer/run-python.ts";
import { isFolder, trainSettings } from "../trainer/settings.ts";
import {
  answerMeasures,
  armRuns,
  evaluateJobs,
  evaluations,
  likelihoods,
  SETS,
  trainJobs,
  writeArm,
  type ArmRun,
} from "../trainer/worth-arms.ts";
import type { StageOptions, StageSummary } from "../work.ts";

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
    readonly config?: string;
    readonly cpu: boolean;
    readonly estimate: boolean;
    readonly allowBenchmarks: boolean;
    readonly yes: boolean;
    readonly agree: (question: string) => Promise<boolean | null>;
    /** For tests. @default the Python of training/.venv */
    readonly python?: string;
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
  const split = worthSplit(
    await judgedTurns(config, store, options, tally),
    options.heldOut,
    config.dataset.seed,
  );
  refuseTooFew(split);
  const settings = await settingsOf(config, options);
  const { arms, left } = await writeSets(config, store, split, options);
  const runs = await armRuns(store, Object.keys(arms), seedsOf(options), settings, options.cpu);
  const python = options.python ?? trainingPython();
  const env = pythonEnv(config.env, isFolder(settings.model));
  const call: Call = { python, env, signal, onEvent: shownBy(progress) };
  const training = await trainJobs(store, runs, options.force);
  const [first] = training;
  const lines = first === undefined ? [] : await estimated(call, first.run, training.length, runs);
  for (const line of lines) progress.note(line);
  if (options.estimate) return { ...tally.summary("worth", null, lines) };
  if (first !== undefined) await refuseUnwanted(lines, options);
  progress.begin("worth: trained", runs.length, runs.length - training.length);
  const stopped = await runJobs(store, call, `${FOLDER}/.train.json`, training);
  progress.end();
  if (stopped === "stopped") return interrupted(tally);
  const told = await measured(config, deps, runs, call, options);
  if (told === null) return interrupted(tally);
  const about = { arms, split, left, settings, options };
  return written(config, store, tally, { ...about, ...told });
}

// ---------------------------------------------------------------------------------------------

const FOLDER = "evaluation/worth";

type Call = Omit<PythonCall, "command" | "run">;

/** Every judged turn that can stand in all arms; the others are counted by their reason. */
async function judgedTurns(
  config: Config,
  store: Store,
  options: WorthOptions,
  tally: Tally,
): Promise<WorthTurn[]> {
  const turns: WorthTurn[] = [];
  for (const bucket of BUCKETS) {
    for (const name of await store.list(bucket)) {
      if (!name.endsWith(".json") || isRefinedName(name) || !isWanted(name, options)) continue;
      const { turn } = await readTurn(config, store, { bucket, name });
      const taken = worthTurn(turn, options.allowBenchmarks);
      if (!taken.ok) tally.dropped(taken.reason);
      else {
        tally.kept();
        turns.push(taken.turn);
      }
    }
  }
  if (turns.length > 0) return turns;
  throw new UserError(
    "worth: no judged turn of final/, refined/ and defeat/ can stand in all arms",
    "npm run stages makes them: a turn needs a king, a challenger and a winner that score and both orders agree on",
  );
}

function refuseTooFew({ train, held }: WorthSplit): void {
  const repositories = new Set(held.map(({ repo }) => repo)).size;
  if (train.length > 0 && repositories >= MIN_CLUSTERS) return;
  throw new UserError(
    `worth: ${repositories} of the repositories with judged turns can be held out, and ${train.length} turns are left to train on; nothing can be said with fewer than ${MIN_CLUSTERS} and none`,
    "judge turns of more repositories, or hold out a larger share with --held-out",
  );
}

function settingsOf(config: Config, options: WorthOptions): Promise<TrainSettings> {
  return trainSettings({ root: config.root, project: projectFolder }, options.config, {
    ...trainerConfig(options),
    method: "sft",
  });
}

const seedsOf = ({ seeds }: WorthOptions): number[] =>
  Array.from({ length: seeds }, (_, at) => at).map((at) => at + 1);

/** Every arm's train file, and the held-out turns: with the reference's answer, with the challenger's. */
async function writeSets(
  config: Config,
  store: Store,
  { train, held }: WorthSplit,
  options: WorthOptions,
): Promise<{ arms: Record<string, number>; left: Record<string, number> }> {
  const arms: Record<string, number> = {};
  const put = async (name: string, turns: readonly WorthTurn[], answer: keyof typeof ANSWERS) => {
    arms[name] = turns.length;
    const rows = turns.map(({ examples }) => examples[answer]);
    await writeArm(config, store, `${SETS}/${name}/train.jsonl`, rows);
  };
  for (const arm of ARMS) if (options.arms.includes(arm)) await put(arm, train, arm);
  const left = options.buckets ? await writeBuckets(train, put) : {};
  const heldRows = (answer: "reference" | "challenger") => held.map((one) => one.examples[answer]);
  await writeArm(config, store, `${SETS}/held/test.jsonl`, heldRows("reference"));
  await writeArm(config, store, `${SETS}/own/test.jsonl`, heldRows("challenger"));
  return { arms, left };
}

const ANSWERS = { reference: true, king: true, challenger: true, winner: true } as const;

/** Arms by bucket learn the challenger's answers to matched turns; gives the turns without a match. */
async function writeBuckets(
  train: readonly WorthTurn[],
  put: (name: string, turns: readonly WorthTurn[], answer: "challenger") => Promise<void>,
): Promise<Record<string, number>> {
  const byId = new Map(train.map((one) => [one.id, one]));
  const { arms, left } = matchedBuckets(
    train.map(({ id, bucket, repo, turn, length, examples }) => {
      const { prompt, ...example } = examples.reference;
      const completion = example.kind === "sft" ? example.answer : "";
      return {
        id,
        bucket,
        repo,
        turn,
        length,
        action: referenceOf({ prompt, completion }).action_type,
      };
    }),
  );
  for (const [bucket, ids] of Object.entries(arms)) {
    if (ids.length > 0)
      await put(
        bucket,
        ids.flatMap((id) => byId.get(id) ?? []),
        "challenger",
      );
  }
  return left;
}

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

type Told = Pick<Worth, "outcome" | "means" | "effects" | "shown">;

/** What all checkpoints made of the held-out turns; null: stopped. */
async function measured(
  config: Config,
  { store, progress }: World,
  runs: readonly ArmRun[],
  call: Call,
  { answers, maxNewTokens, batchTokens }: WorthOptions,
): Promise<Told | null> {
  const limits = { maxNewTokens, batchTokens };
  const held = await evaluations(store, runs, { set: "held", answers, ...limits });
  const own = await evaluations(store, runs, { set: "own", answers: 0, ...limits });
  const all = [...held, ...own];
  const jobs = await evaluateJobs(store, all);
  progress.begin("worth: evaluated", all.length, all.length - jobs.length);
  const end = await runJobs(store, call, `${FOLDER}/.evaluate.json`, jobs);
  progress.end();
  if (end === "stopped") return null;
  const answered = await answerMeasures(config, store, held);
  const of = (what: "action" | "form") =>
    new Map([...answered].map(([arm, measures]) => [arm, measures[what]]));
  const likely = await likelihoods(config, own);
  return {
    outcome: "action",
    means: armMeans({ "next action": of("action"), form: of("form"), [OWN_TEXT]: likely }),
    effects: comparisons(of("action")),
    shown: { "form of the answer": comparisons(of("form")), [OWN_TEXT]: comparisons(likely, true) },
  };
}

const OWN_TEXT = "nats a token of the challenger's text";

async function written(
  config: Config,
  store: Store,
  tally: Tally,
  about: Told & {
    readonly arms: Record<string, number>;
    readonly split: WorthSplit;
    readonly left: Record<string, number>;
    readonly settings: TrainSettings;
    readonly options: WorthOptions;
  },
): Promise<StageSummary> {
  const { arms, split, left, settings, options, ...told } = about;
  const dropped = tally.summary("worth", null).dropped;
  const matched = Object.entries(left).map(([bucket, turns]) => [`no_match_${bucket}`, turns]);
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
  };
  const document = await masked(worthDocument(record), config);
  for (const block of document.blocks) {
    if (block.kind === "picture") {
      await writeChanged(store, `${FOLDER}/${block.file}`, svgFile(block.chart));
    }
  }
  await writeChanged(store, `${FOLDER}/report.html`, htmlOf(document));
  await writeChanged(store, `${FOLDER}/report.md`, markdownOf(document));
  await store.write(WORTH, record);
  const words = record.effects.map((effect) => effectWords(effect, record.outcome));
  return tally.summary("worth", null, [...words, `${FOLDER}/report.md`]);
}

function interrupted(tally: Tally): StageSummary {
  const summary = tally.summary("worth", null);
  return { ...summary, stopped: { why: "interrupted", message: "run it again to go on" } };
}
