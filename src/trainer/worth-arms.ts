/** The arms of `worth` as sets, trained once a seed, and what their checkpoints made of held-out turns. */
import type { Config } from "../config.ts";
import type { Example } from "../core/dataset/example.ts";
import { writeRow } from "../core/dataset/formats.ts";
import { makeMasker } from "../core/exit/masker.ts";
import { configHash } from "../core/turn/hash.ts";
import type { TrainSettings } from "../core/training/settings.ts";
import type { Measured } from "../core/worth/effect.ts";
import type { Deps } from "../deps.ts";
import type { Store } from "../io/store.ts";
import { writeChanged } from "../io/write-changed.ts";
import { evaluateRunSchema, type EvaluateRun } from "../records/evaluate-run.ts";
import type { TrainRun } from "../records/train-run.ts";
import { WORTH_FOLDER } from "../records/worth.ts";
import { checkpointPrint } from "./checkpoint.ts";
import { joinedRows, judgedAnswers } from "./evaluation.ts";
import { runJobs, type Job } from "./jobs.ts";
import type { PythonCall } from "./run-python.ts";
import { beginRun, finishedRun, plannedRun } from "./train-run.ts";
import { hashFiles, openSet, type TrainingSet } from "./training-set.ts";

export const SETS = "dataset/worth";

/** Checkpoint of an arm and a seed. */
export type ArmRun = { readonly arm: string; readonly seed: number; readonly run: TrainRun };

/** One file of a set, masked, whole; the n-th line is the n-th example's. */
export async function writeArm(
  config: Config,
  store: Store,
  path: string,
  examples: readonly Example[],
): Promise<void> {
  const rows = examples.map((example) => {
    const written = writeRow(example, "prompt-completion");
    if (!written.ok) throw new Error(`${path}: a row was not looked at: ${written.reason}`);
    return written.row;
  });
  const masked = await makeMasker(config).mask(rows);
  await writeChanged(store, path, masked.map((row) => `${JSON.stringify(row)}\n`).join(""));
}

export async function armRuns(
  store: Store,
  arms: readonly string[],
  seeds: readonly number[],
  settings: TrainSettings,
  onCpu: boolean,
): Promise<ArmRun[]> {
  const runs: ArmRun[] = [];
  for (const arm of arms) {
    const set = await setAt(store, `${SETS}/${arm}`);
    for (const seed of seeds) {
      const name = `worth-${arm}-s${seed}`;
      const own = { settings: { ...settings, seed }, set, name, onCpu };
      runs.push({ arm, seed, run: await plannedRun(store, own) });
    }
  }
  return runs;
}

/** What is still to be trained. @throws UserError where a folder holds another run, without `force`. */
export async function trainJobs(
  store: Store,
  runs: readonly ArmRun[],
  force: boolean,
): Promise<Job[]> {
  const jobs: Job[] = [];
  for (const { run } of runs) {
    const there = force ? null : await finishedRun(store, run.name);
    if (there?.run_hash === run.run_hash) continue;
    jobs.push({
      command: "train",
      run: await beginRun(store, run, force, "begin anew with --force"),
    });
  }
  return jobs;
}

export type Evaluation = ArmRun & { readonly told: EvaluateRun };

/** The held-out turns with written answers, or the challenger's own texts without. */
async function evaluations(
  store: Store,
  runs: readonly ArmRun[],
  what: {
    readonly set: "held" | "own";
    readonly answers: number;
    readonly maxNewTokens: number;
    readonly batchTokens: number;
  },
): Promise<Evaluation[]> {
  const { files } = await setAt(store, `${SETS}/${what.set}`);
  const hash = await hashFiles(store.path(SETS, what.set), files.test);
  return runs.map((one) => {
    const checkpoint = one.run.output;
    const name = `worth-${one.arm}-s${one.seed}-${what.set}`;
    const about = {
      checkpoint,
      base: null,
      split: "test",
      dtype: "float32" as const,
      seed: 1,
      sampling: { count: what.answers, max_new_tokens: what.maxNewTokens },
    };
    const told = evaluateRunSchema.parse({
      schema: 1,
      name,
      ...about,
      files: [...files.test],
      batch_tokens: what.batchTokens,
      device: one.run.device,
      base_too: false,
      run_hash: configHash({ ...about, hash, print: checkpointPrint(checkpoint) }),
      output: store.path("evaluation", name),
    });
    return { ...one, told };
  });
}

