/**
 * stage:evaluate: what a checkpoint brought. Python tells the likelihood of every answer by base and
 * checkpoint; here the rows are chosen, figures become differences with the gate's intervals, written
 * answers are judged, and the report is written.
 */
import { basename, resolve } from "node:path";
import type { Config } from "../config.ts";
import { configHash } from "../core/turn/hash.ts";
import { makeMasker, masked } from "../core/exit/masker.ts";
import { svgFile } from "../core/report/charts/svg.ts";
import { htmlOf } from "../core/report/html.ts";
import { markdownOf } from "../core/report/markdown.ts";
import { shareOf } from "../core/training/answers.ts";
import {
  evaluationDocument,
  verdictWords,
  type Evaluation,
} from "../core/training/evaluation-story.ts";
import { figuresOf } from "../core/training/figures.ts";
import { splitOf } from "../core/training/format-of.ts";
import { thousands } from "../core/report/format.ts";
import { eventLine, scoredWords } from "../core/training/notes.ts";
import type { Deps } from "../deps.ts";
import { UserError } from "../errors.ts";
import { writeChanged } from "../io/write-changed.ts";
import type { EvaluateRun } from "../records/evaluate-run.ts";
import type { TrainEvent } from "../records/train-event.ts";
import type { Train } from "../records/train.ts";
import {
  beginEvaluation,
  checkpointPath,
  evaluationName,
  joinedRows,
  judgedAnswers,
} from "../trainer/evaluation.ts";
import { checkpointPrint, trainOf, weightsMegabytes } from "../trainer/checkpoint.ts";
import {
  LOOKING_FOR_GPU,
  pythonEnv,
  runPython,
  trainingPython,
  type PythonCall,
} from "../trainer/run-python.ts";
import { isFolder, modelNamed } from "../trainer/settings.ts";
import { shownPath } from "../trainer/train-run.ts";
import { hashFiles, openSet, type Split, type TrainingSet } from "../trainer/training-set.ts";
import type { StageOptions, StageSummary } from "../work.ts";

export type EvaluateOptions = StageOptions & {
  /** A folder, a name below artifacts/checkpoints/, or an id of the Hub. */
  readonly checkpoint: string;
  /** The set's folder, relative to the workspace. */
  readonly set: string;
  readonly split?: string;
  readonly base?: string;
  readonly name?: string;
  readonly cpu: boolean;
  /** Padded tokens of a batch. */
  readonly batchTokens: number;
  readonly dtype: "float32" | "bfloat16";
  /** Rows to which answers are written anew. */
  readonly answers: number;
  readonly maxNewTokens: number;
  readonly seed: number;
  readonly yes: boolean;
  /** Asks a yes-or-no question; null where nobody can be asked. */
  readonly agree: (question: string) => Promise<boolean | null>;
  /** For tests. @default the Python of training/.venv */
  readonly python?: string;
};

type World = Pick<Deps, "store" | "progress" | "signal">;

/** @throws UserError for a set or split that is not there, and for models that do not fit. */
export async function evaluate(
  config: Config,
  deps: World,
  options: EvaluateOptions,
): Promise<StageSummary> {
  const python = options.python ?? trainingPython();
  const set = await openSet("evaluate", resolve(config.root, options.set), FORMATS);
  const { split, note } = chosenSplit(set, options.split);
  const checkpoint = checkpointPath(config.root, options.checkpoint);
  const train = await trainOf(checkpoint);
  const run = await plannedEvaluation(deps, { set, split, checkpoint, train, options, config });
  const env = pythonEnv(config.env, isFolder(checkpoint) && isFolder(run.base ?? checkpoint));
  const looking = (): void => deps.progress.note(LOOKING_FOR_GPU);
  if (!options.cpu) await refuseSlow(run, train, { python, env, onStart: looking }, options);
  const path = await beginEvaluation(deps.store, run, options.force);
  const told = { leftOut: {} as Readonly<Record<string, number>> };
  const ended = await runPython({
    python,
    command: "evaluate",
    run: path,
    env,
    signal: deps.signal,
    onStart: () => deps.progress.note(`loading PyTorch and ${options.checkpoint}`),
    onEvent: shown(deps, told),
  }).finally(() => deps.progress.end());
  if (ended === "stopped") return stoppedSummary();
  const notes = [...note, ...seenNote(run, train)];
  return written(config, deps, { run, set, split, train, notes, leftOut: told.leftOut });
}

// ---------------------------------------------------------------------------------------------

/** Formats whose rows hold an answer, the plainest first. */
const FORMATS = ["prompt-completion", "preference", "kto"];

const BY_DEFAULT: readonly Split[] = ["validation", "test", "train"];

function chosenSplit(
  set: TrainingSet,
  given: string | undefined,
): { readonly split: Split; readonly note: string[] } {
  const there = BY_DEFAULT.filter((one) => set.files[one].length > 0);
  const split = given === undefined ? there[0] : splitOf(given);
  if (split === undefined || split === null || !there.includes(split)) {
    throw new UserError(
      `evaluate: ${set.folder} has no split ${given ?? ""}; it has ${there.join(", ")}`,
      `name one of them with --split`,
    );
  }
  if (given !== undefined) return { split, note: [] };
  return {
    split,
    note: [
      `split ${split}${split === "validation" ? "" : ": the set has no validation rows"} (--split chooses another)`,
    ],
  };
}

