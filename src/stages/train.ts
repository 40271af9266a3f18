/**
 * stage:train: a set and a base model become a checkpoint. TRL trains in Python; here the set is found
 * and looked at, the run is written down, its progress is shown, and what it came to is told.
 */
import { resolve } from "node:path";
import type { Config } from "../config.ts";
import { METHOD_FORMATS } from "../core/training/format-of.ts";
import {
  doneLines,
  estimateLines,
  eventLine,
  stepWords,
  type Estimate,
} from "../core/training/notes.ts";
import { trainerConfig, type TrainerFlags, type TrainSettings } from "../core/training/settings.ts";
import type { Deps } from "../deps.ts";
import { UserError } from "../errors.ts";
import type { TrainConfig } from "../records/train-config.ts";
import type { TrainEvent } from "../records/train-event.ts";
import type { TrainRun } from "../records/train-run.ts";
import type { Train } from "../records/train.ts";
import { pushCheckpoint } from "../trainer/push.ts";
import { LOOKING_FOR_GPU, pythonEnv, runPython, trainingPython } from "../trainer/run-python.ts";
import { isFolder, trainSettings } from "../trainer/settings.ts";
import {
  beginRun,
  finishedRun,
  mergeAdapter,
  plannedRun,
  shownPath,
  trainPython,
} from "../trainer/train-run.ts";
import { benchmarkRows, openSet, type TrainingSet } from "../trainer/training-set.ts";
import { projectFolder } from "../trainer/house.ts";
import type { StageOptions, StageSummary } from "../work.ts";

export type TrainOptions = StageOptions &
  TrainerFlags & {
    /** The set's folder, relative to the workspace. */
    readonly set: string;
    readonly config?: string;
    readonly method?: string;
    readonly name?: string;
    readonly seed?: number;
    readonly maxTokens?: number;
    readonly maxExamples?: number;
    readonly devSplit?: number;
    readonly minPatchChars?: number;
    readonly includeEmpty?: boolean;
    readonly cpu: boolean;
    readonly estimate: boolean;
    readonly merge: boolean;
    readonly allowBenchmarks: boolean;
    /** The repository on the Hub. */
    readonly repo?: string;
    readonly push: boolean;
    readonly public: boolean;
    readonly yes: boolean;
    /** Asks a yes-or-no question; null where nobody can be asked. */
    readonly agree: (question: string) => Promise<boolean | null>;
    /** For tests. @default the Python of training/.venv */
    readonly python?: string;
    /** Told of the run before anything is trained; what it throws ends it. */
    readonly onPlanned?: (run: TrainRun) => Promise<void>;
    /** Told of what a finished run came to. */
    readonly onTrained?: (told: Train) => void;
  };

type World = Pick<Deps, "store" | "progress" | "signal">;

/** What of the world a call of Python needs. */
type Calling = Parameters<typeof trainPython>[0];

/**
 * @throws UserError for a set without the method's format, rows of benchmarks, settings that are not
 *   known, a model that is not there, and what goes wrong while it trains.
 */
export async function train(
  config: Config,
  deps: World,
  options: TrainOptions,
): Promise<StageSummary> {
  const python = options.python ?? trainingPython();
  const { store } = deps;
  const settings = await trainSettings(
    { root: config.root, project: projectFolder },
    options.config,
    flagConfig(options),
  );
  const folder = resolve(config.root, options.set);
  const set = await openSet("train", folder, [METHOD_FORMATS[settings.method]]);
  const notes = await refuseBenchmarks(set, options.allowBenchmarks);
  const run = await plannedRun(store, { settings, set, name: options.name, onCpu: options.cpu });
  await options.onPlanned?.(run);
  const calling: Calling = {
    python,
    env: pythonEnv(config.env, isFolder(settings.model)),
    signal: deps.signal,
    onStart: () => deps.progress.note(`loading PyTorch, TRL and ${settings.model}`),
    onEvent: () => {},
  };
  if (options.estimate) {
    const told = await estimated(deps, run, settings, calling);
    return summaryOf(told.rows, null, [...notes, ...estimateLines(told, settings.model)]);
  }
  const before = options.force ? null : await finishedRun(store, run.name);
  if (before === null || before.run_hash !== run.run_hash) {
    if (!options.cpu) await refuseSlow(deps, run, settings, calling, options);
    const path = await beginRun(store, run, options.force);
    const stopped = await trained(deps, path, calling);
    if (stopped !== null) return { ...stopped, notes: [...notes, ...stopped.notes] };
  } else {
    notes.push(`${run.name} is trained already, from the same rows with the same settings`);
  }
  const told = await finishedRun(store, run.name);
  if (told === null) throw new Error(`${run.output}/train.json is not there`);
  options.onTrained?.(told);
  return finished(config, deps, { told, run, notes, calling, options });
}

// ---------------------------------------------------------------------------------------------