/** What is still to be evaluated; a mark tells what is done. */
async function evaluateJobs(store: Store, all: readonly Evaluation[]): Promise<Job[]> {
  const jobs: Job[] = [];
  for (const { told } of all) {
    const mark = `evaluation/${told.name}/done.txt`;
    if ((await store.readText(mark))?.trim() === told.run_hash) continue;
    const path = `evaluation/${told.name}/run.json`;
    await store.write(path, told);
    const done = (): Promise<void> => store.writeText(mark, `${told.run_hash}\n`);
    jobs.push({ command: "evaluate", run: store.path(path), done });
  }
  return jobs;
}

/** Runs what is missing of both; null: stopped. @param limits `answers`: held-out turns that are answered anew */
export async function evaluatedNow(
  { store, progress }: Pick<Deps, "store" | "progress">,
  call: Omit<PythonCall, "command" | "run">,
  runs: readonly ArmRun[],
  limits: { readonly answers: number; readonly maxNewTokens: number; readonly batchTokens: number },
): Promise<{ readonly held: readonly Evaluation[]; readonly own: readonly Evaluation[] } | null> {
  const held = await evaluations(store, runs, { set: "held", ...limits });
  const own = await evaluations(store, runs, { set: "own", ...limits, answers: 0 });
  const all = [...held, ...own];
  const jobs = await evaluateJobs(store, all);
  progress.begin("worth: evaluated", all.length, all.length - jobs.length);
  const end = await runJobs(store, call, `${WORTH_FOLDER}/.evaluate.json`, jobs);
  progress.end();
  return end === "stopped" ? null : { held, own };
}

export type ArmMeasures = {
  /** 1: the written answer does what the reference does. */
  readonly action: readonly Measured[];
  readonly form: readonly Measured[];
};

/** Of written answers, by arm. */
export async function answerMeasures(
  config: Config,
  store: Store,
  all: readonly Evaluation[],
): Promise<ReadonlyMap<string, ArmMeasures>> {
  const found = new Map<string, { action: Measured[]; form: Measured[] }>();
  for (const { arm, seed, told } of all) {
    const own = found.get(arm) ?? { action: [], form: [] };
    const { checkpoint } = await judgedAnswers(config, store, told);
    for (const [row, { cluster, isSameAction, isFormed }] of checkpoint.entries()) {
      own.action.push({ seed, row, cluster, value: Number(isSameAction) });
      own.form.push({ seed, row, cluster, value: Number(isFormed) });
    }
    found.set(arm, own);
  }
  return found;
}

/** Nats a token of the challenger's own texts, lower is likelier, by arm. */
export async function likelihoods(
  { duel }: Config,
  all: readonly Evaluation[],
): Promise<ReadonlyMap<string, readonly Measured[]>> {
  const found = new Map<string, Measured[]>();
  for (const { arm, seed, told } of all) {
    const { rows } = await joinedRows(told, duel.cluster_by);
    const own = rows.map(({ row, cluster, nll, tokens }) => ({
      seed,
      row,
      cluster,
      value: nll / Math.max(1, tokens),
    }));
    found.set(arm, [...(found.get(arm) ?? []), ...own]);
  }
  return found;
}

// ---------------------------------------------------------------------------------------------

const setAt = (store: Store, folder: string): Promise<TrainingSet> =>
  openSet("worth", store.path(folder), ["prompt-completion"]);