async function plannedEvaluation(
  { store }: World,
  at: {
    readonly set: TrainingSet;
    readonly split: Split;
    readonly checkpoint: string;
    readonly train: Train | null;
    readonly options: EvaluateOptions;
    readonly config: Config;
  },
): Promise<EvaluateRun> {
  const { set, split, checkpoint, train, options, config } = at;
  const files = set.files[split];
  const name = options.name ?? evaluationName(checkpoint, set.folder, split);
  const wholeBase = train?.config.lora === null ? train.model : undefined;
  const base = options.base ?? wholeBase;
  const run = {
    checkpoint,
    base: base === undefined ? null : modelNamed(config.root, base),
    split,
    dtype: options.dtype,
    seed: options.seed,
    sampling: { count: options.answers, max_new_tokens: options.maxNewTokens },
  };
  const hash = await hashFiles(set.folder, files);
  return {
    schema: 1,
    name,
    ...run,
    files: [...files],
    base_too: true,
    batch_tokens: options.batchTokens,
    device: options.cpu ? "cpu" : "auto",
    run_hash: configHash({ ...run, hash, print: checkpointPrint(checkpoint) }),
    output: store.path("evaluation", name),
  };
}

/** @throws UserError where there is no GPU, the model is no tiny one, and nobody wants to wait. */
async function refuseSlow(
  run: EvaluateRun,
  train: Train | null,
  call: Pick<PythonCall, "python" | "env" | "onStart">,
  { yes, agree }: EvaluateOptions,
): Promise<void> {
  const megabytes = weightsMegabytes(run.base ?? train?.model ?? run.checkpoint);
  if (yes || (megabytes !== null && megabytes < QUICK_MB)) return;
  let device = "cpu";
  const onEvent = (event: TrainEvent): void => {
    if (event.event === "device") device = event.device;
  };
  await runPython({ ...call, command: "device", onEvent });
  if (device !== "cpu") return;
  const size = megabytes === null ? "" : ` of ${thousands(megabytes)} MB`;
  const what = `there is no GPU here, and a model${size} is slow on a CPU: an answer that is written anew takes minutes (--answers ${run.sampling.count})`;
  if ((await agree(`${what}\nEvaluate on the CPU? [y/N] `)) === true) return;
  throw new UserError(
    `evaluate: not started: ${what}`,
    "evaluate on the CPU all the same with --cpu, with --answers 0 for likelihoods alone, or on a machine with a GPU",
  );
}

/** Smaller models are quick enough anywhere. */
const QUICK_MB = 200;

function shown(
  { progress }: World,
  told: { leftOut: Readonly<Record<string, number>> },
): PythonCall["onEvent"] {
  return (event: TrainEvent) => {
    const line = eventLine(event);
    if (line !== null) progress.note(line);
    if (event.event === "rows") told.leftOut = event.left_out;
    if (event.event === "begin") {
      progress.end();
      progress.begin("evaluate", event.steps, event.step);
    }
    if (event.event === "scored") {
      progress.tail?.(scoredWords(event));
      for (let at = 0; at < event.rows_done; at++) progress.step("kept");
    }
    if (event.event === "answered") progress.step("kept");
  };
}

/** Rows that the checkpoint was trained on say little of others. */
function seenNote(run: EvaluateRun, train: Train | null): string[] {
  if (run.split !== "train" || train === null) return [];
  return [
    `WARNING: rows of a train file: where ${basename(run.checkpoint)} was trained on them, they say how well it learned them, not what it brings elsewhere`,
  ];
}

async function written(
  config: Config,
  { store }: World,
  at: {
    readonly run: EvaluateRun;
    readonly set: TrainingSet;
    readonly split: Split;
    readonly train: Train | null;
    readonly notes: readonly string[];
    readonly leftOut: Readonly<Record<string, number>>;
  },
): Promise<StageSummary> {
  const { run, set, split, train, notes, leftOut } = at;
  const { rows, given } = await joinedRows(run, config.duel.cluster_by);
  const { checkpoint, base, audit, malformed } = await judgedAnswers(config, store, run);
  const hasBase = rows.some(({ nll_base }) => nll_base !== null);
  const told: Evaluation = {
    name: run.name,
    checkpoint: shownPath(store.root, run.checkpoint),
    base: hasBase ? (run.base ?? train?.model ?? "its base") : null,
    set: shownPath(store.root, set.folder),
    split,
    rows,
    given,
    leftOut,
    cluster_by: config.duel.cluster_by,
    answers: {
      form: shareOf(checkpoint, base, ({ isFormed }) => isFormed),
      action: shareOf(checkpoint, base, ({ isSameAction }) => isSameAction),
      malformed,
      audit,
    },
    train,
    notes,
  };
  const folder = `evaluation/${run.name}`;
  const kept = await makeMasker(config).mask(rows);
  const lines = kept.map((row) => `${JSON.stringify(row)}\n`).join("");
  await writeChanged(store, `${folder}/rows.jsonl`, lines);
  const document = await masked(evaluationDocument(told), config);
  for (const block of document.blocks) {
    if (block.kind === "picture") {
      await writeChanged(store, `${folder}/${block.file}`, svgFile(block.chart));
    }
  }
  await writeChanged(store, `${folder}/report.html`, htmlOf(document));
  await writeChanged(store, `${folder}/report.md`, markdownOf(document));
  return {
    stage: "evaluate",
    read: given,
    kept: rows.length,
    dropped: leftOut,
    pending: 0,
    asked: 0,
    notes: [...notes, verdictWords(figuresOf(rows)), `${folder}/report.md`],
    stopped: null,
  };
}

const stoppedSummary = (): StageSummary => ({
  stage: "evaluate",
  read: 0,
  kept: 0,
  dropped: {},
  pending: 0,
  asked: 0,
  notes: [],
  stopped: { why: "interrupted", message: "what was scored is kept; run it again to go on" },
});