/** Merging and publishing, where they are wished for, and the summary. */
async function finished(
  config: Config,
  { store }: World,
  at: {
    readonly told: Train;
    readonly run: TrainRun;
    readonly notes: readonly string[];
    readonly calling: Calling;
    readonly options: TrainOptions;
  },
): Promise<StageSummary> {
  const { told, run, calling, options } = at;
  const notes = [...at.notes, ...doneLines(told, shownPath(store.root, run.output))];
  if (options.merge && run.lora !== null) {
    const merged = { name: run.name, base: run.model, doSample: false };
    const output = await mergeAdapter(store, calling, merged);
    notes.push(`merged in float32: ${shownPath(store.root, output)}`);
  }
  if (options.repo !== undefined || options.push) {
    notes.push(...(await pushCheckpoint(config, { told, run, ...options })));
  }
  return summaryOf(told.rows_given, told, notes);
}

/** The settings that flags name. */
function flagConfig(options: TrainOptions): TrainConfig & { method?: string } {
  const { method, seed, maxTokens, devSplit, minPatchChars, includeEmpty } = options;
  const maxExamples = options.maxExamples ?? options.limit;
  const flags = {
    ...trainerConfig(options),
    ...(method === undefined ? {} : { method }),
    ...(seed === undefined ? {} : { seed }),
    dataset: {
      ...(maxTokens === undefined ? {} : { max_tokens: maxTokens }),
      ...(maxExamples === undefined ? {} : { max_examples: maxExamples }),
      ...(devSplit === undefined ? {} : { dev_split: devSplit }),
      ...(minPatchChars === undefined ? {} : { min_patch_chars: minPatchChars }),
      ...(includeEmpty === undefined ? {} : { include_empty: includeEmpty }),
    },
  };
  return flags as TrainConfig & { method?: string };
}

/** @throws UserError when rows are problems of public benchmarks and nobody allowed that. */
async function refuseBenchmarks(set: TrainingSet, isAllowed: boolean): Promise<string[]> {
  const { rows, ids } = await benchmarkRows(set.files.train);
  if (rows === 0) return [];
  const what = `${rows} rows are test problems of SWE-bench Lite or Verified (${ids.slice(0, 3).join(", ")}${ids.length > 3 ? ", ..." : ""})`;
  if (isAllowed) return [`WARNING: ${what}: this model must not be measured on them`];
  throw new UserError(
    `train: ${what}: a model trained on them cannot be measured on them`,
    "build the set without them ([source].exclude_benchmarks), or train all the same with --allow-benchmarks",
  );
}

async function estimated(
  { store, progress }: World,
  run: TrainRun,
  { model }: TrainSettings,
  calling: Calling,
): Promise<Estimate> {
  const path = `report/.estimate-${run.name}.json`;
  await store.write(path, { ...run, output: store.path("report", `.estimate-${run.name}`) });
  let told: Estimate | null = null;
  progress.note(`counting the tokens of ${run.dataset.path} as ${model} sees them`);
  await runPython({
    ...calling,
    command: "estimate",
    run: store.path(path),
    onEvent: (event) => {
      if (event.event === "estimate") told = event;
    },
  });
  await store.remove(path);
  if (told === null) throw new Error("the Python side gave no estimate");
  return told;
}

/** @throws UserError where there is no GPU and the person does not want to wait. */
async function refuseSlow(
  deps: World,
  run: TrainRun,
  settings: TrainSettings,
  calling: Calling,
  { yes, agree }: TrainOptions,
): Promise<void> {
  let device = "cpu";
  const onEvent = (event: TrainEvent): void => {
    if (event.event === "device") device = event.device;
  };
  const onStart = (): void => deps.progress.note(LOOKING_FOR_GPU);
  await runPython({ ...calling, command: "device", onStart, onEvent });
  if (device !== "cpu" || yes) return;
  const told = await estimated(deps, run, settings, calling);
  const lines = ["there is no GPU here", ...estimateLines(told, settings.model)];
  const answer = await agree(`${lines.join("\n  ")}\nTrain on the CPU? [y/N] `);
  if (answer === true) return;
  throw new UserError(
    `train: not started: ${lines.join("; ")}`,
    "train on the CPU all the same with --cpu, or on a machine with a GPU; docs/training.md has recipes",
  );
}

/** null when the run is finished; a summary when it was stopped before. */
async function trained(
  { progress }: World,
  path: string,
  calling: Calling,
): Promise<StageSummary | null> {
  let given = 0;
  let toTrain = 0;
  let left: Readonly<Record<string, number>> = {};
  let step = 0;
  const onEvent = (event: TrainEvent): void => {
    const line = eventLine(event);
    if (line !== null) progress.note(line);
    if (event.event === "rows")
      [given, toTrain, left] = [event.given, event.to_train, event.left_out];
    if (event.event === "begin") progress.begin("train", event.steps, event.step);
    if (event.event === "step") {
      progress.tail?.(stepWords(event));
      progress.step("kept");
    }
    if (event.event === "stopped") step = event.step;
  };
  try {
    if ((await trainPython({ ...calling, onEvent }, path)) === "done") return null;
  } finally {
    progress.end();
  }
  const message = `saved at step ${step}; run it again to go on`;
  return {
    ...summaryOf(given, null, []),
    dropped: left,
    pending: toTrain,
    kept: 0,
    stopped: { why: "interrupted", message },
  };
}

function summaryOf(given: number, told: Train | null, notes: readonly string[]): StageSummary {
  return {
    stage: "train",
    read: given,
    kept: told === null ? given : told.rows_trained,
    dropped: told === null ? {} : told.rows_left_out,
    pending: 0,
    asked: 0,
    notes,
    stopped: null,
  };
}
